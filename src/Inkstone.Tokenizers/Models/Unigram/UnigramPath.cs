namespace Inkstone.Tokenizers;

/// <summary>
/// The most probable row of pieces of a text (Viterbi; Kudo 2018, "Subword regularization"), found from left to right in one walk of the
/// trie a character. Where no piece crosses a place, all paths meet there: what lies before it is given out and its memory used again, so
/// a long text takes the memory of its longest entangled stretch. Cost: linear for pieces of bounded length. One thread at a time.
/// </summary>
internal sealed class UnigramPath
{
    private Node[] _nodes = new Node[256];
    private (int End, int Id)[] _path = new (int, int)[64];

    private struct Node
    {
        public double Score;
        public int Start; // of the piece that ends here on the best path; −1 while none does
        public int Id;
    }

    /// <summary>Takes the pieces of a path in their order.</summary>
    public interface ISink
    {
        /// <summary>Takes one piece.</summary>
        void Add(int id, ReadOnlySpan<byte> text);
    }

    /// <summary>Steps through the trie so far: the work done, for tests.</summary>
    public long Steps { get; private set; }

    /// <summary>Finds the best path of a text and gives its pieces out.</summary>
    /// <param name="pieces">The pieces.</param>
    /// <param name="text">The text.</param>
    /// <param name="score">The score of what went before it.</param>
    /// <param name="sink">Takes the pieces.</param>
    /// <returns>The score of all so far.</returns>
    public double Find<TArithmetic, TSink>(UnigramPieces pieces, ReadOnlySpan<byte> text, double score, ref TSink sink)
        where TArithmetic : struct, IUnigramArithmetic
        where TSink : struct, ISink, allows ref struct
    {
        var trie = pieces.Trie.Nodes;
        var scores = pieces.Scores;
        int origin = 0, reach = 0; // where the memory begins, and the furthest place any piece has led to
        _nodes[0].Score = score;
        for (var position = 0; position < text.Length;)
        {
            if (position == reach && position > origin)
            {
                score = _nodes[position - origin].Score;
                Flush(text, origin, position, ref sink);
                _nodes[0].Score = score;
                origin = position;
            }
            var here = _nodes[position - origin].Score;
            var length = Utf8Text.LengthAt(text, position);
            // The furthest that the longest piece leads.
            Reserve(Math.Min(text.Length - position, Math.Max(pieces.LongestPiece, length)) + position - origin);
            var ends = _nodes.AsSpan(position - origin);
            var isCovered = false;
            int node = 0, at = position;
            for (; at < text.Length; at++)
            {
                var child = trie[node].Base ^ text[at];
                ref readonly var found = ref trie[child];
                if (found.Parent != node)
                    break;
                node = child;
                if (found.Value < 0)
                    continue;
                var end = at + 1;
                if (end > reach)
                    reach = Extend(reach, end, origin);
                var candidate = scores[found.Value] + here;
                ref var target = ref ends[end - position];
                if (target.Start < 0 || candidate > target.Score)
                    target = new Node { Score = TArithmetic.Round(candidate), Start = position, Id = found.Value };
                isCovered |= end - position == length;
            }
            Steps += at - position + 1;
            if (!isCovered)
            {
                var end = position + length;
                if (end > reach)
                    reach = Extend(reach, end, origin);
                var candidate = TArithmetic.Round(pieces.UnknownScore + here);
                ref var target = ref ends[length];
                if (target.Start < 0 || candidate > target.Score)
                    target = new Node { Score = candidate, Start = position, Id = pieces.UnknownId };
            }
            position += length;
        }
        score = _nodes[text.Length - origin].Score;
        Flush(text, origin, text.Length, ref sink);
        return score;
    }

    private int Extend(int reach, int end, int origin)
    {
        foreach (ref var node in _nodes.AsSpan(reach + 1 - origin, end - reach))
            node.Start = -1;
        return end;
    }

    private void Reserve(int last)
    {
        if (last >= _nodes.Length)
            Array.Resize(ref _nodes, checked((int)Math.Min(Math.Max(last + 1L, 2L * _nodes.Length), Array.MaxLength)));
    }

    private void Flush<TSink>(ReadOnlySpan<byte> text, int origin, int end, ref TSink sink)
        where TSink : struct, ISink, allows ref struct
    {
        var count = 0;
        while (end > origin)
        {
            if (count == _path.Length)
                Array.Resize(ref _path, 2 * count);
            ref readonly var node = ref _nodes[end - origin];
            _path[count++] = (end, node.Id);
            end = node.Start;
        }
        for (var start = origin; count > 0;)
        {
            var (pieceEnd, id) = _path[--count];
            sink.Add(id, text[start..pieceEnd]);
            start = pieceEnd;
        }
    }

    /// <summary>Gives back memory that an unusual text took.</summary>
    public void Trim()
    {
        if (_nodes.Length > 1 << 16)
            (_nodes, _path) = (new Node[256], new (int, int)[64]);
    }
}
