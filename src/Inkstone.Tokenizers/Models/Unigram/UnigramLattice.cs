using Inkstone.Foundation.Randomness;

namespace Inkstone.Tokenizers;

/// <summary>
/// All ways of cutting a text into pieces, as a graph: places between characters, and an arc for each piece (or unknown character) from
/// one place to another. Gives the best n ways, and ways drawn at random for subword regularisation (Kudo 2018).
/// </summary>
internal sealed class UnigramLattice
{
    private readonly int _length;
    private readonly List<Arc> _arcs = [];
    private readonly int[] _firstByEnd; // the last arc that ends at a place, −1 for none; the others follow through PreviousByEnd

    private readonly record struct Arc(int Start, int End, int Id, double Score, int PreviousByEnd);

    private readonly record struct Partial(int Place, int Arc, int Next, double Score);

    /// <summary>The lattice of a text.</summary>
    public UnigramLattice(UnigramPieces pieces, ReadOnlySpan<byte> text)
    {
        _length = text.Length;
        _firstByEnd = new int[text.Length + 1];
        Array.Fill(_firstByEnd, -1);
        var trie = pieces.Trie;
        for (int start = 0, length; start < text.Length; start += length)
        {
            length = Utf8Text.LengthAt(text, start);
            var (node, isCovered) = (0, false);
            for (var at = start; at < text.Length && trie.TryStep(ref node, text[at]); at++)
            {
                var id = trie.Nodes[node].Value;
                if (id < 0)
                    continue;
                Add(start, at + 1, id, pieces.Scores[id]);
                isCovered |= at + 1 - start == length;
            }
            if (!isCovered)
                Add(start, start + length, pieces.UnknownId, pieces.UnknownScore);
        }
    }

    /// <summary>
    /// The best ways, best first: a search from the end in which what is left is valued exactly, so that each place is taken up at most as
    /// often as ways are wanted.
    /// </summary>
    public List<(List<(int Id, int End)> Path, double Score)> Best(int count)
    {
        var forward = ForwardScores();
        var taken = new int[_length + 1];
        var partials = new List<Partial> { new(_length, -1, -1, 0) };
        var agenda = new PriorityQueue<int, (double Cost, int Order)>();
        agenda.Enqueue(0, (0, 0));
        var best = new List<(List<(int, int)>, double)>();
        while (best.Count < count && agenda.TryDequeue(out var index, out _))
        {
            var partial = partials[index];
            if (++taken[partial.Place] > count)
                continue;
            if (partial.Place == 0)
            {
                best.Add((Path(partials, index), partial.Score));
                continue;
            }
            for (var arc = _firstByEnd[partial.Place]; arc >= 0; arc = _arcs[arc].PreviousByEnd)
            {
                var score = partial.Score + _arcs[arc].Score;
                agenda.Enqueue(partials.Count, (-(score + forward[_arcs[arc].Start]), partials.Count));
                partials.Add(new(_arcs[arc].Start, arc, index, score));
            }
        }
        return best;
    }

    /// <summary>
    /// One way drawn with probability in proportion to exp(<paramref name="sharpness"/> × score): sums from the left, then a walk from the
    /// right. 0 makes all ways equally likely, 1 is the model's own distribution, more sharpens it.
    /// </summary>
    public List<(int Id, int End)> Sample(double sharpness, RngCursor random)
    {
        var sums = ForwardSums(sharpness);
        var path = new List<(int Id, int End)>();
        for (var place = _length; place > 0;)
        {
            var threshold = random.NextDouble();
            var chosen = -1;
            for (var arc = _firstByEnd[place]; arc >= 0; arc = _arcs[arc].PreviousByEnd)
            {
                // Arcs into the middle of a character lead nowhere and have no weight.
                var weight = Math.Exp(sums[_arcs[arc].Start] + sharpness * _arcs[arc].Score - sums[place]);
                if (weight <= 0)
                    continue;
                chosen = arc;
                threshold -= weight;
                if (threshold < 0)
                    break;
            }
            path.Add((_arcs[chosen].Id, place));
            place = _arcs[chosen].Start;
        }
        path.Reverse();
        return path;
    }

    /// <summary>The natural logarithm of the sum over all ways of exp(<paramref name="sharpness"/> × score).</summary>
    public double LogSum(double sharpness) => ForwardSums(sharpness)[_length];

    private void Add(int start, int end, int id, double score)
    {
        _arcs.Add(new(start, end, id, score, _firstByEnd[end]));
        _firstByEnd[end] = _arcs.Count - 1;
    }

    private double[] ForwardScores()
    {
        var scores = new double[_length + 1];
        Array.Fill(scores, double.NegativeInfinity);
        scores[0] = 0;
        foreach (var arc in _arcs)
            scores[arc.End] = Math.Max(scores[arc.End], scores[arc.Start] + arc.Score);
        return scores;
    }

    private double[] ForwardSums(double sharpness)
    {
        var sums = new double[_length + 1];
        Array.Fill(sums, double.NegativeInfinity);
        sums[0] = 0;
        foreach (var arc in _arcs)
        {
            var (a, b) = (sums[arc.End], sums[arc.Start] + sharpness * arc.Score);
            var high = Math.Max(a, b);
            sums[arc.End] = double.IsNegativeInfinity(high) ? high : high + Math.Log(Math.Exp(a - high) + Math.Exp(b - high));
        }
        return sums;
    }

    private List<(int Id, int End)> Path(List<Partial> partials, int index)
    {
        var path = new List<(int, int)>();
        for (; partials[index].Arc >= 0; index = partials[index].Next)
            path.Add((_arcs[partials[index].Arc].Id, _arcs[partials[index].Arc].End));
        return path;
    }
}
