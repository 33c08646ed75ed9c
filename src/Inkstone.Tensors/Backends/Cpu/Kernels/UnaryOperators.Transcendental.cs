using System.Runtime.CompilerServices;

namespace Inkstone.Tensors;

internal readonly struct ExpOperator : IUnaryOperator
{
    public static GradientOperands Operands => GradientOperands.Output;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Invoke<TVector>(TVector x) where TVector : struct, ISimd<TVector> => SimdMath.Exp(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Gradient<TVector>(TVector dy, TVector x, TVector y) where TVector : struct, ISimd<TVector> => dy * y;
}

internal readonly struct LogOperator : IUnaryOperator
{
    public static GradientOperands Operands => GradientOperands.Input;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Invoke<TVector>(TVector x) where TVector : struct, ISimd<TVector> => SimdMath.Log(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Gradient<TVector>(TVector dy, TVector x, TVector y) where TVector : struct, ISimd<TVector> => dy / x;
}

internal readonly struct SinOperator : IUnaryOperator
{
    public static GradientOperands Operands => GradientOperands.Input;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Invoke<TVector>(TVector x) where TVector : struct, ISimd<TVector> => SimdMath.Sin(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Gradient<TVector>(TVector dy, TVector x, TVector y) where TVector : struct, ISimd<TVector> => dy * SimdMath.Cos(x);
}

internal readonly struct CosOperator : IUnaryOperator
{
    public static GradientOperands Operands => GradientOperands.Input;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Invoke<TVector>(TVector x) where TVector : struct, ISimd<TVector> => SimdMath.Cos(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Gradient<TVector>(TVector dy, TVector x, TVector y) where TVector : struct, ISimd<TVector> => -(dy * SimdMath.Sin(x));
}

internal readonly struct ErfOperator : IUnaryOperator
{
    public static GradientOperands Operands => GradientOperands.Input;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Invoke<TVector>(TVector x) where TVector : struct, ISimd<TVector> => SimdMath.Erf(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Gradient<TVector>(TVector dy, TVector x, TVector y) where TVector : struct, ISimd<TVector> => dy * SimdMath.Exp(-(x * x)) * TVector.Broadcast(1.12837917f);
}
