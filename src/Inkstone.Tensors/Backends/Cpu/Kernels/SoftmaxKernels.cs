using System.Runtime.CompilerServices;

namespace Inkstone.Tensors;

/// <summary>Softmax and its logarithm, one row at a time; a row is read three times while it lies in the nearest cache.</summary>
internal static unsafe class SoftmaxKernels
{
    private const MethodImplOptions Hot = MethodImplOptions.AggressiveOptimization;

    /// <summary>y = e^(x − max) / Σ e^(x − max).</summary>
    public static void Forward<TVector>(float* x, float* y, nint columns) where TVector : struct, ISimd<TVector>
    {
        var maximum = ReductionKernels.Fold<TVector, QuickMaximumFold>(x, columns);
        var sum = ExpAndSum<TVector>(x, maximum, y, columns);
        BinaryKernels.Affine<TVector>(y, 1f / sum, 0f, y, columns);
    }

    /// <summary>y = (x − max) − ln Σ e^(x − max).</summary>
    [MethodImpl(Hot)]
    public static void LogForward<TVector>(float* x, float* y, nint columns) where TVector : struct, ISimd<TVector>
    {
        var maximum = ReductionKernels.Fold<TVector, QuickMaximumFold>(x, columns);
        TVector largest = TVector.Broadcast(maximum), logarithm = TVector.Broadcast(MathF.Log(ExpSum<TVector>(x, maximum, columns)));
        nint i = 0;
        for (; i <= columns - TVector.Count; i += TVector.Count)
            TVector.Store(TVector.Load(x + i) - largest - logarithm, y + i);
        if (i < columns)
            SimdMemory.StorePartial(SimdMemory.LoadPartial<TVector>(x + i, columns - i) - largest - logarithm, y + i, columns - i);
    }

    /// <summary>dx = y·(dy − Σ dy·y).</summary>
    [MethodImpl(Hot)]
    public static void Gradient<TVector>(float* y, float* dy, float* dx, nint columns) where TVector : struct, ISimd<TVector>
    {
        var dot = TVector.Broadcast(ReductionKernels.Dot<TVector>(dy, y, columns));
        nint i = 0;
        for (; i <= columns - TVector.Count; i += TVector.Count)
            TVector.Store(TVector.Load(y + i) * (TVector.Load(dy + i) - dot), dx + i);
        if (i < columns)
        {
            var rest = columns - i;
            var result = SimdMemory.LoadPartial<TVector>(y + i, rest) * (SimdMemory.LoadPartial<TVector>(dy + i, rest) - dot);
            SimdMemory.StorePartial(result, dx + i, rest);
        }
    }

    /// <summary>dx = dy − eʸ·Σ dy.</summary>
    [MethodImpl(Hot)]
    public static void LogGradient<TVector>(float* y, float* dy, float* dx, nint columns) where TVector : struct, ISimd<TVector>
    {
        var minusSum = TVector.Broadcast(-ReductionKernels.Fold<TVector, SumFold>(dy, columns));
        nint i = 0;
        for (; i <= columns - TVector.Count; i += TVector.Count)
            TVector.Store(TVector.MultiplyAdd(SimdMath.ExpOfSmall(TVector.Load(y + i)), minusSum, TVector.Load(dy + i)), dx + i);
        if (i < columns)
        {
            var rest = columns - i;
            var probability = SimdMath.ExpOfSmall(SimdMemory.LoadPartial<TVector>(y + i, rest));
            SimdMemory.StorePartial(TVector.MultiplyAdd(probability, minusSum, SimdMemory.LoadPartial<TVector>(dy + i, rest)), dx + i, rest);
        }
    }

    /// <summary>y = e^(x − maximum), and the sum of y. Nothing of x may exceed the maximum.</summary>
    [MethodImpl(Hot)]
    public static float ExpAndSum<TVector>(float* x, float maximum, float* y, nint columns) where TVector : struct, ISimd<TVector>
    {
        TVector largest = TVector.Broadcast(maximum), a = default, b = default;
        nint i = 0;
        for (; i <= columns - 2 * TVector.Count; i += 2 * TVector.Count)
        {
            var first = SimdMath.ExpOfSmall(TVector.Load(x + i) - largest);
            var second = SimdMath.ExpOfSmall(TVector.Load(x + i + TVector.Count) - largest);
            TVector.Store(first, y + i);
            TVector.Store(second, y + i + TVector.Count);
            a += first;
            b += second;
        }
        for (; i < columns; i += TVector.Count)
        {
            var last = SimdMath.ExpOfSmall(SimdMemory.LoadPartial(x + i, columns - i, TVector.Broadcast(float.NegativeInfinity)) - largest);
            SimdMemory.StorePartial(last, y + i, columns - i);
            a += last;
        }
        return TVector.HorizontalSum(a + b);
    }

    /// <summary>Σ e^(x − maximum), nothing stored; the same sum as <see cref="ExpAndSum"/>.</summary>
    [MethodImpl(Hot)]
    public static float ExpSum<TVector>(float* x, float maximum, nint columns) where TVector : struct, ISimd<TVector>
    {
        TVector largest = TVector.Broadcast(maximum), a = default, b = default;
        nint i = 0;
        for (; i <= columns - 2 * TVector.Count; i += 2 * TVector.Count)
        {
            a += SimdMath.ExpOfSmall(TVector.Load(x + i) - largest);
            b += SimdMath.ExpOfSmall(TVector.Load(x + i + TVector.Count) - largest);
        }
        for (; i < columns; i += TVector.Count)
            a += SimdMath.ExpOfSmall(SimdMemory.LoadPartial(x + i, columns - i, TVector.Broadcast(float.NegativeInfinity)) - largest);
        return TVector.HorizontalSum(a + b);
    }
}
