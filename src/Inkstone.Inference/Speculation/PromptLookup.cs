namespace Inkstone.Inference;

/// <summary>Guesses that what followed the last tokens where they stood before will follow again (Saxena 2023, "prompt lookup decoding").</summary>
internal static class PromptLookup
{
    private const int LongestMatch = 4;
    private const int ShortestMatch = 2;

    /// <summary>Sets guesses behind a sequence's tokens, from the last place of the longest match.</summary>
    /// <returns>How many, at most <paramref name="count"/>.</returns>
    public static int Guess(Sequence sequence, int count)
    {
        var tokens = sequence.Tokens;
        for (var match = Math.Min(LongestMatch, tokens.Length - 1); match >= ShortestMatch; match--)
        {
            var place = tokens[..^1].LastIndexOf(tokens[^match..]);
            if (place < 0)
                continue;
            var followers = tokens[(place + match)..];
            count = Math.Min(count, followers.Length);
            for (var i = 0; i < count; i++)
                sequence.SetDraft(i, followers[i]);
            return count;
        }
        return 0;
    }
}
