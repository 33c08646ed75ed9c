using System.Buffers;
using System.Text;

namespace Inkstone.Tokenizers;

/// <summary>
/// Finds added tokens in text: the leftmost, and of those that begin there the longest. A trie over bytes; the cost is linear in the
/// text times, at worst, the length of the longest token, and only where the first byte of some token stands.
/// </summary>
internal sealed class AddedTokenMatcher
{
    private readonly Dictionary<(int Node, byte Next), int> _edges = [];
    private readonly List<AddedToken?> _ends = [null];
    private readonly SearchValues<byte> _firstBytes;
    private readonly bool _anyOrdinary;

    /// <summary>Indexes the tokens.</summary>
    public AddedTokenMatcher(IEnumerable<AddedToken> tokens)
    {
        foreach (var token in tokens)
        {
            var node = 0;
            foreach (var value in Encoding.UTF8.GetBytes(token.Content))
            {
                if (!_edges.TryGetValue((node, value), out var next))
                {
                    next = _ends.Count;
                    _ends.Add(null);
                    _edges.Add((node, value), next);
                }
                node = next;
            }
            _ends[node] = token;
            _anyOrdinary |= !token.IsSpecial;
        }
        _firstBytes = SearchValues.Create([.. _edges.Keys.Where(edge => edge.Node == 0).Select(edge => edge.Next)]);
    }

    /// <summary>Whether there is anything to look for.</summary>
    public bool IsNeeded(Specials specials) => _anyOrdinary || (!specials.IsNone && _ends.Count > 1);

    /// <summary>Finds the first match from a position on; null when there is none.</summary>
    public AddedToken? Find(ReadOnlySpan<byte> utf8, int from, Specials specials, out int start, out int length)
    {
        for (start = from; start < utf8.Length; start++)
        {
            var skip = utf8[start..].IndexOfAny(_firstBytes);
            if (skip < 0)
                break;
            start += skip;
            if (Longest(utf8[start..], specials, out length) is { } token)
                return token;
        }
        (start, length) = (utf8.Length, 0);
        return null;
    }

    private AddedToken? Longest(ReadOnlySpan<byte> utf8, Specials specials, out int length)
    {
        AddedToken? longest = null;
        length = 0;
        var node = 0;
        for (var i = 0; i < utf8.Length && _edges.TryGetValue((node, utf8[i]), out node); i++)
        {
            if (_ends[node] is { } token && specials.Allows(token))
                (longest, length) = (token, i + 1);
        }
        return longest;
    }
}
