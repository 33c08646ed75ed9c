using System.Runtime.CompilerServices;

namespace Inkstone.Tensors;

/// <summary>A way of folding many numbers into one, written once for every vector width.</summary>
internal interface IFold
{
    /// <summary>The result of folding nothing.</summary>
    static abstract float Identity { get; }

    /// <summary>What has been folded so far with one more number in each lane.</summary>
    static abstract TVector Add<TVector>(TVector folded, TVector x) where TVector : struct, ISimd<TVector>;

    /// <summary>Two folded parts as one.</summary>
    static abstract TVector Combine<TVector>(TVector left, TVector right) where TVector : struct, ISimd<TVector>;

    /// <summary>All lanes as one, upper half onto lower half again and again.</summary>
    static abstract float Finish<TVector>(TVector folded) where TVector : struct, ISimd<TVector>;
}

internal readonly struct SumFold : IFold
{
    public static float Identity => 0f;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Add<TVector>(TVector folded, TVector x) where TVector : struct, ISimd<TVector> => folded + x;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Combine<TVector>(TVector left, TVector right) where TVector : struct, ISimd<TVector> => left + right;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Finish<TVector>(TVector folded) where TVector : struct, ISimd<TVector> => TVector.HorizontalSum(folded);
}

internal readonly struct SumOfSquaresFold : IFold
{
    public static float Identity => 0f;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Add<TVector>(TVector folded, TVector x) where TVector : struct, ISimd<TVector> => TVector.MultiplyAdd(x, x, folded);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Combine<TVector>(TVector left, TVector right) where TVector : struct, ISimd<TVector> => left + right;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Finish<TVector>(TVector folded) where TVector : struct, ISimd<TVector> => TVector.HorizontalSum(folded);
}

internal readonly struct MaximumFold : IFold
{
    public static float Identity => float.NegativeInfinity;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Add<TVector>(TVector folded, TVector x) where TVector : struct, ISimd<TVector> => TVector.Maximum(folded, x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Combine<TVector>(TVector left, TVector right) where TVector : struct, ISimd<TVector> => TVector.Maximum(left, right);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Finish<TVector>(TVector folded) where TVector : struct, ISimd<TVector> => TVector.HorizontalMaximum(folded);
}

/// <summary>The largest by the processor's own instruction: quicker, but a NaN may be lost.</summary>
internal readonly struct QuickMaximumFold : IFold
{
    public static float Identity => float.NegativeInfinity;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Add<TVector>(TVector folded, TVector x) where TVector : struct, ISimd<TVector> => TVector.Max(folded, x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Combine<TVector>(TVector left, TVector right) where TVector : struct, ISimd<TVector> => TVector.Max(left, right);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Finish<TVector>(TVector folded) where TVector : struct, ISimd<TVector> => TVector.HorizontalMaximum(folded);
}

internal readonly struct MinimumFold : IFold
{
    public static float Identity => float.PositiveInfinity;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Add<TVector>(TVector folded, TVector x) where TVector : struct, ISimd<TVector> => TVector.Minimum(folded, x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Combine<TVector>(TVector left, TVector right) where TVector : struct, ISimd<TVector> => TVector.Minimum(left, right);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Finish<TVector>(TVector folded) where TVector : struct, ISimd<TVector> => TVector.HorizontalMinimum(folded);
}
