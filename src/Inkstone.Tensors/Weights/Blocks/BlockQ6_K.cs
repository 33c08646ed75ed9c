using System.Runtime.InteropServices;

namespace Inkstone.Tensors;

/// <summary>
/// 256 integers q + 32: their nibbles (128 bytes, 128 after 128) and the two bits above (64 bytes); 16 signed bytes s; d (2 bytes): w = (d·s)·q.
/// </summary>
internal readonly struct BlockQ6_K : IWeightBlock
{
    private const int Upper = 128;
    internal const int Scales = 192;
    internal const int Scale = 208;

    public static int Length => 256;

    public static int Bytes => 210;

    public static int GroupLength => 16;

    public static bool HasOffsets => false;

    public static void Unpack(ReadOnlySpan<byte> block, Span<sbyte> levels, Span<float> scales, Span<float> offsets)
    {
        var d = HalfScale.Read(block, Scale);
        for (var group = 0; group < 16; group++)
            scales[group] = d * (sbyte)block[Scales + group];
        Nibbles.Unpack(block[..64], levels);
        Nibbles.Unpack(block[64..Upper], levels[128..]);
        BitPlanes.Add(block[Upper..Scales], 2, 4, levels);
        Lanes.Subtract(levels, 32);
    }

    public static void Quantize(ReadOnlySpan<float> weights, ReadOnlySpan<float> importance, Span<byte> block)
    {
        Span<sbyte> found = stackalloc sbyte[Length];
        var scales = MemoryMarshal.Cast<byte, sbyte>(block[Scales..Scale]);
        var levels = new LinearLevels(-32, 31);
        var d = new SymmetricBlockFit<LinearLevels>(weights, importance, levels, -128, 127, scales).Run();
        HalfScale.Write(d, block, Scale);
        for (var group = 0; group < 16; group++)
            SymmetricFit.Levels(weights.Slice(group * 16, 16), d * scales[group], levels, found[(group * 16)..]);
        Pack(found, block);
    }

    public static float Nearest(float value) => new LinearLevels(-32, 31).Nearest(value);

    public static void Pack(Span<sbyte> levels, Span<byte> block)
    {
        Lanes.Subtract(levels, -32);
        Nibbles.Pack(levels[..128], block[..64]);
        Nibbles.Pack(levels[128..], block[64..Upper]);
        BitPlanes.Pack(levels, 2, 4, block[Upper..Scales]);
    }
}
