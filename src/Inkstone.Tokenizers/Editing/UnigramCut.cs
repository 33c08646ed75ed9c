namespace Inkstone.Tokenizers;

/// <summary>The most probable way of cutting a short text into pieces, by definition: quadratic look-ups.</summary>
internal static class UnigramCut
{
    /// <summary>The ids, the first of equally good ways; none where the text cannot be cut.</summary>
    /// <param name="text">The text.</param>
    /// <param name="find">The id of a piece that may be used, or −1.</param>
    /// <param name="score">The score of a piece.</param>
    public static List<int> Best(ReadOnlySpan<byte> text, ByteTokens.Lookup find, Func<int, double> score)
    {
        var best = new (double Score, int Start, int Id)[text.Length + 1];
        Array.Fill(best, (double.NegativeInfinity, -1, -1), 1, text.Length);
        for (int start = 0; start < text.Length; start += Utf8Text.LengthAt(text, start))
        {
            for (var end = start; end < text.Length && best[start].Score > double.NegativeInfinity;)
            {
                end += Utf8Text.LengthAt(text, end);
                if (find(text[start..end]) is >= 0 and var id && best[start].Score + score(id) is var sum && sum > best[end].Score)
                    best[end] = (sum, start, id);
            }
        }
        var ids = new List<int>();
        for (var end = text.Length; end > 0; end = best[end].Start)
        {
            if (best[end].Start < 0)
                return [];
            ids.Add(best[end].Id);
        }
        ids.Reverse();
        return ids;
    }

    /// <summary>
    /// Of the pieces of a unigram model one of the lowest score and one of the highest: what unknown and user-defined text count for depends on these.
    /// </summary>
    public static IEnumerable<int> Extremes(IEnumerable<(int Id, double Score)> scores)
    {
        var ordered = scores.OrderBy(entry => entry.Score).ToList();
        return ordered is [var first, .., var last] ? [first.Id, last.Id] : ordered.Select(entry => entry.Id);
    }
}
