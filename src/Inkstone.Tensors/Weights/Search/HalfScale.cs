using System.Buffers.Binary;

namespace Inkstone.Tensors;

/// <summary>Half-precision numbers in blocks, and the ones nearest to wanted scales: always finite.</summary>
internal static class HalfScale
{
    private const float Greatest = 65504;

    /// <summary>The finite half-precision number nearest to a value.</summary>
    public static float Nearest(float value) => (float)(Half)Math.Clamp(value, -Greatest, Greatest);

    /// <summary>The half-precision number some steps farther from zero than one; what is not finite or beyond zero stays as it was.</summary>
    public static float Step(float half, int steps)
    {
        var bits = BitConverter.HalfToUInt16Bits((Half)half);
        var magnitude = (bits & 0x7FFF) + steps;
        return magnitude is >= 0 and < 0x7C00 ? (float)BitConverter.UInt16BitsToHalf((ushort)((bits & 0x8000) | magnitude)) : half;
    }

    /// <summary>Reads the number at a place of a block.</summary>
    public static float Read(ReadOnlySpan<byte> block, int offset) =>
        Halves.Widen(BinaryPrimitives.ReadUInt16LittleEndian(block[offset..]));

    /// <summary>Writes a number that <see cref="Nearest"/> gave.</summary>
    public static void Write(float half, Span<byte> block, int offset) =>
        BinaryPrimitives.WriteUInt16LittleEndian(block[offset..], BitConverter.HalfToUInt16Bits((Half)half));
}
