using System.Text;

namespace Inkstone.Tokenizers;

/// <summary>Counted pieces in order of frequency.</summary>
internal static class CountedPieces
{
    /// <summary>Where the pieces are, the most frequent first, of equally frequent ones those with the lower bytes.</summary>
    /// <param name="parts">The counts.</param>
    /// <param name="minimumFrequency">Rarer ones are left out.</param>
    public static (int Part, int Index)[] ByCount(IReadOnlyList<PieceCounts> parts, long minimumFrequency)
    {
        var found = new List<(int Part, int Index)>();
        for (var part = 0; part < parts.Count; part++)
        {
            for (var i = 0; i < parts[part].Count; i++)
            {
                if (parts[part].Entries[i].Count >= minimumFrequency)
                    found.Add((part, i));
            }
        }
        (int Part, int Index)[] order = [.. found];
        Array.Sort(order, (x, y) =>
        {
            var (first, second) = (parts[x.Part].Entries[x.Index], parts[y.Part].Entries[y.Index]);
            var byCount = second.Count.CompareTo(first.Count);
            return byCount != 0 ? byCount : parts[x.Part].Bytes(first).SequenceCompareTo(parts[y.Part].Bytes(second));
        });
        return order;
    }
}

/// <summary>A vocabulary of counted words or characters, and what its training saw.</summary>
/// <param name="Tokens">The tokens by id.</param>
/// <param name="Counts">How often each occurred; 0 for special tokens.</param>
/// <param name="Bytes">The length of all texts in UTF-8.</param>
/// <param name="Pieces">How many words or characters there were.</param>
/// <param name="DistinctPieces">How many different ones were left in the end.</param>
/// <param name="DroppedPieces">How many different ones were dropped for the limit of memory; 0 means that all counts are exact.</param>
internal sealed record CountedVocabulary(
    IReadOnlyList<string> Tokens, IReadOnlyList<long> Counts, long Bytes, long Pieces, int DistinctPieces, long DroppedPieces)
{
    /// <summary>The share of all words or characters that the vocabulary holds (a lower bound where some were dropped).</summary>
    public double Coverage => (double)Counts.Sum() / Pieces;

    /// <summary>The vocabulary of special tokens and these pieces.</summary>
    public static CountedVocabulary Of(IReadOnlyList<string> specials, IEnumerable<(int Part, int Index)> pieces, PieceCounter counter)
    {
        List<string> tokens = [.. specials];
        List<long> counts = [.. specials.Select(_ => 0L)];
        foreach (var (part, index) in pieces)
        {
            var entry = counter.Parts[part].Entries[index];
            tokens.Add(Encoding.UTF8.GetString(counter.Parts[part].Bytes(entry)));
            counts.Add(entry.Count);
        }
        return new(tokens, counts, counter.Bytes, counter.Pieces, counter.Distinct, counter.Dropped);
    }
}
