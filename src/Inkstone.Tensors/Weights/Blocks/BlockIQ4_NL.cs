namespace Inkstone.Tensors;

/// <summary>d (2 bytes), then 32 nibbles, each the code of a level of <see cref="UnevenLevels"/>: w = d·level.</summary>
internal readonly struct BlockIQ4_NL : IWeightBlock
{
    public static int Length => 32;

    public static int Bytes => 18;

    public static int GroupLength => 32;

    public static bool HasOffsets => false;

    public static void Unpack(ReadOnlySpan<byte> block, Span<sbyte> levels, Span<float> scales, Span<float> offsets)
    {
        scales[0] = HalfScale.Read(block, 0);
        Nibbles.Unpack(block[2..], levels);
        Nibbles.Decode(levels, UnevenLevels.Values);
    }

    public static void Quantize(ReadOnlySpan<float> weights, ReadOnlySpan<float> importance, Span<byte> block)
    {
        var levels = default(UnevenLevels);
        var scale = SymmetricFit.SearchHalf(weights, importance, levels);
        HalfScale.Write(scale, block, 0);
        Span<sbyte> found = stackalloc sbyte[Length];
        SymmetricFit.Levels(weights, scale, levels, found);
        Pack(found, block);
    }

    public static float Nearest(float value) => default(UnevenLevels).Nearest(value);

    public static void Pack(Span<sbyte> levels, Span<byte> block)
    {
        Nibbles.Encode(levels, UnevenLevels.Codes);
        Nibbles.Pack(levels, block[2..]);
    }
}
