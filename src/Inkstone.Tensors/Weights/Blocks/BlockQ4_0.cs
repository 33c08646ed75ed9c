namespace Inkstone.Tensors;

/// <summary>d (2 bytes), then 32 nibbles q + 8: w = d·q.</summary>
internal readonly struct BlockQ4_0 : IWeightBlock
{
    public static int Length => 32;

    public static int Bytes => 18;

    public static int GroupLength => 32;

    public static bool HasOffsets => false;

    public static void Unpack(ReadOnlySpan<byte> block, Span<sbyte> levels, Span<float> scales, Span<float> offsets)
    {
        scales[0] = HalfScale.Read(block, 0);
        Nibbles.Unpack(block[2..], levels);
        Lanes.Subtract(levels, 8);
    }

    public static void Quantize(ReadOnlySpan<float> weights, ReadOnlySpan<float> importance, Span<byte> block)
    {
        var levels = new LinearLevels(-8, 7);
        var scale = SymmetricFit.SearchHalf(weights, importance, levels);
        HalfScale.Write(scale, block, 0);
        Span<sbyte> found = stackalloc sbyte[Length];
        SymmetricFit.Levels(weights, scale, levels, found);
        Pack(found, block);
    }

    public static float Nearest(float value) => new LinearLevels(-8, 7).Nearest(value);

    public static void Pack(Span<sbyte> levels, Span<byte> block)
    {
        Lanes.Subtract(levels, -8);
        Nibbles.Pack(levels, block[2..]);
    }
}
