namespace Inkstone.Tensors;

/// <summary>
/// d, m, s and n (<see cref="PairedScales"/>), the fifth bits of 256 integers q (32 bytes), then their nibbles, 64 after 64:
/// w = (d·s)·q - m·n.
/// </summary>
internal readonly struct BlockQ5_K : IWeightBlock
{
    private const int Fifth = PairedScales.Bytes;
    private const int Integers = 48;
    private const int Highest = 31;

    public static int Length => 256;

    public static int Bytes => 176;

    public static int GroupLength => 32;

    public static bool HasOffsets => true;

    public static void Unpack(ReadOnlySpan<byte> block, Span<sbyte> levels, Span<float> scales, Span<float> offsets)
    {
        PairedScales.Unpack(block, scales, offsets);
        for (var start = 0; start < Length; start += 64)
            Nibbles.Unpack(block.Slice(Integers + (start / 2), 32), levels[start..]);
        BitPlanes.Add(block[Fifth..Integers], 1, 4, levels);
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
        BitPlanes.Pack(levels, 1, 4, block[Fifth..Integers]);
        for (var start = 0; start < Length; start += 64)
            Nibbles.Pack(levels.Slice(start, 64), block.Slice(Integers + (start / 2), 32));
    }
}
