namespace Inkstone.Tokenizers;

/// <summary>
/// Byte pair encoding as it is defined: as long as any neighbouring pair has a rule, carry out the rule of lowest rank, at its
/// leftmost place. Quadratic; kept as the definition that the fast encoder is tested against.
/// </summary>
internal static class NaiveMerges
{
    /// <summary>The ids of one piece, given the ids of its bytes.</summary>
    public static List<int> Encode(IEnumerable<int> byteIds, MergeTable merges)
    {
        List<int> tokens = [.. byteIds];
        while (true)
        {
            var best = MergeTable.None;
            var at = -1;
            for (var i = 0; i + 1 < tokens.Count; i++)
            {
                var rule = merges.Find(tokens[i], tokens[i + 1]);
                if (rule < best)
                    (best, at) = (rule, i);
            }
            if (at < 0)
                return tokens;
            tokens[at] = (int)(uint)best;
            tokens.RemoveAt(at + 1);
        }
    }
}
