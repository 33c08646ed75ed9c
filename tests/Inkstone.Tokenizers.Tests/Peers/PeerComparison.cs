using System.Text.Json.Nodes;

namespace Inkstone.Tokenizers.Tests;

/// <summary>Encodings beside a peer's answers.</summary>
internal static class PeerComparison
{
    /// <summary>How many lines, or strings, a comparison takes (INKSTONE_PEER_LINES).</summary>
    public static int Lines { get; } = Environment.GetEnvironmentVariable("INKSTONE_PEER_LINES") is { } most ? int.Parse(most, System.Globalization.CultureInfo.InvariantCulture) : 300;

    /// <summary>
    /// What differs; null where nothing does. The texts of tokens are not compared: the peer gives the text's own where an added token takes in white
    /// space, and of Unigram's unknown pieces. Nor are the segments of what overflows: the peer's templates leave them as they were.
    /// </summary>
    /// <param name="texts">The text, or both texts of a pair; split into words, the words.</param>
    /// <param name="areWords">Whether the texts are split into words, from whose starts offsets count.</param>
    /// <param name="expected">The peer's answer: its offsets count code points.</param>
    /// <param name="actual">Ours.</param>
    /// <param name="types">Whether segments are compared.</param>
    public static string? Difference(string[][] texts, bool areWords, JsonNode expected, TokenEncoding actual, bool types = true)
    {
        if (expected["error"] is { } error)
            return $"the peer fails: {error}";
        int[][][] characters = [.. texts.Select(words => words.Select(Characters).ToArray())];
        return Compare(actual, expected, "");

        string? Compare(TokenEncoding ours, JsonNode theirs, string part)
        {
            var difference = Row(part + "ids", ours.Tokens.Select(token => $"{token.Id}"), theirs["ids"]!)
                ?? Row(part + "offsets", ours.Tokens.Select(token => $"[{Place(token, token.Offset.Start)},{Place(token, token.Offset.End)}]"), theirs["offsets"]!)
                ?? (types && part.Length == 0 ? Row(part + "types", ours.Tokens.Select(token => $"{token.TypeId}"), theirs["types"]!) : null)
                ?? Row(part + "special", ours.SpecialTokensMask.Select(mask => $"{mask}"), theirs["special"]!)
                ?? Row(part + "attention", ours.AttentionMask.Select(mask => $"{mask}"), theirs["attention"]!)
                ?? (areWords ? null : Row(part + "words", ours.Tokens.Select(token => token.WordIndex is { } word ? $"{word}" : "null"), theirs["words"]!));
            if (difference is not null || part.Length > 0) // the peer's parts of pairs have parts again
                return difference;
            var overflowing = theirs["overflowing"]!.AsArray();
            if (overflowing.Count != ours.Overflowing.Count)
                return $"{part}overflowing: {ours.Overflowing.Count} parts, the peer's {overflowing.Count}";
            for (var i = 0; i < overflowing.Count; i++)
            {
                if (Compare(ours.Overflowing[i], overflowing[i]!, $"{part}overflowing {i} ") is { } inside)
                    return inside;
            }
            return null;
        }

        int Place(TokenInText token, int place) => token.SequenceIndex is { } sequence ? characters[sequence][areWords ? token.WordIndex!.Value : 0][place] : place;

        static string? Row(string what, IEnumerable<string> ours, JsonNode theirs)
        {
            var left = string.Join(' ', ours);
            var right = string.Join(' ', theirs.AsArray().Select(item => item?.ToJsonString() ?? "null"));
            return left == right ? null : $"{what}\n  ours   {left}\n  theirs {right}";
        }
    }

    /// <summary>For each place in a text, the code points before it. Inside a character, the peer rounds down.</summary>
    public static int[] Characters(string text)
    {
        var characters = new int[text.Length + 1];
        var count = 0;
        for (var i = 0; i < text.Length; i++)
            characters[i] = char.IsLowSurrogate(text[i]) ? count - 1 : count++;
        characters[text.Length] = count;
        return characters;
    }
}
