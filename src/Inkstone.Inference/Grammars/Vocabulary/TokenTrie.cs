namespace Inkstone.Inference;

/// <summary>
/// The tokens' bytes as a tree whose nodes lie in the order in which a walk meets them: a node's first child is the next node, and what lies below
/// it ends at <see cref="Ends"/>. Tokens lie in the same order. Node 0 is the empty text.
/// </summary>
internal sealed class TokenTrie
{
    /// <summary>Makes the tree.</summary>
    public TokenTrie(TokenVocabulary vocabulary)
    {
        int[] ids = [.. Enumerable.Range(0, vocabulary.Count).Where(id => vocabulary.Bytes(id).Length > 0)];
        Array.Sort(ids, (left, right) => vocabulary.Bytes(left).SequenceCompareTo(vocabulary.Bytes(right)) is not 0 and var order ? order : left.CompareTo(right));
        var (values, depths, firstTokens) = (new List<byte> { 0 }, new List<int> { 0 }, new List<int> { 0 });
        ReadOnlySpan<byte> last = [];
        for (var token = 0; token < ids.Length; token++)
        {
            var bytes = vocabulary.Bytes(ids[token]);
            for (var depth = last.CommonPrefixLength(bytes); depth < bytes.Length; depth++)
            {
                values.Add(bytes[depth]);
                depths.Add(depth + 1);
                firstTokens.Add(token);
            }
            last = bytes;
        }
        (Values, Depths, Tokens) = ([.. values], [.. depths], ids);
        // A node on the way to a token that comes later begins no later than that token.
        FirstTokens = [.. firstTokens, ids.Length];
        var open = new Stack<int>();
        (Ends, Heights) = (new int[Count], new int[Count]);
        for (var node = 0; node <= Count; node++)
        {
            while (open.TryPeek(out var top) && (node == Count || Depths[top] >= Depths[node]))
            {
                open.Pop();
                Ends[top] = node;
                if (open.TryPeek(out var parent))
                    Heights[parent] = Math.Max(Heights[parent], Heights[top] + 1);
            }
            if (node < Count)
                open.Push(node);
        }
        Deepest = Depths.Max();
        TokenEnds = new int[Count];
        for (var node = 0; node < Count; node++)
            TokenEnds[node] = OwnTokens(vocabulary, node);
    }

    /// <summary>How many nodes there are.</summary>
    public int Count => Values.Length;

    /// <summary>The byte that leads to a node.</summary>
    public byte[] Values { get; }

    /// <summary>How many bytes lead to a node.</summary>
    public int[] Depths { get; }

    /// <summary>The node after all that lies below a node.</summary>
    public int[] Ends { get; }

    /// <summary>How many bytes the longest way down from a node has.</summary>
    public int[] Heights { get; }

    /// <summary>The ids in the order of their bytes.</summary>
    public int[] Tokens { get; }

    /// <summary>Where in <see cref="Tokens"/> those at or below a node begin.</summary>
    public int[] FirstTokens { get; }

    /// <summary>Where in <see cref="Tokens"/> those of a node itself end.</summary>
    public int[] TokenEnds { get; }

    /// <summary>The length of the longest token.</summary>
    public int Deepest { get; }

    private int OwnTokens(TokenVocabulary vocabulary, int node)
    {
        var token = FirstTokens[node];
        while (token < FirstTokens[Ends[node]] && vocabulary.Bytes(Tokens[token]).Length == Depths[node])
            token++;
        return token;
    }
}
