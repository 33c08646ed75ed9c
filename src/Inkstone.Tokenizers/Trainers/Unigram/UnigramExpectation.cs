namespace Inkstone.Tokenizers;

/// <summary>
/// The expected number of times each piece is used in words that occur so often, over all ways of cutting them (forward and backward sums).
/// Sums are kept as numbers, not logarithms: where one becomes very small, it and those after it are scaled up by a power of two that is
/// remembered, and only quotients of near neighbours are ever used. One thread at a time.
/// </summary>
internal sealed class UnigramExpectation
{
    private const double Small = 1.0 / (1L << 60) / (1L << 60) / (1L << 60);
    private const double Scale = 1.0 / Small;
    private static readonly double LogScale = Math.Log(Scale);
    private double[] _sums = new double[256];
    private double[] _shares = new double[256]; // the probability that a place is on the path
    private int[] _scales = new int[256];
    private Arc[] _arcs = new Arc[1024];

    private struct Arc
    {
        public int Start;
        public int End;
        public int Id;
    }

    /// <summary>Adds what one word is expected to use.</summary>
    /// <param name="trie">The pieces.</param>
    /// <param name="probabilities">The probability of each piece; 0 for one that is out.</param>
    /// <param name="unknown">The probability of a character that is no piece.</param>
    /// <param name="longest">The longest piece, in bytes.</param>
    /// <param name="word">The word.</param>
    /// <param name="count">How often it occurs.</param>
    /// <param name="expected">What is added to.</param>
    /// <returns>The natural logarithm of the word's probability.</returns>
    public double Add(ByteTrie trie, double[] probabilities, double unknown, int longest, ReadOnlySpan<byte> word, long count, double[] expected)
    {
        Reserve(word.Length + 1, longest);
        var arcCount = Forward(trie.Nodes, probabilities, unknown, longest, word);
        var shares = _shares.AsSpan(0, word.Length + 1);
        shares.Clear();
        shares[^1] = 1;
        // Arcs stand in the order of their starts: whatever begins at a place has been walked back over before what ends there.
        for (var i = arcCount - 1; i >= 0; i--)
        {
            ref readonly var arc = ref _arcs[i];
            if (shares[arc.End] == 0)
                continue;
            var probability = arc.Id < 0 ? unknown : probabilities[arc.Id];
            var share = shares[arc.End] / _sums[arc.End] * (_sums[arc.Start] * probability);
            for (var scale = _scales[arc.Start]; scale < _scales[arc.End]; scale++)
                share *= Scale;
            shares[arc.Start] += share;
            if (arc.Id >= 0)
                expected[arc.Id] += share * count;
        }
        return Math.Log(_sums[word.Length]) - _scales[word.Length] * LogScale;
    }

    private int Forward(ReadOnlySpan<ByteTrie.Node> trie, double[] probabilities, double unknown, int longest, ReadOnlySpan<byte> word)
    {
        var sums = _sums.AsSpan(0, word.Length + 1);
        sums.Clear();
        sums[0] = 1;
        int count = 0, scale = 0;
        for (int start = 0, length; start < word.Length; start += length)
        {
            length = Utf8Text.LengthAt(word, start);
            if (sums[start] < Small)
            {
                scale++;
                foreach (ref var sum in sums[start..Math.Min(sums.Length, start + longest + 4)])
                    sum *= Scale;
            }
            _scales[start] = scale;
            var here = sums[start];
            var (node, isCovered) = (0, false);
            if (_arcs.Length - count <= longest)
                Array.Resize(ref _arcs, 2 * _arcs.Length + longest);
            for (var at = start; at < word.Length; at++)
            {
                var child = trie[node].Base ^ word[at];
                if (trie[child].Parent != node)
                    break;
                node = child;
                var id = trie[node].Value;
                if (id < 0 || probabilities[id] == 0)
                    continue;
                sums[at + 1] += here * probabilities[id];
                _arcs[count++] = new Arc { Start = start, End = at + 1, Id = id };
                isCovered |= at + 1 - start == length;
            }
            if (isCovered)
                continue;
            sums[start + length] += here * unknown;
            _arcs[count++] = new Arc { Start = start, End = start + length, Id = -1 };
        }
        _scales[word.Length] = scale;
        return count;
    }

    private void Reserve(int places, int longest)
    {
        if (places + longest <= _sums.Length)
            return;
        var size = 2 * (places + longest);
        (_sums, _shares, _scales) = (new double[size], new double[size], new int[size]);
    }
}
