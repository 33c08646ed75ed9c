namespace Inkstone.Tensors;

/// <summary>d (2 bytes), the fifth bits of q + 16 (4 bytes), then their 32 nibbles: w = d·q.</summary>
internal readonly struct BlockQ5_0 : IWeightBlock
{
    public static int Length => 32;

    public static int Bytes => 22;

    public static int GroupLength => 32;

    public static bool HasOffsets => false;

    public static void Unpack(ReadOnlySpan<byte> block, Span<sbyte> levels, Span<float> scales, Span<float> offsets)
    {
        scales[0] = HalfScale.Read(block, 0);
        Nibbles.Unpack(block[6..], levels);
        FifthBits.Add(block[2..], levels);
        Lanes.Subtract(levels, 16);
    }

    public static void Quantize(ReadOnlySpan<float> weights, ReadOnlySpan<float> importance, Span<byte> block)
    {
        var levels = new LinearLevels(-16, 15);
        var scale = SymmetricFit.SearchHalf(weights, importance, levels);
        HalfScale.Write(scale, block, 0);
        Span<sbyte> found = stackalloc sbyte[Length];
        SymmetricFit.Levels(weights, scale, levels, found);
        Pack(found, block);
    }

    public static float Nearest(float value) => new LinearLevels(-16, 15).Nearest(value);

    public static void Pack(Span<sbyte> levels, Span<byte> block)
    {
        Lanes.Subtract(levels, -16);
        FifthBits.Pack(levels, block[2..]);
        Nibbles.Pack(levels, block[6..]);
    }
}
