namespace Inkstone.Tensors;

/// <summary>d, m, s and n (<see cref="PairedScales"/>), then 256 nibbles q, 64 after 64: w = (d·s)·q - m·n.</summary>
internal readonly struct BlockQ4_K : IWeightBlock
{
    internal const int Pairs = PairedScales.Pairs;
    private const int Integers = PairedScales.Bytes;
    private const int Highest = 15;

    public static int Length => 256;

    public static int Bytes => 144;

    public static int GroupLength => 32;

    public static bool HasOffsets => true;

    public static void Unpack(ReadOnlySpan<byte> block, Span<sbyte> levels, Span<float> scales, Span<float> offsets)
    {
        PairedScales.Unpack(block, scales, offsets);
        for (var start = 0; start < Length; start += 64)
            Nibbles.Unpack(block.Slice(Integers + (start / 2), 32), levels[start..]);
    }

    public static void Quantize(ReadOnlySpan<float> weights, ReadOnlySpan<float> importance, Span<byte> block)
    {
        Span<sbyte> levels = stackalloc sbyte[Length];
        PairedScales.Quantize(weights, importance, Highest, levels, block);
        Pack(levels, block);
    }

    public static float Nearest(float value) => new LinearLevels(0, Highest).Nearest(value);

    public static void Pack(Span<sbyte> levels, Span<byte> block)
    {
        for (var start = 0; start < Length; start += 64)
            Nibbles.Pack(levels.Slice(start, 64), block.Slice(Integers + (start / 2), 32));
    }
}
