using System.Runtime.CompilerServices;

namespace Inkstone.Tensors;

/// <summary>A function of two numbers, written once for every vector width. Comparisons give the integers 1 and 0, as bits.</summary>
internal interface IBinaryOperator
{
    /// <summary>f(a, b).</summary>
    static abstract TVector Invoke<TVector>(TVector a, TVector b) where TVector : struct, ISimd<TVector>;
}

/// <summary>Work to be done with a binary operator known by name.</summary>
internal interface IBinaryVisitor
{
    /// <summary>Does the work with this operator.</summary>
    void Visit<TOperator>() where TOperator : struct, IBinaryOperator;
}

/// <summary>From a function's name to its operator struct: the one place that lists them.</summary>
internal static class BinaryOperators
{
    /// <summary>Calls the visitor with the function's operator.</summary>
    public static void Dispatch<TVisitor>(BinaryFunction function, ref TVisitor visitor) where TVisitor : struct, IBinaryVisitor
    {
        switch (function)
        {
            case BinaryFunction.Add: visitor.Visit<AddOperator>(); break;
            case BinaryFunction.Subtract: visitor.Visit<SubtractOperator>(); break;
            case BinaryFunction.Multiply: visitor.Visit<MultiplyOperator>(); break;
            case BinaryFunction.Divide: visitor.Visit<DivideOperator>(); break;
            case BinaryFunction.Maximum: visitor.Visit<MaximumOperator>(); break;
            case BinaryFunction.Minimum: visitor.Visit<MinimumOperator>(); break;
            case BinaryFunction.Power: visitor.Visit<PowerOperator>(); break;
            case BinaryFunction.Less: visitor.Visit<LessOperator>(); break;
            case BinaryFunction.LessOrEqual: visitor.Visit<LessOrEqualOperator>(); break;
            case BinaryFunction.Equal: visitor.Visit<EqualOperator>(); break;
            case BinaryFunction.NotEqual: visitor.Visit<NotEqualOperator>(); break;
            case BinaryFunction.Greater: visitor.Visit<GreaterOperator>(); break;
            case BinaryFunction.GreaterOrEqual: visitor.Visit<GreaterOrEqualOperator>(); break;
            default: throw new ArgumentOutOfRangeException(nameof(function), function, null);
        }
    }
}

internal readonly struct AddOperator : IBinaryOperator
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Invoke<TVector>(TVector a, TVector b) where TVector : struct, ISimd<TVector> => a + b;
}

internal readonly struct SubtractOperator : IBinaryOperator
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Invoke<TVector>(TVector a, TVector b) where TVector : struct, ISimd<TVector> => a - b;
}

internal readonly struct MultiplyOperator : IBinaryOperator
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Invoke<TVector>(TVector a, TVector b) where TVector : struct, ISimd<TVector> => a * b;
}

internal readonly struct DivideOperator : IBinaryOperator
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Invoke<TVector>(TVector a, TVector b) where TVector : struct, ISimd<TVector> => a / b;
}

internal readonly struct MaximumOperator : IBinaryOperator
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Invoke<TVector>(TVector a, TVector b) where TVector : struct, ISimd<TVector> => TVector.Maximum(a, b);
}

internal readonly struct MinimumOperator : IBinaryOperator
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Invoke<TVector>(TVector a, TVector b) where TVector : struct, ISimd<TVector> => TVector.Minimum(a, b);
}

internal readonly struct LessOperator : IBinaryOperator
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Invoke<TVector>(TVector a, TVector b) where TVector : struct, ISimd<TVector> => TVector.LessThan(a, b) & TVector.BroadcastInt32(1);
}

internal readonly struct LessOrEqualOperator : IBinaryOperator
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Invoke<TVector>(TVector a, TVector b) where TVector : struct, ISimd<TVector> => TVector.LessThanOrEqual(a, b) & TVector.BroadcastInt32(1);
}

internal readonly struct EqualOperator : IBinaryOperator
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Invoke<TVector>(TVector a, TVector b) where TVector : struct, ISimd<TVector> => TVector.Equal(a, b) & TVector.BroadcastInt32(1);
}

internal readonly struct NotEqualOperator : IBinaryOperator
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Invoke<TVector>(TVector a, TVector b) where TVector : struct, ISimd<TVector> => TVector.Select(TVector.Equal(a, b), default, TVector.BroadcastInt32(1));
}

internal readonly struct GreaterOperator : IBinaryOperator
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Invoke<TVector>(TVector a, TVector b) where TVector : struct, ISimd<TVector> => TVector.LessThan(b, a) & TVector.BroadcastInt32(1);
}

internal readonly struct GreaterOrEqualOperator : IBinaryOperator
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Invoke<TVector>(TVector a, TVector b) where TVector : struct, ISimd<TVector> => TVector.LessThanOrEqual(b, a) & TVector.BroadcastInt32(1);
}

internal readonly unsafe struct PowerOperator : IBinaryOperator
{
    /// <summary>Lane by lane in scalar code: powers are rare in models, and the special cases of pow are many.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static TVector Invoke<TVector>(TVector a, TVector b) where TVector : struct, ISimd<TVector>
    {
        float* bases = stackalloc float[TVector.Count], exponents = stackalloc float[TVector.Count];
        TVector.Store(a, bases);
        TVector.Store(b, exponents);
        for (var i = 0; i < TVector.Count; i++)
            bases[i] = MathF.Pow(bases[i], exponents[i]);
        return TVector.Load(bases);
    }
}
