using System.Runtime.CompilerServices;

namespace Inkstone.Tensors;

internal static unsafe partial class SimdMath
{
    /// <summary>Beyond this the reduction by π/2 in four parts loses digits, and <see cref="Math.SinCos(double)"/> takes over.</summary>
    private const float ReductionLimit = 131072f;

    /// <summary>sin x. Absolute error ≤ 1.2e-7 (2e-6 beyond |x| = 12000 on a processor without fused multiply-add).</summary>
    [MethodImpl(Inline)]
    public static TVector Sin<TVector>(TVector x) where TVector : struct, ISimd<TVector>
    {
        SinCos(x, out var sin, out _);
        return sin;
    }

    /// <summary>cos x. Absolute error as for <see cref="Sin"/>.</summary>
    [MethodImpl(Inline)]
    public static TVector Cos<TVector>(TVector x) where TVector : struct, ISimd<TVector>
    {
        SinCos(x, out _, out var cos);
        return cos;
    }

    /// <summary>Both at once; NaN of an infinite angle.</summary>
    [MethodImpl(Inline)]
    public static void SinCos<TVector>(TVector x, out TVector sin, out TVector cos) where TVector : struct, ISimd<TVector>
    {
        if (TVector.AnyTrue(TVector.LessThan(TVector.Broadcast(ReductionLimit), TVector.Abs(x))))
        {
            SinCosScalar(x, out sin, out cos);
            return;
        }

        // x = n·π/2 + r, |r| ≤ π/4. π/2 is taken off in parts of 11 bits, so that each product is exact.
        var shifted = TVector.MultiplyAdd(x, TVector.Broadcast(0.636619772f), TVector.Broadcast(RoundingShift));
        var n = shifted - TVector.Broadcast(RoundingShift);
        var r = TVector.MultiplyAdd(n, TVector.Broadcast(-1.5703125f), x);
        r = TVector.MultiplyAdd(n, TVector.Broadcast(-4.837512970e-4f), r);
        r = TVector.MultiplyAdd(n, TVector.Broadcast(-7.549533620e-8f), r);
        r = TVector.MultiplyAdd(n, TVector.Broadcast(-2.563344068e-12f), r);

        var square = r * r;
        var s = TVector.MultiplyAdd(TVector.Broadcast(-1.951083924e-4f), square, TVector.Broadcast(8.332131498e-3f));
        s = TVector.MultiplyAdd(s, square, TVector.Broadcast(-1.666665423e-1f));
        s = TVector.MultiplyAdd(s * square, r, r);
        var c = TVector.MultiplyAdd(TVector.Broadcast(2.443120510e-5f), square, TVector.Broadcast(-1.388730604e-3f));
        c = TVector.MultiplyAdd(c, square, TVector.Broadcast(4.166664565e-2f));
        c = TVector.MultiplyAdd(c * square, square, TVector.MultiplyAdd(square, TVector.Broadcast(-0.5f), TVector.Broadcast(1f)));

        // The low two bits of n say which quarter turn: odd swaps the two, 2 and 3 negate the sine, 1 and 2 the cosine.
        var odd = TVector.EqualInt32(shifted & TVector.BroadcastInt32(1), TVector.BroadcastInt32(1));
        var signOfSin = TVector.ShiftLeft(shifted & TVector.BroadcastInt32(2), 30);
        var signOfCos = TVector.ShiftLeft(TVector.AddInt32(shifted, TVector.BroadcastInt32(1)) & TVector.BroadcastInt32(2), 30);
        sin = TVector.Select(odd, c, s) ^ signOfSin;
        cos = TVector.Select(odd, s, c) ^ signOfCos;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void SinCosScalar<TVector>(TVector x, out TVector sin, out TVector cos) where TVector : struct, ISimd<TVector>
    {
        float* angles = stackalloc float[TVector.Count], sines = stackalloc float[TVector.Count], cosines = stackalloc float[TVector.Count];
        TVector.Store(x, angles);
        for (var i = 0; i < TVector.Count; i++)
        {
            var (sine, cosine) = Math.SinCos((double)angles[i]);
            (sines[i], cosines[i]) = ((float)sine, (float)cosine);
        }
        sin = TVector.Load(sines);
        cos = TVector.Load(cosines);
    }
}
