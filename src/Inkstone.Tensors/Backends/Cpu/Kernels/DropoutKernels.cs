using System.Runtime.CompilerServices;
using Inkstone.Foundation.Randomness;

namespace Inkstone.Tensors;

/// <summary>Dropout whose mask is a pure function of stream and element, drawn again instead of stored.</summary>
internal static unsafe class DropoutKernels
{
    /// <summary>Words drawn at a time; they stay in the nearest cache.</summary>
    private const int Chunk = 512;

    /// <summary>y = x/(1 − share) where the element's 24-bit unit number is at least the share, else 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Apply<TVector>(float* x, Rng rng, ulong first, double share, float* y, nint count)
        where TVector : struct, ISimd<TVector>
    {
        // unit ≥ share as whole numbers: word >> 8 ≥ ⌈share·2²⁴⌉. Both sides are exact as floating-point numbers.
        var threshold = TVector.Broadcast((float)Math.Ceiling(share * 16_777_216.0));
        var scale = TVector.Broadcast((float)(1.0 / (1.0 - share)));
        var words = stackalloc uint[Chunk];
        for (; count > 0; count -= Chunk, x += Chunk, y += Chunk, first += Chunk)
        {
            var length = nint.Min(count, Chunk);
            PhiloxWords.Fill(rng, first, words, length);
            nint i = 0;
            for (; i <= length - TVector.Count; i += TVector.Count)
            {
                var unit = TVector.FromInt32(TVector.ShiftRightLogical(TVector.Load((float*)words + i), 8));
                TVector.Store(TVector.LessThanOrEqual(threshold, unit) & (TVector.Load(x + i) * scale), y + i);
            }
            if (i < length)
            {
                var unit = TVector.FromInt32(TVector.ShiftRightLogical(SimdMemory.LoadPartial<TVector>((float*)words + i, length - i), 8));
                var kept = TVector.LessThanOrEqual(threshold, unit) & (SimdMemory.LoadPartial<TVector>(x + i, length - i) * scale);
                SimdMemory.StorePartial(kept, y + i, length - i);
            }
        }
    }
}
