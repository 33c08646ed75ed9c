using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Inkstone.Tensors;

/// <summary>
/// The kernel of products with block formats: a tile of up to six rounded rows by one panel over a stretch of k. Within a group of columns sums are whole numbers, which are
/// exact; groups are added in ascending order in single precision, so a result depends on its row and on the weight alone. A group of 32 columns adds fma(d · scale, sum, y)
/// and then, where there are offsets, fma(d · Σ activations, offset, y). Two groups of sixteen share a d: they add fma(fma(scale₁, sum₁, scale₀ · sum₀), d, y), the first
/// one's offset before it and the second one's after.
/// </summary>
internal static unsafe class BlockTile<TLayout, TDot, TSums, TFour>
    where TLayout : struct, IPanelLayout
    where TDot : struct, IByteDot<TSums, TFour>
    where TSums : struct
    where TFour : struct
{
    // How far ahead of the products lines of a panel are asked for where rows are few and memory is what they wait for.
    private const int AheadBytes = 4096;

    /// <summary>Adds products with some groups of a panel to sums of sixteen columns a row.</summary>
    /// <param name="tile">The records of the rows, from the first group on.</param>
    /// <param name="panel">The panel.</param>
    /// <param name="ready">What was made ready of the groups, if anything was.</param>
    /// <param name="first">The first group; where groups have sixteen columns, an even one.</param>
    /// <param name="end">The group after the last.</param>
    /// <param name="y">The sums, sixteen a row.</param>
    /// <param name="yStride">Elements from one row's sums to the next.</param>
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Multiply<TRows, TSource>(byte* tile, byte* panel, float* ready, int first, int end, float* y, nint yStride)
        where TRows : struct, IRowCount
        where TSource : struct, IPanelSource
    {
        var x = (sbyte*)tile;
        var codes = TSource.Codes<TLayout>(panel, first, ready);
        var memory = stackalloc byte[(TRows.Value * Panel.Rows + 8) * sizeof(float)];
        var halves = (float*)((nint)(memory + 31) & -32);
        for (var group = first; group < end; group++)
        {
            var starts = (int*)(x + ActivationBlocks.StartsAt(TRows.Value, TLayout.GroupLength));
            var s00 = TDot.Start(starts);
            var s01 = s00;
            var s10 = TRows.Value > 1 ? TDot.Start(starts + 1) : default;
            var s11 = s10;
            var s20 = TRows.Value > 2 ? TDot.Start(starts + 2) : default;
            var s21 = s20;
            var s30 = TRows.Value > 3 ? TDot.Start(starts + 3) : default;
            var s31 = s30;
            var s40 = TRows.Value > 4 ? TDot.Start(starts + 4) : default;
            var s41 = s40;
            var s50 = TRows.Value > 5 ? TDot.Start(starts + 5) : default;
            var s51 = s50;
            var weights = codes;
            codes += TSource.Step<TLayout>(group);
            if (TSource.CodeBits<TLayout>() == 8)
            {
                for (var step = 0; step < TLayout.GroupLength; step += 8, weights += 128)
                {
                    if (!TSource.IsForManyRows && Sse.IsSupported)
                    {
                        Sse.Prefetch0(weights + AheadBytes);
                        Sse.Prefetch0(weights + AheadBytes + 64);
                    }
                    Step<TRows>(
                        Vector256.Load(weights), Vector256.Load(weights + 32), x + step, ref s00, ref s01, ref s10, ref s11, ref s20, ref s21, ref s30, ref s31, ref s40, ref s41,
                        ref s50, ref s51);
                    Step<TRows>(
                        Vector256.Load(weights + 64), Vector256.Load(weights + 96), x + step + 4, ref s00, ref s01, ref s10, ref s11, ref s20, ref s21, ref s30, ref s31, ref s40,
                        ref s41, ref s50, ref s51);
                }
            }
            else
            {
                var low = Vector256.Create((byte)15);
                for (var step = 0; step < TLayout.GroupLength / 2; step += 4, weights += 64)
                {
                    if (!TSource.IsForManyRows && Sse.IsSupported)
                        Sse.Prefetch0(weights + AheadBytes);
                    var (both0, both1) = (Vector256.Load(weights), Vector256.Load(weights + 32));
                    Step<TRows>(
                        both0 & low, both1 & low, x + step, ref s00, ref s01, ref s10, ref s11, ref s20, ref s21, ref s30, ref s31, ref s40, ref s41, ref s50, ref s51);
                    Step<TRows>(
                        (both0.AsUInt16() >> 4).AsByte() & low, (both1.AsUInt16() >> 4).AsByte() & low, x + step + TLayout.GroupLength / 2, ref s00, ref s01, ref s10, ref s11,
                        ref s20, ref s21, ref s30, ref s31, ref s40, ref s41, ref s50, ref s51);
                }
            }
            TSource.Read<TLayout>(panel, group, ready, out var scale0, out var scale1, out var offset0, out var offset1);
            ready += TSource.ReadyLength<TLayout>();
            var origin = Vector256.Create(ActivationBlocks.Origin);
            var scale = (float*)(x + ActivationBlocks.ScalesAt(TRows.Value, TLayout.GroupLength));
            var total = (float*)(x + ActivationBlocks.TotalsAt(TRows.Value, TLayout.GroupLength));
            x += ActivationBlocks.RecordBytes(TRows.Value, TLayout.GroupLength);
            Finish(group, s00, s01, scale0, scale1, offset0, offset1, origin, scale, total, halves, y);
            if (TRows.Value > 1)
                Finish(group, s10, s11, scale0, scale1, offset0, offset1, origin, scale + 1, total + 1, halves + 1 * Panel.Rows, y + yStride);
            if (TRows.Value > 2)
                Finish(group, s20, s21, scale0, scale1, offset0, offset1, origin, scale + 2, total + 2, halves + 2 * Panel.Rows, y + 2 * yStride);
            if (TRows.Value > 3)
                Finish(group, s30, s31, scale0, scale1, offset0, offset1, origin, scale + 3, total + 3, halves + 3 * Panel.Rows, y + 3 * yStride);
            if (TRows.Value > 4)
                Finish(group, s40, s41, scale0, scale1, offset0, offset1, origin, scale + 4, total + 4, halves + 4 * Panel.Rows, y + 4 * yStride);
            if (TRows.Value > 5)
                Finish(group, s50, s51, scale0, scale1, offset0, offset1, origin, scale + 5, total + 5, halves + 5 * Panel.Rows, y + 5 * yStride);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Step<TRows>(
        Vector256<byte> first, Vector256<byte> second, sbyte* x, ref TSums s00, ref TSums s01, ref TSums s10, ref TSums s11, ref TSums s20, ref TSums s21, ref TSums s30,
        ref TSums s31, ref TSums s40, ref TSums s41, ref TSums s50, ref TSums s51)
        where TRows : struct, IRowCount
    {
        Add(first, second, x, ref s00, ref s01);
        if (TRows.Value > 1)
            Add(first, second, x + TLayout.GroupLength, ref s10, ref s11);
        if (TRows.Value > 2)
            Add(first, second, x + 2 * TLayout.GroupLength, ref s20, ref s21);
        if (TRows.Value > 3)
            Add(first, second, x + 3 * TLayout.GroupLength, ref s30, ref s31);
        if (TRows.Value > 4)
            Add(first, second, x + 4 * TLayout.GroupLength, ref s40, ref s41);
        if (TRows.Value > 5)
            Add(first, second, x + 5 * TLayout.GroupLength, ref s50, ref s51);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Add(Vector256<byte> first, Vector256<byte> second, sbyte* x, ref TSums s0, ref TSums s1)
    {
        var activations = TDot.Spread(x);
        s0 = TDot.Add(s0, first, activations);
        s1 = TDot.Add(s1, second, activations);
    }

    /// <summary>Adds a group's sums of one row to the row's result; where two groups share a scale of the activations, the first is put by in <paramref name="half"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Finish(
        int group, TSums s0, TSums s1, Vector256<float> scale0, Vector256<float> scale1, Vector256<float> offset0, Vector256<float> offset1, Vector256<float> origin, float* scale,
        float* total, float* half, float* y)
    {
        var (sum0, sum1) = (TDot.Fold(s0).AsSingle() - origin, TDot.Fold(s1).AsSingle() - origin);
        if (TLayout.GroupLength == ActivationBlocks.Length)
        {
            var each = Vector256.Create(*scale);
            Add(scale0 * each, sum0, offset0, total, y);
            Add(scale1 * each, sum1, offset1, total, y + 8);
            return;
        }
        if ((group & 1) == 0)
        {
            (scale0 * sum0).Store(half);
            (scale1 * sum1).Store(half + 8);
            if (TLayout.HasOffsets)
            {
                var sum = Vector256.Create(*total);
                Vector256.FusedMultiplyAdd(sum, offset0, Vector256.Load(y)).Store(y);
                Vector256.FusedMultiplyAdd(sum, offset1, Vector256.Load(y + 8)).Store(y + 8);
            }
            return;
        }
        var both = Vector256.Create(*scale);
        Add(Vector256.FusedMultiplyAdd(scale0, sum0, Vector256.Load(half)), both, offset0, total, y);
        Add(Vector256.FusedMultiplyAdd(scale1, sum1, Vector256.Load(half + 8)), both, offset1, total, y + 8);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Add(Vector256<float> a, Vector256<float> b, Vector256<float> offset, float* total, float* y)
    {
        var sum = Vector256.FusedMultiplyAdd(a, b, Vector256.Load(y));
        if (TLayout.HasOffsets)
            sum = Vector256.FusedMultiplyAdd(Vector256.Create(*total), offset, sum);
        sum.Store(y);
    }
}
