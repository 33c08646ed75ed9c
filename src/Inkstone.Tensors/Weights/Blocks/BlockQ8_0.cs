using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Inkstone.Tensors;

/// <summary>d (2 bytes), then 32 signed bytes q: w = d·q. -128 is read, and never written.</summary>
internal readonly struct BlockQ8_0 : IWeightBlock
{
    public static int Length => 32;

    public static int Bytes => 34;

    public static int GroupLength => 32;

    public static bool HasOffsets => false;

    public static void Unpack(ReadOnlySpan<byte> block, Span<sbyte> levels, Span<float> scales, Span<float> offsets)
    {
        scales[0] = HalfScale.Read(block, 0);
        Vector256.Create(block[2..]).AsSByte().CopyTo(levels);
    }

    public static void Quantize(ReadOnlySpan<float> weights, ReadOnlySpan<float> importance, Span<byte> block)
    {
        var levels = new LinearLevels(-127, 127);
        var scale = SymmetricFit.SearchHalf(weights, importance, levels);
        HalfScale.Write(scale, block, 0);
        SymmetricFit.Levels(weights, scale, levels, MemoryMarshal.Cast<byte, sbyte>(block[2..]));
    }

    public static float Nearest(float value) => new LinearLevels(-127, 127).Nearest(value);

    public static void Pack(Span<sbyte> levels, Span<byte> block) => levels.CopyTo(MemoryMarshal.Cast<byte, sbyte>(block[2..]));
}
