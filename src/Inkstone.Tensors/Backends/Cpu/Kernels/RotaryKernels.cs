using System.Runtime.CompilerServices;

namespace Inkstone.Tensors;

/// <summary>Rotary position embedding (Su et al., "RoFormer", 2021, equation 34): pairs (a, b) become (a·c − b·s, a·s + b·c).</summary>
internal static unsafe class RotaryKernels
{
    private const MethodImplOptions Hot = MethodImplOptions.AggressiveOptimization;

    /// <summary>One head, element i paired with element i + half; a sign of −1 turns back.</summary>
    [MethodImpl(Hot)]
    public static void Halves<TVector>(float* x, float* cosine, float* sine, float sign, float* y, nint half)
        where TVector : struct, ISimd<TVector>
    {
        var turn = TVector.Broadcast(sign);
        nint i = 0;
        for (; i <= half - TVector.Count; i += TVector.Count)
        {
            TVector a = TVector.Load(x + i), b = TVector.Load(x + half + i);
            TVector c = TVector.Load(cosine + i), s = TVector.Load(sine + i) * turn;
            TVector.Store(TVector.MultiplyAdd(a, c, -(b * s)), y + i);
            TVector.Store(TVector.MultiplyAdd(a, s, b * c), y + half + i);
        }
        for (; i < half; i++)
        {
            float a = x[i], b = x[half + i], c = cosine[i], s = sine[i] * sign;
            y[i] = a * c - b * s;
            y[half + i] = a * s + b * c;
        }
    }

    /// <summary>One head, element 2i paired with element 2i + 1: a vector holds Count/2 pairs, and its partner is itself with neighbours swapped.</summary>
    [MethodImpl(Hot)]
    public static void Interleaved<TVector>(float* x, float* cosine, float* sine, float sign, float* y, nint half)
        where TVector : struct, ISimd<TVector>
    {
        var signs = stackalloc float[TVector.Count];
        for (var lane = 0; lane < TVector.Count; lane++)
            signs[lane] = (lane & 1) == 0 ? -sign : sign;
        var turn = TVector.Load(signs);
        nint i = 0;
        for (; i <= half - TVector.Count / 2; i += TVector.Count / 2)
        {
            var pairs = TVector.Load(x + 2 * i);
            var swapped = TVector.SwapNeighbours(pairs) * turn;
            TVector.Store(TVector.MultiplyAdd(pairs, TVector.LoadTwice(cosine + i), swapped * TVector.LoadTwice(sine + i)), y + 2 * i);
        }
        for (; i < half; i++)
        {
            float a = x[2 * i], b = x[2 * i + 1], c = cosine[i], s = sine[i] * sign;
            y[2 * i] = a * c - b * s;
            y[2 * i + 1] = a * s + b * c;
        }
    }
}
