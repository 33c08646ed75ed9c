using System.Collections.Concurrent;

namespace Inkstone.Tokenizers;

/// <summary>How often each piece is on the best path of a word, and what would take its place.</summary>
/// <param name="Pieces">How often each piece is used.</param>
/// <param name="Words">How many words, by their counts, use it.</param>
/// <param name="Total">How many pieces are used in all.</param>
/// <param name="TotalWords">How many words there are, by their counts.</param>
internal sealed record UnigramUsage(long[] Pieces, long[] Words, double Total, double TotalWords)
{
    private const int PartCount = 8;

    /// <summary>Finds the best path of every word.</summary>
    public static UnigramUsage Count(UnigramWords words, PieceBlock pieces, double[] scores, ByteTrie trie, ParallelOptions parallel)
    {
        var parts = new (long[] Pieces, long[] Words)[PartCount];
        var unknown = scores.Min() - UnigramPieces.UnknownPenalty;
        Parallel.For(0, PartCount, parallel, part =>
        {
            var (used, found) = (new long[pieces.Count], new long[pieces.Count]);
            var path = new ShortestPath();
            for (var i = part; i < words.Count; i += PartCount)
            {
                var ids = path.Find(trie, scores, unknown, words[i], isWholeExcluded: false, out _);
                for (var k = 0; k < ids.Length; k++)
                {
                    if (ids[k] < 0)
                        continue;
                    used[ids[k]] += words.Counts[i];
                    if (!ids[..k].Contains(ids[k]))
                        found[ids[k]] += words.Counts[i];
                }
            }
            parts[part] = (used, found);
        });
        var (total, inWords) = parts[0];
        foreach (var (used, found) in parts[1..])
        {
            for (var id = 0; id < total.Length; id++)
                (total[id], inWords[id]) = (total[id] + used[id], inWords[id] + found[id]);
        }
        return new(total, inWords, total.Sum(), words.Counts.Sum());
    }

    /// <summary>For each piece the best way of cutting it into others: null where there is none, empty where it is better than the piece.</summary>
    public static int[]?[] Alternatives(PieceBlock pieces, double[] scores, ByteTrie trie, ParallelOptions parallel)
    {
        var alternatives = new int[]?[pieces.Count];
        Parallel.ForEach(Partitioner.Create(0, pieces.Count, 4096), parallel, range =>
        {
            var path = new ShortestPath();
            for (var id = range.Item1; id < range.Item2; id++)
            {
                var ids = path.Find(trie, scores, double.NegativeInfinity, pieces[id], isWholeExcluded: true, out var score);
                alternatives[id] = double.IsNegativeInfinity(score) ? null : score > scores[id] ? [] : ids.ToArray();
            }
        });
        return alternatives;
    }

    /// <summary>The best path of a short text, without rounding; −1 for unknown characters. One thread at a time.</summary>
    private sealed class ShortestPath
    {
        private (double Score, int Start, int Id)[] _nodes = new (double, int, int)[128];
        private int[] _ids = new int[128];

        public ReadOnlySpan<int> Find(ByteTrie trie, double[] scores, double unknown, ReadOnlySpan<byte> text, bool isWholeExcluded, out double score)
        {
            if (text.Length >= _nodes.Length)
                (_nodes, _ids) = (new (double, int, int)[2 * text.Length], new int[2 * text.Length]);
            var nodes = _nodes.AsSpan(0, text.Length + 1);
            nodes.Fill((double.NegativeInfinity, -1, -1));
            nodes[0].Score = 0;
            for (int start = 0, length; start < text.Length; start += length)
            {
                length = Utf8Text.LengthAt(text, start);
                var (node, isCovered) = (0, false);
                for (var at = start; at < text.Length && trie.TryStep(ref node, text[at]); at++)
                {
                    var id = trie.Nodes[node].Value;
                    if (id < 0 || (isWholeExcluded && at + 1 - start == text.Length))
                        continue;
                    isCovered |= at + 1 - start == length;
                    var candidate = nodes[start].Score + scores[id];
                    if (candidate > nodes[at + 1].Score)
                        nodes[at + 1] = (candidate, start, id);
                }
                if (!isCovered && nodes[start].Score + unknown > nodes[start + length].Score)
                    nodes[start + length] = (nodes[start].Score + unknown, start, -1);
            }
            score = nodes[text.Length].Score;
            var count = 0;
            if (double.IsNegativeInfinity(score))
                return [];
            for (var end = text.Length; end > 0; end = nodes[end].Start)
                _ids[count++] = nodes[end].Id;
            return _ids.AsSpan(0, count);
        }
    }
}
