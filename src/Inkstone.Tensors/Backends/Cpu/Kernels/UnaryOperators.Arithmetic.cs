using System.Runtime.CompilerServices;

namespace Inkstone.Tensors;

// The formulas are documented at UnaryFunction, one operator to a member.

internal readonly struct NegateOperator : IUnaryOperator
{
    public static GradientOperands Operands => GradientOperands.None;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Invoke<TVector>(TVector x) where TVector : struct, ISimd<TVector> => -x;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Gradient<TVector>(TVector dy, TVector x, TVector y) where TVector : struct, ISimd<TVector> => -dy;
}

internal readonly struct AbsOperator : IUnaryOperator
{
    public static GradientOperands Operands => GradientOperands.Input;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Invoke<TVector>(TVector x) where TVector : struct, ISimd<TVector> => TVector.Abs(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Gradient<TVector>(TVector dy, TVector x, TVector y) where TVector : struct, ISimd<TVector> => dy * SimdMath.Sign(x);
}

internal readonly struct SignOperator : IUnaryOperator
{
    public static GradientOperands Operands => GradientOperands.None;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Invoke<TVector>(TVector x) where TVector : struct, ISimd<TVector> => SimdMath.Sign(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Gradient<TVector>(TVector dy, TVector x, TVector y) where TVector : struct, ISimd<TVector> => default;
}

internal readonly struct SquareOperator : IUnaryOperator
{
    public static GradientOperands Operands => GradientOperands.Input;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Invoke<TVector>(TVector x) where TVector : struct, ISimd<TVector> => x * x;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Gradient<TVector>(TVector dy, TVector x, TVector y) where TVector : struct, ISimd<TVector> => dy * (x + x);
}

internal readonly struct ReciprocalOperator : IUnaryOperator
{
    public static GradientOperands Operands => GradientOperands.Output;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Invoke<TVector>(TVector x) where TVector : struct, ISimd<TVector> => TVector.Broadcast(1f) / x;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Gradient<TVector>(TVector dy, TVector x, TVector y) where TVector : struct, ISimd<TVector> => -(dy * y * y);
}

internal readonly struct SqrtOperator : IUnaryOperator
{
    public static GradientOperands Operands => GradientOperands.Output;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Invoke<TVector>(TVector x) where TVector : struct, ISimd<TVector> => TVector.Sqrt(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Gradient<TVector>(TVector dy, TVector x, TVector y) where TVector : struct, ISimd<TVector> => dy * TVector.Broadcast(0.5f) / y;
}

internal readonly struct RsqrtOperator : IUnaryOperator
{
    public static GradientOperands Operands => GradientOperands.Output;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Invoke<TVector>(TVector x) where TVector : struct, ISimd<TVector> => SimdMath.ReciprocalSqrt(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Gradient<TVector>(TVector dy, TVector x, TVector y) where TVector : struct, ISimd<TVector> => dy * y * y * y * TVector.Broadcast(-0.5f);
}
