using System.Runtime.InteropServices;

namespace Inkstone.Corpus;

/// <summary>
/// Locality-sensitive hashing over MinHash signatures: 16 bands of 8 rows. Two documents meet in some band with
/// probability 1 − (1 − J⁸)¹⁶: 0.95 at a similarity J of 0.8, 0.9998 at 0.9, 0.06 at 0.5. Each band is an open-addressed
/// table of document numbers; the keys are read from the stored signatures.
/// </summary>
internal sealed class BandIndex
{
    public const int Bands = 16;
    private const int Rows = MinHash.Permutations / Bands;
    private const int ChunkLength = 4096;

    // Documents alike in one band but not as a whole (forms, templates) would make long chains: so many are remembered.
    private const int LongestChain = 32;

    private readonly List<ushort[]> _chunks = [];
    private readonly int[][] _tables; // document number + 1, 0 for empty
    private readonly int[] _filled = new int[Bands];
    private int _count;

    public BandIndex() => _tables = [.. Enumerable.Range(0, Bands).Select(_ => new int[1024])];

    /// <summary>True, and nothing is added, where a document added before is at least so similar; else adds this one.</summary>
    public bool MeetsOrAdd(ReadOnlySpan<ushort> signature, double threshold)
    {
        Span<int> chains = stackalloc int[Bands];
        for (var band = 0; band < Bands; band++)
        {
            var table = _tables[band];
            var key = Key(signature, band);
            for (var slot = Slot(key, table.Length); table[slot] != 0; slot = (slot + 1) & (table.Length - 1))
            {
                var other = Signature(table[slot] - 1);
                if (Key(other, band) != key)
                    continue;
                chains[band]++;
                if (MinHash.Similarity(signature, other) >= threshold)
                    return true;
            }
        }
        if (_count % ChunkLength == 0)
            _chunks.Add(new ushort[ChunkLength * MinHash.Permutations]);
        signature.CopyTo(_chunks[^1].AsSpan(_count % ChunkLength * MinHash.Permutations));
        _count = checked(_count + 1);
        for (var band = 0; band < Bands; band++)
        {
            if (chains[band] < LongestChain)
                Insert(band, _count);
        }
        return false;
    }

    private ReadOnlySpan<ushort> Signature(int document) =>
        _chunks[document / ChunkLength].AsSpan(document % ChunkLength * MinHash.Permutations, MinHash.Permutations);

    private void Insert(int band, int entry)
    {
        if (_filled[band] * 2 >= _tables[band].Length)
        {
            var old = _tables[band];
            _tables[band] = new int[checked(old.Length * 2)];
            foreach (var moved in old)
            {
                if (moved != 0)
                    Place(band, moved);
            }
        }
        Place(band, entry);
        _filled[band]++;
    }

    private void Place(int band, int entry)
    {
        var table = _tables[band];
        var slot = Slot(Key(Signature(entry - 1), band), table.Length);
        while (table[slot] != 0)
            slot = (slot + 1) & (table.Length - 1);
        table[slot] = entry;
    }

    private static (ulong Low, ulong High) Key(ReadOnlySpan<ushort> signature, int band)
    {
        var words = MemoryMarshal.Cast<ushort, ulong>(signature.Slice(band * Rows, Rows));
        return (words[0], words[1]);
    }

    private static int Slot((ulong Low, ulong High) key, int length)
    {
        var hash = (key.Low ^ (key.High * 0x9E3779B97F4A7C15UL)) * 0xBF58476D1CE4E5B9UL;
        return (int)((hash ^ (hash >> 32)) & (uint)(length - 1));
    }
}
