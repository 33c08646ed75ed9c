using System.Buffers;

namespace Inkstone.Tokenizers;

/// <summary>
/// Finds added tokens in text: the leftmost, and of those that begin there the longest. A trie over bytes; the cost is linear in the
/// text times, at worst, the length of the longest token, and only where the first byte of some token stands.
/// </summary>
internal sealed class AddedTokenMatcher
{
    private readonly AddedToken[] _tokens;
    private readonly PieceBlock _forms;
    private readonly bool _ofNormalized;
    private readonly bool _any;
    private readonly bool _anyOrdinary;
    private TokenIndex? _index;

    /// <summary>A matcher.</summary>
    /// <param name="tokens">All added tokens, by ascending id.</param>
    /// <param name="forms">The bytes each is looked for with; of two with equal bytes the first is found.</param>
    /// <param name="ofNormalized">Whether those looked for in normalised text are its, else those looked for in the source.</param>
    public AddedTokenMatcher(AddedToken[] tokens, PieceBlock forms, bool ofNormalized)
    {
        (_tokens, _forms, _ofNormalized) = (tokens, forms, ofNormalized);
        for (var i = 0; i < tokens.Length; i++)
        {
            _any |= IsOwn(i);
            _anyOrdinary |= IsOwn(i) && !tokens[i].IsSpecial;
        }
    }

    /// <summary>Whether there is anything to look for.</summary>
    public bool IsNeeded(Specials specials) => _anyOrdinary || (!specials.IsNone && _any);

    // Made when text is first looked through; threads that come at the same time make the same.
    private TokenIndex Index => _index ??= new(_forms, IsOwn);

    /// <summary>Finds the first match from a position on; null when there is none.</summary>
    /// <param name="utf8">The text.</param>
    /// <param name="from">Where to begin: the end of the match before.</param>
    /// <param name="specials">Which control tokens are looked for.</param>
    /// <param name="origin">Where the text begins in the source.</param>
    /// <param name="start">Where the match begins, with the white space it takes in.</param>
    /// <param name="length">How long it is.</param>
    public AddedToken? Find(ReadOnlySpan<byte> utf8, int from, Specials specials, SourceOrigin origin, out int start, out int length)
    {
        long steps = 0;
        return Find(utf8, from, specials, origin, ref steps, out start, out length);
    }

    /// <summary>As the other; adds the bytes looked at, each as often as it was, to the steps.</summary>
    internal AddedToken? Find(ReadOnlySpan<byte> utf8, int from, Specials specials, SourceOrigin origin, ref long steps, out int start, out int length)
    {
        var index = Index;
        for (start = from; start < utf8.Length; start++)
        {
            var skip = utf8[start..].IndexOfAny(index.FirstBytes);
            if (skip < 0)
                break;
            start += skip;
            if (Longest(index.Trie, utf8[start..], specials, origin.PlaceOf(start), ref steps, out length) is not { } token)
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

    private bool IsOwn(int place) => _tokens[place].IsNormalized == _ofNormalized && !_forms[place].IsEmpty;

    private AddedToken? Longest(ByteTrie trie, ReadOnlySpan<byte> utf8, Specials specials, int place, ref long steps, out int length)
    {
        AddedToken? longest = null;
        length = 0;
        var nodes = trie.Nodes;
        var node = 0;
        var i = 0;
        for (; i < utf8.Length && trie.TryStep(ref node, utf8[i]); i++)
        {
            if (nodes[node].Value is >= 0 and var number && specials.Allows(_tokens[number], place))
                (longest, length) = (_tokens[number], i + 1);
        }
        steps += i + 1;
        return longest;
    }

    private static bool IsAlone(ReadOnlySpan<byte> utf8, int start, int end) =>
        (start == 0 || !CodePoint.IsWord(Utf8Text.At(utf8, Utf8Text.Before(utf8, start), out _)))
        && (end == utf8.Length || !CodePoint.IsWord(Utf8Text.At(utf8, end, out _)));

    /// <summary>The tokens by the bytes they are looked for with.</summary>
    private sealed class TokenIndex
    {
        public TokenIndex(PieceBlock forms, Func<int, bool> isOwn)
        {
            var sorted = forms.Sort(isOwn);
            var count = 0;
            foreach (var place in sorted)
            {
                if (count == 0 || !forms[sorted[count - 1]].SequenceEqual(forms[place]))
                    sorted[count++] = place;
            }
            Trie = ByteTrie.Build(forms, sorted.AsSpan(0, count));
            FirstBytes = SearchValues.Create([.. sorted.Take(count).Select(place => forms[place][0]).Distinct()]);
        }

        public ByteTrie Trie { get; }

        public SearchValues<byte> FirstBytes { get; }
    }
}
