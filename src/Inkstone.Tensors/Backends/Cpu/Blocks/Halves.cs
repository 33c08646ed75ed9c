using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Inkstone.Tensors;

/// <summary>Half-precision numbers many at once, by integer operations, .NET having no vector instruction for them.</summary>
internal static unsafe class Halves
{
    private const float Rebias = 5.192296858534828e33f; // 2^112

    /// <summary>A number as single precision (<see cref="HalfReader"/> says how).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Widen(ushort half) =>
        (half & 0x7C00) == 0x7C00 ? (float)BitConverter.UInt16BitsToHalf(half) : BitConverter.Int32BitsToSingle(((short)half << 13) & unchecked((int)0x8FFFE000)) * Rebias;

    /// <summary>Sixteen numbers as single precision (<see cref="HalfReader"/> says how). Infinities and NaNs become finite: a file's scales are checked when it is loaded.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Widen(ushort* source, out Vector256<float> first, out Vector256<float> second) =>
        (first, second) = (Widen(EightWords.Widen(source)), Widen(EightWords.Widen(source + 8)));

    /// <summary>Single-precision numbers as the nearest halves, ties to even.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Narrow(float* source, ushort* halves, int count)
    {
        var i = 0;
        for (; i <= count - 16; i += 16)
            Vector256.Narrow(Narrow(Vector256.Load(source + i)), Narrow(Vector256.Load(source + i + 8))).Store(halves + i);
        for (; i < count; i++)
            halves[i] = BitConverter.HalfToUInt16Bits((Half)source[i]);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Widen(Vector256<uint> halves)
    {
        var bits = ((halves << 16).AsInt32() >> 3) & Vector256.Create(unchecked((int)0x8FFFE000));
        return bits.AsSingle() * Rebias;
    }

    /// <summary>
    /// The magnitude's exponent is made smaller by 112 and its last thirteen bits are rounded away; what is too small for that is added to a number whose last bit is worth
    /// the smallest half, which rounds it in the adder; what is too large is infinite, and a NaN stays one.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<uint> Narrow(Vector256<float> x)
    {
        const uint Unit = (127 - 15 + 23 - 10 + 1) << 23; // 2⁻¹, whose last bit is 2⁻²⁴, the smallest half
        var magnitude = x.AsUInt32() & Vector256.Create(0x7FFFFFFFu);
        var sign = (x.AsUInt32() ^ magnitude) >> 16;
        var normal = (magnitude + Vector256.Create(unchecked((uint)(-112 << 23)) + 0xFFF) + ((magnitude >> 13) & Vector256<uint>.One)) >> 13;
        var small = (magnitude.AsSingle() + Vector256.Create(Unit).AsSingle()).AsUInt32() - Vector256.Create(Unit);
        var large = Vector256.ConditionalSelect(Vector256.GreaterThan(magnitude, Vector256.Create(0x7F800000u)), Vector256.Create(0x7E00u), Vector256.Create(0x7C00u));
        var half = Vector256.ConditionalSelect(Vector256.LessThan(magnitude, Vector256.Create(113u << 23)), small, normal);
        return Vector256.ConditionalSelect(Vector256.LessThan(magnitude, Vector256.Create((127u + 16) << 23)), half, large) | sign;
    }
}
