namespace Inkstone.Tokenizers;

/// <summary>
/// The definition of unigram encoding: every way to cut the text into pieces, and characters that no piece equals as unknown ones, with
/// the sum of its scores. Exponential; kept as what the fast encoder, the best n and sampling are tested against.
/// </summary>
internal static class NaiveUnigram
{
    /// <summary>All ways, in no order.</summary>
    public static List<(int[] Ids, double Score)> All(UnigramPieces pieces, ReadOnlySpan<byte> text)
    {
        if (text.IsEmpty)
            return [([], 0)];
        var ways = new List<(int[], double)>();
        var character = Utf8Text.LengthAt(text, 0);
        var isCovered = false;
        for (var length = 1; length <= text.Length; length++)
        {
            var id = pieces.Trie.Find(text[..length]);
            if (id < 0)
                continue;
            isCovered |= length == character;
            Join(ways, id, pieces.Scores[id], All(pieces, text[length..]));
        }
        if (!isCovered)
            Join(ways, pieces.UnknownId, pieces.UnknownScore, All(pieces, text[character..]));
        return ways;
    }

    private static void Join(List<(int[] Ids, double Score)> ways, int id, double score, List<(int[] Ids, double Score)> rests)
    {
        foreach (var (ids, rest) in rests)
            ways.Add(([id, .. ids], score + rest));
    }
}
