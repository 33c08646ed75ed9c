using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Inkstone.Tensors;

/// <summary>
/// The kernel of products with block formats: up to six rounded rows by one panel over all of k. Within a group of columns sums are whole numbers, which are exact;
/// groups are added in ascending order, each as fma(d · scale, sum, y) and then, where there are offsets, fma(d · Σ activations, offset, y), in single precision. So a
/// result depends on its row and on the weight alone.
/// </summary>
internal static unsafe class BlockTile<TLayout, TDot, TSums, TFour>
    where TLayout : struct, IPanelLayout
    where TDot : struct, IByteDot<TSums, TFour>
    where TSums : struct
    where TFour : struct
{
    /// <summary>The most rows at once: twelve sums in sixteen registers.</summary>
    public const int MostRows = 6;

    // How far ahead of the products lines of a panel are asked for where rows are few and memory is what they wait for.
    private const int AheadBytes = 4096;

    /// <summary>Adds products with some groups of a panel to sums of sixteen columns a row.</summary>
    /// <param name="a">The rows.</param>
    /// <param name="row">The first row.</param>
    /// <param name="panel">The panel.</param>
    /// <param name="ready">Scales and offsets of the groups, if they are ready made.</param>
    /// <param name="first">The first group.</param>
    /// <param name="end">The group after the last.</param>
    /// <param name="y">The sums, sixteen a row.</param>
    /// <param name="yStride">Elements from one row's sums to the next.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Multiply<TRows, TScales>(in ActivationBlocks a, int row, byte* panel, float* ready, int first, int end, float* y, nint yStride)
        where TRows : struct, IRowCount
        where TScales : struct, IScaleSource
    {
        // The fourth row has a pointer of its own: the others are then one or two strides from one of the two, which an address can say by itself.
        nint codeStride = a.CodeStride, scaleStride = a.Columns / ActivationBlocks.Length, groupStride = a.Columns / TLayout.GroupLength;
        var codes = a.CodesOf(row) + (nint)first * TLayout.GroupLength;
        var codes3 = codes + 3 * codeStride;
        var scales = a.ScalesOf(row);
        var start = a.StartsOf(row) + first;
        var total = a.TotalsOf(row) + first;
        var panelCodes = TLayout.Codes(panel, first);
        for (var group = first; group < end; group++, start++, total++, codes += TLayout.GroupLength, codes3 += TLayout.GroupLength)
        {
            var s00 = TDot.Start(start);
            var s01 = s00;
            var s10 = TRows.Value > 1 ? TDot.Start(start + groupStride) : default;
            var s11 = s10;
            var s20 = TRows.Value > 2 ? TDot.Start(start + 2 * groupStride) : default;
            var s21 = s20;
            var s30 = TRows.Value > 3 ? TDot.Start(start + 3 * groupStride) : default;
            var s31 = s30;
            var s40 = TRows.Value > 4 ? TDot.Start(start + 4 * groupStride) : default;
            var s41 = s40;
            var s50 = TRows.Value > 5 ? TDot.Start(start + 5 * groupStride) : default;
            var s51 = s50;
            var weights = panelCodes;
            panelCodes += TLayout.Step(group);
            var x = codes;
            var x3 = codes3;
            if (TLayout.CodeBits == 8)
            {
                for (var step = 0; step < TLayout.GroupLength; step += 8, weights += 128, x += 8, x3 += 8)
                {
                    if (TScales.AsksAhead && Sse.IsSupported)
                    {
                        Sse.Prefetch0(weights + AheadBytes);
                        Sse.Prefetch0(weights + AheadBytes + 64);
                    }
                    Step<TRows>(
                        Vector256.Load(weights), Vector256.Load(weights + 32), x, x3, codeStride, ref s00, ref s01, ref s10, ref s11, ref s20, ref s21, ref s30, ref s31,
                        ref s40, ref s41, ref s50, ref s51);
                    Step<TRows>(
                        Vector256.Load(weights + 64), Vector256.Load(weights + 96), x + 4, x3 + 4, codeStride, ref s00, ref s01, ref s10, ref s11, ref s20, ref s21, ref s30,
                        ref s31, ref s40, ref s41, ref s50, ref s51);
                }
            }
            else
            {
                var low = Vector256.Create((byte)15);
                for (var step = 0; step < TLayout.GroupLength / 2; step += 4, weights += 64, x += 4, x3 += 4)
                {
                    if (TScales.AsksAhead && Sse.IsSupported)
                        Sse.Prefetch0(weights + AheadBytes);
                    var (both0, both1) = (Vector256.Load(weights), Vector256.Load(weights + 32));
                    Step<TRows>(
                        both0 & low, both1 & low, x, x3, codeStride, ref s00, ref s01, ref s10, ref s11, ref s20, ref s21, ref s30, ref s31, ref s40, ref s41, ref s50,
                        ref s51);
                    Step<TRows>(
                        (both0.AsUInt16() >> 4).AsByte() & low, (both1.AsUInt16() >> 4).AsByte() & low, x + TLayout.GroupLength / 2, x3 + TLayout.GroupLength / 2, codeStride, ref s00, ref s01,
                        ref s10, ref s11, ref s20, ref s21, ref s30, ref s31, ref s40, ref s41, ref s50, ref s51);
                }
            }
            TScales.Read<TLayout>(panel, group, ready, out var scale0, out var scale1, out var offset0, out var offset1);
            ready += ReadyScales.Length;
            var origin = Vector256.Create(ActivationBlocks.Origin);
            var scale = scales + (TLayout.GroupLength == ActivationBlocks.Length ? group : group >> 1);
            Finish(s00, s01, scale0, scale1, offset0, offset1, origin, scale, total, y);
            if (TRows.Value > 1)
                Finish(s10, s11, scale0, scale1, offset0, offset1, origin, scale + scaleStride, total + groupStride, y + yStride);
            if (TRows.Value > 2)
                Finish(s20, s21, scale0, scale1, offset0, offset1, origin, scale + 2 * scaleStride, total + 2 * groupStride, y + 2 * yStride);
            if (TRows.Value > 3)
                Finish(s30, s31, scale0, scale1, offset0, offset1, origin, scale + 3 * scaleStride, total + 3 * groupStride, y + 3 * yStride);
            if (TRows.Value > 4)
                Finish(s40, s41, scale0, scale1, offset0, offset1, origin, scale + 4 * scaleStride, total + 4 * groupStride, y + 4 * yStride);
            if (TRows.Value > 5)
                Finish(s50, s51, scale0, scale1, offset0, offset1, origin, scale + 5 * scaleStride, total + 5 * groupStride, y + 5 * yStride);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Step<TRows>(
        Vector256<byte> first, Vector256<byte> second, sbyte* x, sbyte* x3, nint stride, ref TSums s00, ref TSums s01, ref TSums s10, ref TSums s11, ref TSums s20,
        ref TSums s21, ref TSums s30, ref TSums s31, ref TSums s40, ref TSums s41, ref TSums s50, ref TSums s51)
        where TRows : struct, IRowCount
    {
        Add(first, second, x, ref s00, ref s01);
        if (TRows.Value > 1)
            Add(first, second, x + stride, ref s10, ref s11);
        if (TRows.Value > 2)
            Add(first, second, x + 2 * stride, ref s20, ref s21);
        if (TRows.Value > 3)
            Add(first, second, x3, ref s30, ref s31);
        if (TRows.Value > 4)
            Add(first, second, x3 + stride, ref s40, ref s41);
        if (TRows.Value > 5)
            Add(first, second, x3 + 2 * stride, ref s50, ref s51);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Add(Vector256<byte> first, Vector256<byte> second, sbyte* x, ref TSums s0, ref TSums s1)
    {
        var activations = TDot.Spread(x);
        s0 = TDot.Add(s0, first, activations);
        s1 = TDot.Add(s1, second, activations);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Finish(
        TSums s0, TSums s1, Vector256<float> scale0, Vector256<float> scale1, Vector256<float> offset0, Vector256<float> offset1, Vector256<float> origin, float* scale, float* sum, float* y)
    {
        var each = Vector256.Create(*scale);
        var y0 = Vector256.FusedMultiplyAdd(scale0 * each, TDot.Fold(s0).AsSingle() - origin, Vector256.Load(y));
        if (!TLayout.HasOffsets)
            y0.Store(y);
        var y1 = Vector256.FusedMultiplyAdd(scale1 * each, TDot.Fold(s1).AsSingle() - origin, Vector256.Load(y + 8));
        if (TLayout.HasOffsets)
        {
            var total = Vector256.Create(*sum);
            Vector256.FusedMultiplyAdd(total, offset0, y0).Store(y);
            y1 = Vector256.FusedMultiplyAdd(total, offset1, y1);
        }
        y1.Store(y + 8);
    }
}
