using System.Runtime.CompilerServices;

namespace Inkstone.Tensors;

/// <summary>Loops that fold: over a range, over rows, over columns.</summary>
internal static unsafe class ReductionKernels
{
    private const MethodImplOptions Hot = MethodImplOptions.AggressiveOptimization;

    /// <summary>Four running vectors, combined as (0 + 1) + (2 + 3), then lanes as a tree: the order depends on the count alone.</summary>
    [MethodImpl(Hot)]
    public static float Fold<TVector, TFold>(float* x, nint count)
        where TVector : struct, ISimd<TVector>
        where TFold : struct, IFold
    {
        TVector a = TVector.Broadcast(TFold.Identity), b = a, c = a, d = a;
        nint i = 0;
        for (; i <= count - 4 * TVector.Count; i += 4 * TVector.Count)
        {
            a = TFold.Add(a, TVector.Load(x + i));
            b = TFold.Add(b, TVector.Load(x + i + TVector.Count));
            c = TFold.Add(c, TVector.Load(x + i + 2 * TVector.Count));
            d = TFold.Add(d, TVector.Load(x + i + 3 * TVector.Count));
        }
        for (; i <= count - TVector.Count; i += TVector.Count)
            a = TFold.Add(a, TVector.Load(x + i));
        if (i < count)
            b = TFold.Add(b, SimdMemory.LoadPartial(x + i, count - i, TVector.Broadcast(TFold.Identity)));
        return TFold.Finish(TFold.Combine(TFold.Combine(a, b), TFold.Combine(c, d)));
    }

    /// <summary>Σ a·b in the order of <see cref="Fold"/>.</summary>
    [MethodImpl(Hot)]
    public static float Dot<TVector>(float* x, float* y, nint count) where TVector : struct, ISimd<TVector>
    {
        TVector a = default, b = a, c = a, d = a;
        nint i = 0;
        for (; i <= count - 4 * TVector.Count; i += 4 * TVector.Count)
        {
            a = TVector.MultiplyAdd(TVector.Load(x + i), TVector.Load(y + i), a);
            b = TVector.MultiplyAdd(TVector.Load(x + i + TVector.Count), TVector.Load(y + i + TVector.Count), b);
            c = TVector.MultiplyAdd(TVector.Load(x + i + 2 * TVector.Count), TVector.Load(y + i + 2 * TVector.Count), c);
            d = TVector.MultiplyAdd(TVector.Load(x + i + 3 * TVector.Count), TVector.Load(y + i + 3 * TVector.Count), d);
        }
        for (; i <= count - TVector.Count; i += TVector.Count)
            a = TVector.MultiplyAdd(TVector.Load(x + i), TVector.Load(y + i), a);
        if (i < count)
            b = TVector.MultiplyAdd(SimdMemory.LoadPartial<TVector>(x + i, count - i), SimdMemory.LoadPartial<TVector>(y + i, count - i), b);
        return TVector.HorizontalSum((a + b) + (c + d));
    }

    /// <summary>y(c) = fold over rows of x(r, c), added to y when <paramref name="accumulate"/>. Eight rows are combined before they meet y.</summary>
    [MethodImpl(Hot)]
    public static void Columns<TVector, TFold>(float* x, nint rowStride, float* y, nint rows, nint columns, bool accumulate)
        where TVector : struct, ISimd<TVector>
        where TFold : struct, IFold
    {
        if (!accumulate)
            SimdMemory.Fill(TVector.Broadcast(TFold.Identity), y, columns);
        nint row = 0;
        for (; row <= rows - 8; row += 8, x += 8 * rowStride)
        {
            nint i = 0;
            for (; i <= columns - TVector.Count; i += TVector.Count)
                TVector.Store(TFold.Combine(TVector.Load(y + i), EightRows<TVector, TFold>(x + i, rowStride)), y + i);
            if (i < columns)
                EightRowsTail<TVector, TFold>(x + i, rowStride, y + i, columns - i);
        }
        for (; row < rows; row++, x += rowStride)
        {
            nint i = 0;
            for (; i <= columns - TVector.Count; i += TVector.Count)
                TVector.Store(TFold.Add(TVector.Load(y + i), TVector.Load(x + i)), y + i);
            if (i < columns)
            {
                var folded = TFold.Add(SimdMemory.LoadPartial<TVector>(y + i, columns - i), SimdMemory.LoadPartial<TVector>(x + i, columns - i));
                SimdMemory.StorePartial(folded, y + i, columns - i);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector EightRows<TVector, TFold>(float* x, nint rowStride)
        where TVector : struct, ISimd<TVector>
        where TFold : struct, IFold
    {
        var identity = TVector.Broadcast(TFold.Identity);
        var next = x + 4 * rowStride;
        var a = TFold.Add(TFold.Add(identity, TVector.Load(x)), TVector.Load(x + rowStride));
        var b = TFold.Add(TFold.Add(identity, TVector.Load(next)), TVector.Load(next + rowStride));
        a = TFold.Add(TFold.Add(a, TVector.Load(x + 2 * rowStride)), TVector.Load(x + 3 * rowStride));
        b = TFold.Add(TFold.Add(b, TVector.Load(next + 2 * rowStride)), TVector.Load(next + 3 * rowStride));
        return TFold.Combine(a, b);
    }

    /// <summary>The last columns, padded to a whole vector, in the same order of addition.</summary>
    private static void EightRowsTail<TVector, TFold>(float* x, nint rowStride, float* y, nint count)
        where TVector : struct, ISimd<TVector>
        where TFold : struct, IFold
    {
        var padded = stackalloc float[8 * TVector.Count];
        for (var row = 0; row < 8; row++)
            TVector.Store(SimdMemory.LoadPartial<TVector>(x + row * rowStride, count), padded + row * TVector.Count);
        var folded = TFold.Combine(SimdMemory.LoadPartial<TVector>(y, count), EightRows<TVector, TFold>(padded, TVector.Count));
        SimdMemory.StorePartial(folded, y, count);
    }
}
