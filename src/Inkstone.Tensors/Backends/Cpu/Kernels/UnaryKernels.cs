using System.Runtime.CompilerServices;

namespace Inkstone.Tensors;

/// <summary>Loops of functions of one number, alone and as the gate of another, and their gradients.</summary>
internal static unsafe class UnaryKernels
{
    private const MethodImplOptions Hot = MethodImplOptions.AggressiveOptimization;

    /// <summary>y = f(x).</summary>
    [MethodImpl(Hot)]
    public static void Forward<TVector, TOperator>(float* x, float* y, nint count)
        where TVector : struct, ISimd<TVector>
        where TOperator : struct, IUnaryOperator
    {
        nint i = 0;
        for (; i <= count - TVector.Count; i += TVector.Count)
            TVector.Store(TOperator.Invoke(TVector.Load(x + i)), y + i);
        if (i < count)
            SimdMemory.StorePartial(TOperator.Invoke(SimdMemory.LoadPartial<TVector>(x + i, count - i)), y + i, count - i);
    }

    /// <summary>dx = dy·f′(x); x or y may be null when the operator does not read it.</summary>
    [MethodImpl(Hot)]
    public static void Gradient<TVector, TOperator>(float* dy, float* x, float* y, float* dx, nint count)
        where TVector : struct, ISimd<TVector>
        where TOperator : struct, IUnaryOperator
    {
        nint i = 0;
        for (; i <= count - TVector.Count; i += TVector.Count)
        {
            var input = (TOperator.Operands & GradientOperands.Input) != 0 ? TVector.Load(x + i) : default;
            var output = (TOperator.Operands & GradientOperands.Output) != 0 ? TVector.Load(y + i) : default;
            TVector.Store(TOperator.Gradient(TVector.Load(dy + i), input, output), dx + i);
        }
        if (i < count)
        {
            var rest = count - i;
            var input = (TOperator.Operands & GradientOperands.Input) != 0 ? SimdMemory.LoadPartial<TVector>(x + i, rest) : default;
            var output = (TOperator.Operands & GradientOperands.Output) != 0 ? SimdMemory.LoadPartial<TVector>(y + i, rest) : default;
            SimdMemory.StorePartial(TOperator.Gradient(SimdMemory.LoadPartial<TVector>(dy + i, rest), input, output), dx + i, rest);
        }
    }

    /// <summary>y = f(gate)·up for rows with strides of their own.</summary>
    [MethodImpl(Hot)]
    public static void Gated<TVector, TOperator>(
        float* gate, nint gateStride, float* up, nint upStride, float* y, nint yStride, nint rows, nint columns)
        where TVector : struct, ISimd<TVector>
        where TOperator : struct, IUnaryOperator
    {
        for (nint row = 0; row < rows; row++, gate += gateStride, up += upStride, y += yStride)
        {
            nint i = 0;
            for (; i <= columns - TVector.Count; i += TVector.Count)
                TVector.Store(TOperator.Invoke(TVector.Load(gate + i)) * TVector.Load(up + i), y + i);
            if (i < columns)
            {
                var rest = columns - i;
                var activated = TOperator.Invoke(SimdMemory.LoadPartial<TVector>(gate + i, rest));
                SimdMemory.StorePartial(activated * SimdMemory.LoadPartial<TVector>(up + i, rest), y + i, rest);
            }
        }
    }

    /// <summary>dgate = dy·up·f′(gate), dup = dy·f(gate). One row; the results may overwrite gate, up or dy.</summary>
    [MethodImpl(Hot)]
    public static void GatedGradient<TVector, TOperator>(float* dy, float* gate, float* up, float* dgate, float* dup, nint columns)
        where TVector : struct, ISimd<TVector>
        where TOperator : struct, IUnaryOperator
    {
        nint i = 0;
        for (; i <= columns - TVector.Count; i += TVector.Count)
        {
            var gradient = TVector.Load(dy + i);
            var input = TVector.Load(gate + i);
            var output = TOperator.Invoke(input);
            var gateGradient = TOperator.Gradient(gradient * TVector.Load(up + i), input, output);
            TVector.Store(gateGradient, dgate + i);
            TVector.Store(gradient * output, dup + i);
        }
        if (i < columns)
        {
            var rest = columns - i;
            var gradient = SimdMemory.LoadPartial<TVector>(dy + i, rest);
            var input = SimdMemory.LoadPartial<TVector>(gate + i, rest);
            var output = TOperator.Invoke(input);
            var gateGradient = TOperator.Gradient(gradient * SimdMemory.LoadPartial<TVector>(up + i, rest), input, output);
            SimdMemory.StorePartial(gateGradient, dgate + i, rest);
            SimdMemory.StorePartial(gradient * output, dup + i, rest);
        }
    }
}
