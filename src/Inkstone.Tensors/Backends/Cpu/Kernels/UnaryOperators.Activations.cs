using System.Runtime.CompilerServices;

namespace Inkstone.Tensors;

internal readonly struct TanhOperator : IUnaryOperator
{
    public static GradientOperands Operands => GradientOperands.Output;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Invoke<TVector>(TVector x) where TVector : struct, ISimd<TVector> => SimdMath.Tanh(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Gradient<TVector>(TVector dy, TVector x, TVector y) where TVector : struct, ISimd<TVector> =>
        dy * (TVector.Broadcast(1f) - y * y);
}

internal readonly struct SigmoidOperator : IUnaryOperator
{
    public static GradientOperands Operands => GradientOperands.Output;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Invoke<TVector>(TVector x) where TVector : struct, ISimd<TVector> => SimdMath.Sigmoid(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Gradient<TVector>(TVector dy, TVector x, TVector y) where TVector : struct, ISimd<TVector> =>
        dy * y * (TVector.Broadcast(1f) - y);
}

internal readonly struct ReluOperator : IUnaryOperator
{
    public static GradientOperands Operands => GradientOperands.Output;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Invoke<TVector>(TVector x) where TVector : struct, ISimd<TVector> => TVector.Max(default, x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Gradient<TVector>(TVector dy, TVector x, TVector y) where TVector : struct, ISimd<TVector> =>
        TVector.LessThan(default, y) & dy;
}

internal readonly struct ReluSquaredOperator : IUnaryOperator
{
    public static GradientOperands Operands => GradientOperands.Input;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Invoke<TVector>(TVector x) where TVector : struct, ISimd<TVector>
    {
        var positive = TVector.Max(default, x);
        return positive * positive;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Gradient<TVector>(TVector dy, TVector x, TVector y) where TVector : struct, ISimd<TVector>
    {
        var positive = TVector.Max(default, x);
        return dy * (positive + positive);
    }
}

internal readonly struct SiluOperator : IUnaryOperator
{
    public static GradientOperands Operands => GradientOperands.Input;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Invoke<TVector>(TVector x) where TVector : struct, ISimd<TVector> => x * SimdMath.Sigmoid(x);

    /// <summary>dy·s·(1 + x(1 − s)) with s = sigmoid(x).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Gradient<TVector>(TVector dy, TVector x, TVector y) where TVector : struct, ISimd<TVector>
    {
        var one = TVector.Broadcast(1f);
        var s = SimdMath.Sigmoid(x);
        return dy * s * TVector.MultiplyAdd(x, one - s, one);
    }
}

internal readonly struct GeluErfOperator : IUnaryOperator
{
    public static GradientOperands Operands => GradientOperands.Input;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Invoke<TVector>(TVector x) where TVector : struct, ISimd<TVector> =>
        x * SimdMath.NormalDistribution(x, out _);

    /// <summary>dy·(Φ(x) + x·φ(x)) with φ(x) = e^(−x²/2)/√(2π).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Gradient<TVector>(TVector dy, TVector x, TVector y) where TVector : struct, ISimd<TVector>
    {
        var distribution = SimdMath.NormalDistribution(x, out var gauss);
        return dy * TVector.MultiplyAdd(x * gauss, TVector.Broadcast(0.398942280f), distribution);
    }
}

internal readonly struct GeluTanhOperator : IUnaryOperator
{
    private const float TwiceRootTwoOverPi = 1.59576912f;
    private const float Cubic = 0.044715f;

    public static GradientOperands Operands => GradientOperands.Input;

    /// <summary>½(1 + tanh u) = sigmoid(2u), which keeps its accuracy where tanh comes near −1.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Invoke<TVector>(TVector x) where TVector : struct, ISimd<TVector> => x * Gate(x);

    /// <summary>dy·s·(1 + x(1 − s)·2u′) with s = sigmoid(2u), u′ = √(2/π)(1 + 3·0.044715x²).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Gradient<TVector>(TVector dy, TVector x, TVector y) where TVector : struct, ISimd<TVector>
    {
        var one = TVector.Broadcast(1f);
        var s = Gate(x);
        var slope = TVector.MultiplyAdd(x * x, TVector.Broadcast(3f * TwiceRootTwoOverPi * Cubic), TVector.Broadcast(TwiceRootTwoOverPi));
        return dy * s * TVector.MultiplyAdd((one - s) * slope, x, one);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector Gate<TVector>(TVector x) where TVector : struct, ISimd<TVector> =>
        SimdMath.Sigmoid(x * TVector.MultiplyAdd(x * x, TVector.Broadcast(TwiceRootTwoOverPi * Cubic), TVector.Broadcast(TwiceRootTwoOverPi)));
}

internal readonly struct SoftplusOperator : IUnaryOperator
{
    public static GradientOperands Operands => GradientOperands.Input;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Invoke<TVector>(TVector x) where TVector : struct, ISimd<TVector> => SimdMath.Softplus(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Gradient<TVector>(TVector dy, TVector x, TVector y) where TVector : struct, ISimd<TVector> =>
        dy * SimdMath.Sigmoid(x);
}
