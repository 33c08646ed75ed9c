namespace Inkstone.Tokenizers;

/// <summary>
/// The best path of a short word in itself, and by how much it beats the second: where that margin is wider than what rounding can do
/// to the sums of a long text, the word's path is the same wherever it stands, and may be remembered.
/// </summary>
internal static class UnigramMargin
{
    /// <summary>The longest word that is looked at, in bytes.</summary>
    public const int LongestWord = WordCache.LongestPiece;

    private struct Node
    {
        public double Best;
        public double Second;
        public int Start;
        public int Id;
    }

    /// <summary>Finds the path.</summary>
    /// <param name="pieces">The pieces.</param>
    /// <param name="word">The word, at most <see cref="LongestWord"/> bytes.</param>
    /// <param name="ids">Room for one id a byte; the ids of the path.</param>
    /// <param name="margin">How much the score of any other path is lower; infinite where there is no other.</param>
    /// <returns>How many ids there are; −1 where a character is unknown.</returns>
    public static int Find(UnigramPieces pieces, ReadOnlySpan<byte> word, Span<int> ids, out double margin)
    {
        Span<Node> nodes = stackalloc Node[LongestWord + 1];
        nodes = nodes[..(word.Length + 1)];
        nodes.Fill(new Node { Best = double.NegativeInfinity, Second = double.NegativeInfinity });
        nodes[0].Best = 0;
        var trie = pieces.Trie;
        margin = 0;
        for (int position = 0, length; position < word.Length; position += length)
        {
            length = Utf8Text.LengthAt(word, position);
            var here = nodes[position];
            var node = 0;
            var isCovered = false;
            for (var at = position; at < word.Length && trie.TryStep(ref node, word[at]); at++)
            {
                var id = trie.Nodes[node].Value;
                if (id < 0)
                    continue;
                isCovered |= at + 1 - position == length;
                ref var target = ref nodes[at + 1];
                var (best, second) = (here.Best + pieces.Scores[id], here.Second + pieces.Scores[id]);
                if (best > target.Best)
                    target = new Node { Best = best, Second = Math.Max(second, target.Best), Start = position, Id = id };
                else
                    target.Second = Math.Max(target.Second, best);
            }
            if (!isCovered)
                return -1;
        }
        var count = 0;
        for (var end = word.Length; end > 0; end = nodes[end].Start)
            ids[count++] = nodes[end].Id;
        ids[..count].Reverse();
        margin = nodes[word.Length].Best - nodes[word.Length].Second;
        return count;
    }
}
