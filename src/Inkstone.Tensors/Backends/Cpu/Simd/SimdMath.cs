using System.Runtime.CompilerServices;

namespace Inkstone.Tensors;

/// <summary>
/// Exponentials, logarithms and what is made of them, on whole vectors. The polynomials are minimax fits (Remez exchange) of our own;
/// each method states its largest error measured against double precision, in units of relative error unless said otherwise.
/// </summary>
internal static partial class SimdMath
{
    private const MethodImplOptions Inline = MethodImplOptions.AggressiveInlining;

    private const float Log2OfE = 1.44269504f;

    /// <summary>ln 2 with 12 bits, so that its product with an exponent is exact; the rest follows.</summary>
    private const float Ln2High = 0.693115234f;
    private const float Ln2Low = 3.19461850e-5f;

    /// <summary>1.5·2²³: adding it leaves the nearest whole number in the low bits of the sum.</summary>
    private const float RoundingShift = 12582912f;

    /// <summary>eˣ over the whole range: 0 at −∞, ∞ from 88.73 on, denormal results included. Error ≤ 1.0e-7.</summary>
    [MethodImpl(Inline)]
    public static TVector Exp<TVector>(TVector x) where TVector : struct, ISimd<TVector>
    {
        x = TVector.Max(TVector.Broadcast(-104.2f), TVector.Min(TVector.Broadcast(89f), x));
        var shifted = TVector.MultiplyAdd(x, TVector.Broadcast(Log2OfE), TVector.Broadcast(RoundingShift));
        var exponent = TVector.SubtractInt32(shifted, TVector.Broadcast(RoundingShift));
        var mantissa = ReducedExpMinusOne(x, shifted - TVector.Broadcast(RoundingShift)) + TVector.Broadcast(1f);
        // Two steps, because 2ⁿ itself does not exist for n = 128 and n < −126.
        var half = TVector.ShiftRightArithmetic(exponent, 1);
        return mantissa * PowerOfTwo(half) * PowerOfTwo(TVector.SubtractInt32(exponent, half));
    }

    /// <summary>
    /// eˣ for x ≤ 88; results below 1.2e-38 become 0, so it is a few instructions shorter than <see cref="Exp"/>. Error ≤ 1.0e-7.
    /// </summary>
    [MethodImpl(Inline)]
    public static TVector ExpOfSmall<TVector>(TVector x) where TVector : struct, ISimd<TVector>
    {
        var reduced = ReduceSmall(x, out var scale);
        return TVector.MultiplyAdd(scale, reduced, scale);
    }

    /// <summary>eˣ − 1 for x ≤ 88, accurate near 0. Error ≤ 2.0e-7.</summary>
    [MethodImpl(Inline)]
    public static TVector ExpMinusOneOfSmall<TVector>(TVector x) where TVector : struct, ISimd<TVector>
    {
        var reduced = ReduceSmall(x, out var scale);
        return TVector.MultiplyAdd(scale, reduced, scale - TVector.Broadcast(1f));
    }

    /// <summary>ln x: −∞ at 0, NaN below, denormal arguments included. Error ≤ 1.2e-7.</summary>
    [MethodImpl(Inline)]
    public static TVector Log<TVector>(TVector x) where TVector : struct, ISimd<TVector>
    {
        var denormal = TVector.LessThan(x, TVector.Broadcast(1.17549435e-38f));
        var normal = TVector.Select(denormal, x * TVector.Broadcast(33554432f), x);
        // x = 2ᵉ·m with m in [√½, √2): the bits of √½ taken off, what is left of the exponent field is e.
        var exponent = TVector.ShiftRightArithmetic(TVector.SubtractInt32(normal, TVector.BroadcastInt32(0x3F3504F3)), 23);
        var fraction = TVector.SubtractInt32(normal, TVector.ShiftLeft(exponent, 23)) - TVector.Broadcast(1f);
        var e = TVector.FromInt32(exponent) - (denormal & TVector.Broadcast(25f));
        var result = LogOnePlusReduced(fraction, e);
        result = TVector.Select(TVector.LessThan(x, TVector.Broadcast(float.PositiveInfinity)), result, x); // +∞ and NaN stay
        result = TVector.Select(TVector.Equal(x, default), TVector.Broadcast(float.NegativeInfinity), result);
        return TVector.Select(TVector.LessThan(x, default), TVector.Broadcast(float.NaN), result);
    }

    /// <summary>ln(1 + z) for z in [0, 1], accurate near 0. Error ≤ 1.5e-7.</summary>
    [MethodImpl(Inline)]
    public static TVector LogOnePlusUnit<TVector>(TVector z) where TVector : struct, ISimd<TVector>
    {
        // Above √2 − 1, (1 + z)/2 = 1 + (z − 1)/2 is reduced instead, and ln 2 is added.
        var upper = TVector.LessThan(TVector.Broadcast(0.41421356f), z);
        var one = TVector.Broadcast(1f);
        var fraction = TVector.Select(upper, (z - one) * TVector.Broadcast(0.5f), z);
        return LogOnePlusReduced(fraction, upper & one);
    }

    /// <summary>tanh x = −d/(2 + d) with d = e^(−2|x|) − 1, the sign of x put back; accurate near 0. Error ≤ 2.0e-7.</summary>
    [MethodImpl(Inline)]
    public static TVector Tanh<TVector>(TVector x) where TVector : struct, ISimd<TVector>
    {
        var sign = x & TVector.Broadcast(-0f);
        var d = ExpMinusOneOfSmall(TVector.Abs(x) * TVector.Broadcast(-2f));
        return TVector.Abs(d / (TVector.Broadcast(2f) + d)) | sign;
    }

