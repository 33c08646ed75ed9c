using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Inkstone.Foundation.Randomness;

namespace Inkstone.Tensors;

/// <summary>
/// Many words of an <see cref="Rng"/> at once: words[i] = <c>rng.WordAt(first + i)</c>, eight counters in parallel where the processor can.
/// The words are the same by every path, so nothing that is drawn depends on the machine.
/// </summary>
internal static unsafe class PhiloxWords
{
    /// <summary>Writes <paramref name="count"/> words, from element <paramref name="first"/> of the stream on.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Fill(Rng rng, ulong first, uint* words, nint count)
    {
        nint i = 0;
        for (; i < count && ((first + (ulong)i) & 3) != 0; i++)
            words[i] = rng.WordAt(first + (ulong)i);
        if (Avx2.IsSupported)
        {
            for (; i <= count - 32; i += 32)
                EightCounters(rng.Key, (first + (ulong)i) >> 2, words + i);
        }
        for (; i <= count - 4; i += 4)
            (words[i], words[i + 1], words[i + 2], words[i + 3]) = rng.WordsAt((first + (ulong)i) >> 2);
        for (; i < count; i++)
            words[i] = rng.WordAt(first + (ulong)i);
    }

    /// <summary>
    /// The 32 words of eight counters. A product of 32-bit lanes is had as two vectors of four 64-bit products, of the even and of the
    /// odd lanes; their high and low halves are then put together again.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void EightCounters(ulong key, ulong counter, uint* words)
    {
        var lowCounters = Vector256.Create(counter) + Vector256.Create(0UL, 1, 2, 3);
        var highCounters = lowCounters + Vector256.Create(4UL);
        // Lane order 0 1 4 5 2 3 6 7: shuffles stay inside halves; the transposition at the end undoes it.
        var c0 = Shuffle(lowCounters.AsUInt32(), highCounters.AsUInt32(), 0b10_00_10_00);
        var c1 = Shuffle(lowCounters.AsUInt32(), highCounters.AsUInt32(), 0b11_01_11_01);
        Vector256<uint> c2 = default, c3 = default;
        uint k0 = (uint)key, k1 = (uint)(key >> 32);
        Vector256<uint> m0 = Vector256.Create(0xD2511F53U), m1 = Vector256.Create(0xCD9E8D57U);
        for (var round = 0; round < 10; round++)
        {
            var (high0, low0) = Product(c0, m0);
            var (high1, low1) = Product(c2, m1);
            (c0, c1, c2, c3) = (high1 ^ c1 ^ Vector256.Create(k0), low1, high0 ^ c3 ^ Vector256.Create(k1), low0);
            k0 += 0x9E3779B9;
            k1 += 0xBB67AE85;
        }
        // Words of one counter side by side: a 4×4 transposition inside each half.
        var ab = (Avx2.UnpackLow(c0, c1).AsUInt64(), Avx2.UnpackHigh(c0, c1).AsUInt64());
        var cd = (Avx2.UnpackLow(c2, c3).AsUInt64(), Avx2.UnpackHigh(c2, c3).AsUInt64());
        Vector256<ulong> first = Avx2.UnpackLow(ab.Item1, cd.Item1), second = Avx2.UnpackHigh(ab.Item1, cd.Item1);
        Vector256<ulong> third = Avx2.UnpackLow(ab.Item2, cd.Item2), fourth = Avx2.UnpackHigh(ab.Item2, cd.Item2);
        first.GetLower().AsUInt32().Store(words);
        second.GetLower().AsUInt32().Store(words + 4);
        first.GetUpper().AsUInt32().Store(words + 8);
        second.GetUpper().AsUInt32().Store(words + 12);
        third.GetLower().AsUInt32().Store(words + 16);
        fourth.GetLower().AsUInt32().Store(words + 20);
        third.GetUpper().AsUInt32().Store(words + 24);
        fourth.GetUpper().AsUInt32().Store(words + 28);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<uint> Shuffle(Vector256<uint> left, Vector256<uint> right, [ConstantExpected] byte control) =>
        Avx.Shuffle(left.AsSingle(), right.AsSingle(), control).AsUInt32();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (Vector256<uint> High, Vector256<uint> Low) Product(Vector256<uint> x, Vector256<uint> factor)
    {
        var even = Avx2.Multiply(x, factor);
        var odd = Avx2.Multiply((x.AsUInt64() >>> 32).AsUInt32(), factor);
        var high = Avx2.Blend((even >>> 32).AsUInt32(), odd.AsUInt32(), 0b10101010);
        var low = Avx2.Blend(even.AsUInt32(), (odd << 32).AsUInt32(), 0b10101010);
        return (high, low);
    }
}
