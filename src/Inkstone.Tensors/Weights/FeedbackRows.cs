using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Inkstone.Tensors;

/// <summary>
/// Rows rounded column after column, in the order of an <see cref="ErrorFeedback"/>: column k is rounded as w[k] + Σ e[j]·U[j, k] over the columns j before it, e = w - q being
/// their errors. A block's scales and offsets are chosen when its first column is reached, from its columns as they stand then.
/// </summary>
internal static class FeedbackRows
{
    /// <summary>Quantises some rows side by side, so that each row of U is read once for all of them.</summary>
    /// <param name="weights">Whole rows.</param>
    /// <param name="feedback">The order, U and the importance of the columns.</param>
    /// <param name="bytes">Where the blocks are written.</param>
    [SkipLocalsInit]
    public static void Quantize<TBlock>(ReadOnlySpan<float> weights, ErrorFeedback feedback, Span<byte> bytes)
        where TBlock : IWeightBlock
    {
        var columns = feedback.Columns;
        var rows = weights.Length / columns;
        var (blocks, groupsOfRow) = (columns / TBlock.Length, columns / TBlock.GroupLength);
        var groups = TBlock.Length / TBlock.GroupLength;
        var targets = new float[weights.Length]; // each column as it is to be rounded, as far as errors are counted in
        var errors = new float[weights.Length]; // in the order of rounding
        var levels = new sbyte[weights.Length];
        var (scales, offsets) = (new float[rows * groupsOfRow], new float[rows * groupsOfRow]);
        var counted = new int[columns]; // how many errors each column's target has counted in
        var begun = new bool[blocks];
        Span<float> even = stackalloc float[TBlock.Length];
        Span<float> importance = stackalloc float[TBlock.Length];
        even.Fill(1);
        for (var time = 0; time < columns; time++)
        {
            var column = feedback.Order[time];
            var block = column / TBlock.Length;
            if (!begun[block])
            {
                begun[block] = true;
                for (var member = block * TBlock.Length; member < (block + 1) * TBlock.Length; member++)
                {
                    var early = feedback.Before(feedback.TimeOf[member])[..time];
                    counted[member] = time;
                    for (var row = 0; row < rows; row++)
                        targets[(row * columns) + member] = weights[(row * columns) + member] + Dot(errors.AsSpan(row * columns, time), early);
                }
                var known = BlockRows.TryScale(feedback.Importance.Slice(block * TBlock.Length, TBlock.Length), importance);
                for (var row = 0; row < rows; row++)
                {
                    var place = bytes.Slice(((row * blocks) + block) * TBlock.Bytes, TBlock.Bytes);
                    var first = (row * columns) + (block * TBlock.Length);
                    TBlock.Quantize(targets.AsSpan(first, TBlock.Length), known ? importance : even, place);
                    TBlock.Unpack(
                        place, levels.AsSpan(first, TBlock.Length), scales.AsSpan((row * groupsOfRow) + (block * groups), groups),
                        offsets.AsSpan((row * groupsOfRow) + (block * groups), groups));
                }
            }
            var from = counted[column];
            var share = feedback.Before(time)[from..];
            for (var row = 0; row < rows; row++)
            {
                var place = (row * columns) + column;
                var group = (row * groupsOfRow) + (column / TBlock.GroupLength);
                var target = targets[place] + Dot(errors.AsSpan((row * columns) + from, time - from), share);
                var (scale, offset) = (scales[group], TBlock.HasOffsets ? offsets[group] : 0);
                var level = TBlock.Nearest((target - offset) * Inverse(scale));
                levels[place] = (sbyte)level;
                var product = level * scale;
                errors[(row * columns) + time] = weights[place] - (TBlock.HasOffsets ? product + offset : product);
            }
        }
        for (var i = 0; i < rows * blocks; i++)
            TBlock.Pack(levels.AsSpan(i * TBlock.Length, TBlock.Length), bytes.Slice(i * TBlock.Bytes, TBlock.Bytes));
    }

    /// <summary>1 / scale; 0 where that is no number to reckon with.</summary>
    private static float Inverse(float scale) => 1 / scale is var inverse && float.IsFinite(inverse) ? inverse : 0;

    /// <summary>Σ a·b in one order everywhere.</summary>
    private static float Dot(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        var (first, second, i) = (Vector256<float>.Zero, Vector256<float>.Zero, 0);
        for (; i <= a.Length - (2 * Vector256<float>.Count); i += 2 * Vector256<float>.Count)
        {
            first += Lanes.Load(a, i) * Lanes.Load(b, i);
            second += Lanes.Load(a, i + Vector256<float>.Count) * Lanes.Load(b, i + Vector256<float>.Count);
        }
        var sum = Lanes.Sum(first + second);
        for (; i < a.Length; i++)
            sum += a[i] * b[i];
        return sum;
    }
}
