using System.Runtime.CompilerServices;

namespace Inkstone.Tensors;

/// <summary>Loops of functions of two and three numbers.</summary>
internal static unsafe class BinaryKernels
{
    private const MethodImplOptions Hot = MethodImplOptions.AggressiveOptimization;

    /// <summary>y(r, c) = f(a(r, c), b(r, c)) over [rows, columns].</summary>
    public static void Rows<TVector, TOperator>(RowOperand a, RowOperand b, float* y, nint yRowStride, nint rows, nint columns)
        where TVector : struct, ISimd<TVector>
        where TOperator : struct, IBinaryOperator
    {
        if (a.RunsOn(columns) && b.RunsOn(columns) && yRowStride == columns)
        {
            columns *= rows;
            rows = 1;
        }
        for (nint row = 0; row < rows; row++)
        {
            float* aRow = a.Start + row * a.RowStride, bRow = b.Start + row * b.RowStride, yRow = y + row * yRowStride;
            if (a.Step != 0 && b.Step != 0)
                Both<TVector, TOperator>(aRow, bRow, yRow, columns);
            else if (a.Step != 0)
                ScalarRight<TVector, TOperator>(aRow, *bRow, yRow, columns);
            else
                ScalarLeft<TVector, TOperator>(*aRow, bRow, b.Step, yRow, columns);
        }
    }

    [MethodImpl(Hot)]
    private static void Both<TVector, TOperator>(float* a, float* b, float* y, nint count)
        where TVector : struct, ISimd<TVector>
        where TOperator : struct, IBinaryOperator
    {
        nint i = 0;
        for (; i <= count - 2 * TVector.Count; i += 2 * TVector.Count)
        {
            var first = TOperator.Invoke(TVector.Load(a + i), TVector.Load(b + i));
            var second = TOperator.Invoke(TVector.Load(a + i + TVector.Count), TVector.Load(b + i + TVector.Count));
            TVector.Store(first, y + i);
            TVector.Store(second, y + i + TVector.Count);
        }
        for (; i < count; i += TVector.Count)
        {
            var rest = count - i;
            var last = TOperator.Invoke(SimdMemory.LoadPartial<TVector>(a + i, rest), SimdMemory.LoadPartial<TVector>(b + i, rest));
            SimdMemory.StorePartial(last, y + i, rest);
        }
    }

    [MethodImpl(Hot)]
    private static void ScalarRight<TVector, TOperator>(float* a, float b, float* y, nint count)
        where TVector : struct, ISimd<TVector>
        where TOperator : struct, IBinaryOperator
    {
        var right = TVector.Broadcast(b);
        nint i = 0;
        for (; i <= count - TVector.Count; i += TVector.Count)
            TVector.Store(TOperator.Invoke(TVector.Load(a + i), right), y + i);
        if (i < count)
            SimdMemory.StorePartial(TOperator.Invoke(SimdMemory.LoadPartial<TVector>(a + i, count - i), right), y + i, count - i);
    }

    /// <summary>As <see cref="ScalarRight"/> with the sides exchanged; <paramref name="bStep"/> is 0 where b is one number too.</summary>
    [MethodImpl(Hot)]
    private static void ScalarLeft<TVector, TOperator>(float a, float* b, nint bStep, float* y, nint count)
        where TVector : struct, ISimd<TVector>
        where TOperator : struct, IBinaryOperator
    {
        var left = TVector.Broadcast(a);
        if (bStep == 0)
        {
            SimdMemory.Fill(TOperator.Invoke(left, TVector.Broadcast(*b)), y, count);
            return;
        }
        nint i = 0;
        for (; i <= count - TVector.Count; i += TVector.Count)
            TVector.Store(TOperator.Invoke(left, TVector.Load(b + i)), y + i);
        if (i < count)
            SimdMemory.StorePartial(TOperator.Invoke(left, SimdMemory.LoadPartial<TVector>(b + i, count - i)), y + i, count - i);
    }

    /// <summary>y = scale·x + offset.</summary>
    [MethodImpl(Hot)]
    public static void Affine<TVector>(float* x, float scale, float offset, float* y, nint count) where TVector : struct, ISimd<TVector>
    {
        TVector factor = TVector.Broadcast(scale), constant = TVector.Broadcast(offset);
        nint i = 0;
        for (; i <= count - TVector.Count; i += TVector.Count)
            TVector.Store(TVector.MultiplyAdd(TVector.Load(x + i), factor, constant), y + i);
        if (i < count)
            SimdMemory.StorePartial(
                TVector.MultiplyAdd(SimdMemory.LoadPartial<TVector>(x + i, count - i), factor, constant), y + i, count - i);
    }

    /// <summary>y += scale·x.</summary>
    [MethodImpl(Hot)]
    public static void AddScaled<TVector>(float* x, float scale, float* y, nint count) where TVector : struct, ISimd<TVector>
    {
        var factor = TVector.Broadcast(scale);
        nint i = 0;
        for (; i <= count - TVector.Count; i += TVector.Count)
            TVector.Store(TVector.MultiplyAdd(TVector.Load(x + i), factor, TVector.Load(y + i)), y + i);
        if (i < count)
        {
            var rest = count - i;
            var sum = TVector.MultiplyAdd(SimdMemory.LoadPartial<TVector>(x + i, rest), factor, SimdMemory.LoadPartial<TVector>(y + i, rest));
            SimdMemory.StorePartial(sum, y + i, rest);
        }
    }

    /// <summary>y += a·b.</summary>
    [MethodImpl(Hot)]
    public static void AddProduct<TVector>(float* a, float* b, float* y, nint count) where TVector : struct, ISimd<TVector>
    {
        nint i = 0;
        for (; i <= count - TVector.Count; i += TVector.Count)
            TVector.Store(TVector.MultiplyAdd(TVector.Load(a + i), TVector.Load(b + i), TVector.Load(y + i)), y + i);
        if (i < count)
        {
            var rest = count - i;
            TVector left = SimdMemory.LoadPartial<TVector>(a + i, rest), right = SimdMemory.LoadPartial<TVector>(b + i, rest);
            SimdMemory.StorePartial(TVector.MultiplyAdd(left, right, SimdMemory.LoadPartial<TVector>(y + i, rest)), y + i, rest);
        }
    }

    /// <summary>y = mask ≠ 0 ? a : b; a step of 0 makes that side one number.</summary>
    [MethodImpl(Hot)]
    public static void Select<TVector>(int* mask, float* a, int aStep, float* b, int bStep, float* y, nint count)
        where TVector : struct, ISimd<TVector>
    {
        TVector left = TVector.Broadcast(aStep == 0 && count > 0 ? *a : 0f), right = TVector.Broadcast(bStep == 0 && count > 0 ? *b : 0f);
        nint i = 0;
        for (; i <= count - TVector.Count; i += TVector.Count)
        {
            if (aStep != 0)
                left = TVector.Load(a + i);
            if (bStep != 0)
                right = TVector.Load(b + i);
            TVector.Store(TVector.Select(TVector.EqualInt32(TVector.Load((float*)mask + i), default), right, left), y + i);
        }
        for (; i < count; i++)
            y[i] = mask[i] != 0 ? a[i * aStep] : b[i * bStep];
    }
}
