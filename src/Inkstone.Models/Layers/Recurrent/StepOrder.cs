using Inkstone.Tensors;

namespace Inkstone.Models;

/// <summary>
/// The rows of a ragged batch in the order in which a recurrence meets them: step after step, within a step the sequences that still have a row, longest
/// sequence first. The sequences of a step are therefore the first so many of the step before, and a step's rows lie together.
/// </summary>
internal sealed class StepOrder
{
    private readonly int[]? _rows;
    private readonly int[]? _sequences;

    /// <summary>Finds the order.</summary>
    /// <param name="layout">The sequences.</param>
    /// <param name="backwards">Whether each is read from its last row to its first.</param>
    public StepOrder(TokenLayout layout, bool backwards)
    {
        SequenceCount = layout.SequenceCount;
        Lengths = new int[layout.LongestLength];
        for (var s = 0; s < SequenceCount; s++)
            for (var t = 0; t < layout.Length(s); t++)
                Lengths[t]++;
        _sequences = LongestFirst(layout);
        var rows = new int[layout.RowCount];
        var place = 0;
        for (var t = 0; t < Lengths.Length; t++)
            for (var i = 0; i < Lengths[t]; i++)
            {
                var sequence = _sequences?[i] ?? i;
                rows[place++] = backwards ? layout.Starts[sequence + 1] - 1 - t : layout.Starts[sequence] + t;
            }
        _rows = IsIdentity(rows) ? null : rows;
    }

    /// <summary>How many sequences there are, the empty ones included.</summary>
    public int SequenceCount { get; }

    /// <summary>How many sequences each step has; falling.</summary>
    public int[] Lengths { get; }

    /// <summary>Rows in the layout's order → in the order of steps.</summary>
    public Tensor ToSteps(Tensor rows) => Take(rows, _rows);

    /// <summary>Rows in the order of steps → in the layout's order.</summary>
    public Tensor FromSteps(Tensor steps) => Take(steps, Inverse(_rows));

    /// <summary>One row a sequence, in the layout's order → longest first.</summary>
    public Tensor ToLongestFirst(Tensor states) => Take(states, _sequences);

    /// <summary>One row a sequence, longest first → in the layout's order.</summary>
    public Tensor FromLongestFirst(Tensor states) => Take(states, Inverse(_sequences));

    private static Tensor Take(Tensor x, int[]? order) => order is null ? x : x.Rows(Tensor.From(order, [order.Length], x.Backend));

    private static int[]? LongestFirst(TokenLayout layout)
    {
        // equal lengths keep their order: the length, turned round, above the number
        var keys = new long[layout.SequenceCount];
        for (var s = 0; s < keys.Length; s++)
            keys[s] = ((long)(int.MaxValue - layout.Length(s)) << 32) | (uint)s;
        Array.Sort(keys);
        var order = Array.ConvertAll(keys, key => (int)(uint)key);
        return IsIdentity(order) ? null : order;
    }

    private static bool IsIdentity(int[] order)
    {
        for (var i = 0; i < order.Length; i++)
            if (order[i] != i)
                return false;
        return true;
    }

    private static int[]? Inverse(int[]? order)
    {
        if (order is null)
            return null;
        var inverse = new int[order.Length];
        for (var i = 0; i < order.Length; i++)
            inverse[order[i]] = i;
        return inverse;
    }
}