    /// <summary>
    /// 1/(1 + e⁻ˣ), computed from e^(−|x|) so that it never overflows and keeps its accuracy towards 0. Error ≤ 2.0e-7; results below
    /// 1.2e-38 become 0.
    /// </summary>
    [MethodImpl(Inline)]
    public static TVector Sigmoid<TVector>(TVector x) where TVector : struct, ISimd<TVector>
    {
        var one = TVector.Broadcast(1f);
        var z = ExpOfSmall(TVector.Abs(x) ^ TVector.Broadcast(-0f));
        return TVector.Select(TVector.LessThan(x, default), z, one) / (one + z);
    }

    /// <summary>ln(1 + eˣ) = max(x, 0) + ln(1 + e^(−|x|)). Error ≤ 2.0e-7.</summary>
    [MethodImpl(Inline)]
    public static TVector Softplus<TVector>(TVector x) where TVector : struct, ISimd<TVector> =>
        TVector.Max(default, x) + LogOnePlusUnit(ExpOfSmall(TVector.Abs(x) ^ TVector.Broadcast(-0f)));

    /// <summary>1/√x with a true root and a true division.</summary>
    [MethodImpl(Inline)]
    public static TVector ReciprocalSqrt<TVector>(TVector x) where TVector : struct, ISimd<TVector> =>
        TVector.Broadcast(1f) / TVector.Sqrt(x);

    /// <summary>−1, 0 or 1; 0 for NaN.</summary>
    [MethodImpl(Inline)]
    public static TVector Sign<TVector>(TVector x) where TVector : struct, ISimd<TVector>
    {
        var one = TVector.Broadcast(1f);
        return (TVector.LessThan(default, x) & one) - (TVector.LessThan(x, default) & one);
    }

    /// <summary>2ⁿ for integer lanes n in −127..128 (0 and ∞ at the ends).</summary>
    [MethodImpl(Inline)]
    private static TVector PowerOfTwo<TVector>(TVector n) where TVector : struct, ISimd<TVector> =>
        TVector.ShiftLeft(TVector.AddInt32(n, TVector.BroadcastInt32(127)), 23);

    /// <summary>e^(x − n·ln 2) − 1 and the scale 2ⁿ for x ≤ 88; the scale is 0 where 2ⁿ would be denormal.</summary>
    [MethodImpl(Inline)]
    private static TVector ReduceSmall<TVector>(TVector x, out TVector scale) where TVector : struct, ISimd<TVector>
    {
        // The exponent's bias is added with the rounding constant, so one shift makes 2ⁿ of the sum. At −88 it makes +0.
        x = TVector.Max(TVector.Broadcast(-88f), x);
        var shifted = TVector.MultiplyAdd(x, TVector.Broadcast(Log2OfE), TVector.Broadcast(RoundingShift + 127f));
        scale = TVector.ShiftLeft(shifted, 23);
        return ReducedExpMinusOne(x, shifted - TVector.Broadcast(RoundingShift + 127f));
    }

    /// <summary>With r = x − n·ln 2, |r| ≤ ½ ln 2: eʳ − 1 = r + r²·q(r).</summary>
    [MethodImpl(Inline)]
    private static TVector ReducedExpMinusOne<TVector>(TVector x, TVector n) where TVector : struct, ISimd<TVector>
    {
        var r = TVector.MultiplyAdd(n, TVector.Broadcast(-Ln2High), x);
        r = TVector.MultiplyAdd(n, TVector.Broadcast(-Ln2Low), r);
        var q = TVector.MultiplyAdd(TVector.Broadcast(1.395072600e-3f), r, TVector.Broadcast(8.369024852e-3f));
        q = TVector.MultiplyAdd(q, r, TVector.Broadcast(4.166620228e-2f));
        q = TVector.MultiplyAdd(q, r, TVector.Broadcast(1.666651771e-1f));
        q = TVector.MultiplyAdd(q, r, TVector.Broadcast(0.5f));
        return TVector.MultiplyAdd(r * r, q, r);
    }

    /// <summary>ln(1 + f) + e·ln 2 for 1 + f in [√½, √2]: f − f²/2 + f³·P(f), small terms added first.</summary>
    [MethodImpl(Inline)]
    private static TVector LogOnePlusReduced<TVector>(TVector f, TVector e) where TVector : struct, ISimd<TVector>
    {
        var p = TVector.MultiplyAdd(TVector.Broadcast(-7.634499107e-2f), f, TVector.Broadcast(1.276157815e-1f));
        p = TVector.MultiplyAdd(p, f, TVector.Broadcast(-1.316018194e-1f));
        p = TVector.MultiplyAdd(p, f, TVector.Broadcast(1.420175782e-1f));
        p = TVector.MultiplyAdd(p, f, TVector.Broadcast(-1.662335737e-1f));
        p = TVector.MultiplyAdd(p, f, TVector.Broadcast(2.000122688e-1f));
        p = TVector.MultiplyAdd(p, f, TVector.Broadcast(-2.500082103e-1f));
        p = TVector.MultiplyAdd(p, f, TVector.Broadcast(3.333333171e-1f));
        var square = f * f;
        var rest = square * f * p;
        rest = TVector.MultiplyAdd(e, TVector.Broadcast(Ln2Low), rest);
        rest = TVector.MultiplyAdd(square, TVector.Broadcast(-0.5f), rest);
        return TVector.MultiplyAdd(e, TVector.Broadcast(Ln2High), f + rest);
    }
}
