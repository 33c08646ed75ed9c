namespace Inkstone.Tokenizers;

/// <summary>
/// BPE by scores as it is defined: as long as two neighbours together are a piece, merge those of the highest score, of equal scores the
/// leftmost. Quadratic; kept as what <see cref="ScoredMerger"/> is tested against (for models without unused pieces).
/// </summary>
internal static class NaiveScoredMerges
{
    /// <summary>The ids of a text; −1 for unknown characters.</summary>
    public static List<int> Encode(ScoredPieces pieces, ReadOnlySpan<byte> text)
    {
        var symbols = new List<(int Start, int Length, bool IsFrozen)>();
        for (int start = 0, length; start < text.Length; start += length)
        {
            length = pieces.SymbolLength(text, start, out var isUserDefined);
            symbols.Add((start, length, isUserDefined));
        }
        while (true)
        {
            var (best, at) = (float.NegativeInfinity, -1);
            for (var i = 0; i + 1 < symbols.Count; i++)
            {
                if (symbols[i].IsFrozen || symbols[i + 1].IsFrozen)
                    continue;
                var id = pieces.Find(text.Slice(symbols[i].Start, symbols[i].Length + symbols[i + 1].Length));
                if (id >= 0 && pieces.Score(id) > best)
                    (best, at) = (pieces.Score(id), i);
            }
            if (at < 0)
                break;
            symbols[at] = (symbols[at].Start, symbols[at].Length + symbols[at + 1].Length, false);
            symbols.RemoveAt(at + 1);
        }
        var ids = new List<int>();
        foreach (var (start, length, _) in symbols)
            ids.Add(pieces.Find(text.Slice(start, length)));
        return ids;
    }
}
