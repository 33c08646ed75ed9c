using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Inkstone.Corpus;

/// <summary>
/// Drops exact duplicates (by the hash of the text) and near duplicates (MinHash and locality-sensitive hashing), keeping
/// the first of each in the order given. The result is the same on any number of threads.
/// </summary>
/// <remarks>
/// Memory, at most, for each document kept: 256 bytes of signature, 128 to 256 of band tables, about 60 of exact hash;
/// some 500 bytes, so that two million documents take one gigabyte. Texts are not held. A pair at the default threshold
/// of 0.8 is overlooked with probability 0.05, one at 0.9 with 0.0002; the estimate's own error (0.035) blurs the border.
/// </remarks>
public sealed class Deduplicator
{
    private const int BatchDocuments = 2048;
    private const int BatchCharacters = 1 << 22;
    private readonly DeduplicationOptions _options;
    private readonly HashSet<UInt128> _exact = [];
    private readonly BandIndex _near = new();

    /// <summary>Makes an empty deduplicator, which has seen nothing yet.</summary>
    public Deduplicator(DeduplicationOptions? options = null)
    {
        _options = options ?? new();
        _options.Validate();
    }

    /// <summary>Documents kept.</summary>
    public long KeptCount { get; private set; }

    /// <summary>Documents dropped because an earlier one has the same text.</summary>
    public long ExactCount { get; private set; }

    /// <summary>Documents dropped because an earlier one has nearly the same text.</summary>
    public long NearCount { get; private set; }

    /// <summary>The documents to keep, in order. What earlier calls have seen counts too.</summary>
    public IEnumerable<Document> Filter(IEnumerable<Document> documents)
    {
        ArgumentNullException.ThrowIfNull(documents);
        foreach (var batch in Batches(documents))
        {
            var prints = new Fingerprint[batch.Count];
            Parallel.For(0, batch.Count, () => new List<uint>(), (i, _, shingles) =>
            {
                prints[i] = MakeFingerprint(batch[i].Text, shingles);
                return shingles;
            }, _ => { });
            for (var i = 0; i < batch.Count; i++)
            {
                if (IsNew(prints[i]))
                    yield return batch[i];
            }
        }
    }

    // As many documents as keep every thread busy, in bounded memory where documents are long.
    private static IEnumerable<List<Document>> Batches(IEnumerable<Document> documents)
    {
        var batch = new List<Document>();
        var characters = 0L;
        foreach (var document in documents)
        {
            batch.Add(document);
            characters += document.Text.Length;
            if (batch.Count < BatchDocuments && characters < BatchCharacters)
                continue;
            yield return batch;
            (batch, characters) = ([], 0);
        }
        if (batch.Count > 0)
            yield return batch;
    }

    private readonly record struct Fingerprint(UInt128 Hash, ushort[]? Signature);

    private Fingerprint MakeFingerprint(string text, List<uint> shingles)
    {
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(MemoryMarshal.AsBytes(text.AsSpan()), digest);
        var hash = MemoryMarshal.Read<UInt128>(digest);
        if (!_options.NearDuplicates)
            return new(hash, null);
        Shingles.Collect(text, _options.ShingleWords, shingles);
        if (shingles.Count == 0)
            return new(hash, null); // no words: alike only where it is the same
        var signature = new ushort[MinHash.Permutations];
        MinHash.Sign(CollectionsMarshal.AsSpan(shingles), signature);
        return new(hash, signature);
    }

    private bool IsNew(Fingerprint print)
    {
        if (!_exact.Add(print.Hash))
            ExactCount++;
        else if (print.Signature is not null && _near.MeetsOrAdd(print.Signature, _options.Threshold))
            NearCount++;
        else
        {
            KeptCount++;
            return true;
        }
        return false;
    }
}
