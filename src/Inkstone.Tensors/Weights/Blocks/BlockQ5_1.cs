namespace Inkstone.Tensors;

/// <summary>d and m (2 bytes each), the fifth bits of q (4 bytes), then their 32 nibbles: w = d·q + m.</summary>
internal readonly struct BlockQ5_1 : IWeightBlock
{
    public static int Length => 32;

    public static int Bytes => 24;

    public static int GroupLength => 32;

    public static bool HasOffsets => true;

    public static void Unpack(ReadOnlySpan<byte> block, Span<sbyte> levels, Span<float> scales, Span<float> offsets)
    {
        scales[0] = HalfScale.Read(block, 0);
        offsets[0] = HalfScale.Read(block, 2);
        Nibbles.Unpack(block[8..], levels);
        FifthBits.Add(block[4..], levels);
    }

    public static void Quantize(ReadOnlySpan<float> weights, ReadOnlySpan<float> importance, Span<byte> block)
    {
        var (scale, offset) = AffineFit.SearchHalf(weights, importance, 31);
        HalfScale.Write(scale, block, 0);
        HalfScale.Write(offset, block, 2);
        Span<sbyte> found = stackalloc sbyte[Length];
        AffineFit.Levels(weights, scale, offset, 31, found);
        Pack(found, block);
    }

    public static float Nearest(float value) => new LinearLevels(0, 31).Nearest(value);

    public static void Pack(Span<sbyte> levels, Span<byte> block)
    {
        FifthBits.Pack(levels, block[4..]);
        Nibbles.Pack(levels, block[8..]);
    }
}
