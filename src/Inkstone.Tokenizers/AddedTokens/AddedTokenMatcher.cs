using System.Buffers;

namespace Inkstone.Tokenizers;

/// <summary>
/// Finds added tokens in text: the leftmost, and of those that begin there the longest. A trie over bytes; the cost is linear in the
/// text times, at worst, the length of the longest token, and only where the first byte of some token stands.
/// </summary>
internal sealed class AddedTokenMatcher
{
    private readonly AddedToken[] _tokens;
    private readonly ByteTrie _trie;
    private readonly SearchValues<byte> _firstBytes;
    private readonly bool _anyOrdinary;

    /// <summary>Indexes tokens by the bytes they are looked for with; of two with equal bytes the first is found.</summary>
    public AddedTokenMatcher(IReadOnlyList<(AddedToken Token, byte[] Bytes)> tokens)
    {
        (AddedToken Token, byte[] Bytes)[] distinct = [.. tokens.Where(token => token.Bytes.Length > 0).DistinctBy(token => Convert.ToHexString(token.Bytes))];
        _tokens = [.. distinct.Select(token => token.Token)];
        var block = PieceBlock.Of([.. distinct.Select(token => token.Bytes)]);
        _trie = ByteTrie.Build(block, block.Sort());
        _anyOrdinary = _tokens.Any(token => !token.IsSpecial);
        _firstBytes = SearchValues.Create([.. distinct.Select(token => token.Bytes[0]).Distinct()]);
    }

    /// <summary>Whether there is anything to look for.</summary>
    public bool IsNeeded(Specials specials) => _anyOrdinary || (!specials.IsNone && _tokens.Length > 0);

    /// <summary>Finds the first match from a position on; null when there is none.</summary>
    /// <param name="utf8">The text.</param>
    /// <param name="from">Where to begin: the end of the match before.</param>
    /// <param name="specials">Which control tokens are looked for.</param>
    /// <param name="origin">Where the text begins in the source.</param>
    /// <param name="start">Where the match begins, with the white space it takes in.</param>
    /// <param name="length">How long it is.</param>
    public AddedToken? Find(ReadOnlySpan<byte> utf8, int from, Specials specials, SourceOrigin origin, out int start, out int length)
    {
        for (start = from; start < utf8.Length; start++)
        {
            var skip = utf8[start..].IndexOfAny(_firstBytes);
            if (skip < 0)
                break;
            start += skip;
            if (Longest(utf8[start..], specials, origin.PlaceOf(start), out length) is not { } token)
                continue;
            if (token.IsSingleWord && !IsAlone(utf8, start, start + length))
            {
                start += length - 1; // passed over whole
                continue;
            }
            if (token.StripsRight)
                length += Utf8Text.SpaceAtStart(utf8[(start + length)..]);
            if (token.StripsLeft)
            {
                var space = Utf8Text.SpaceAtEnd(utf8[from..start]);
                (start, length) = (start - space, length + space);
            }
            return token;
        }
        (start, length) = (utf8.Length, 0);
        return null;
    }

    private AddedToken? Longest(ReadOnlySpan<byte> utf8, Specials specials, int place, out int length)
    {
        AddedToken? longest = null;
        length = 0;
        var nodes = _trie.Nodes;
        var node = 0;
        for (var i = 0; i < utf8.Length && _trie.TryStep(ref node, utf8[i]); i++)
        {
            if (nodes[node].Value is >= 0 and var number && specials.Allows(_tokens[number], place))
                (longest, length) = (_tokens[number], i + 1);
        }
        return longest;
    }

    private static bool IsAlone(ReadOnlySpan<byte> utf8, int start, int end) =>
        (start == 0 || !CodePoint.IsWord(Utf8Text.At(utf8, Utf8Text.Before(utf8, start), out _)))
        && (end == utf8.Length || !CodePoint.IsWord(Utf8Text.At(utf8, end, out _)));
}
