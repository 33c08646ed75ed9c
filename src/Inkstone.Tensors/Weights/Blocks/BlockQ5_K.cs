namespace Inkstone.Tensors;

/// <summary>
/// d and m (2 bytes each), s and n (<see cref="SixBitPairs"/>), the fifth bits of 256 integers q (32 bytes), then their nibbles, 64 after 64:
/// w = (d·s)·q - m·n.
/// </summary>
internal readonly struct BlockQ5_K : IWeightBlock
{
    private const int Pairs = 4;
    private const int Fifth = 16;
    private const int Integers = 48;
    private const int Highest = 31;

    public static int Length => 256;

    public static int Bytes => 176;

    public static int GroupLength => 32;

    public static bool HasOffsets => true;

    public static void Unpack(ReadOnlySpan<byte> block, Span<sbyte> levels, Span<float> scales, Span<float> offsets)
    {
        var (d, m) = (HalfScale.Read(block, 0), HalfScale.Read(block, 2));
        for (var group = 0; group < 8; group++)
        {
            var (scale, offset) = SixBitPairs.Read(block[Pairs..], group);
            (scales[group], offsets[group]) = (d * scale, -(m * offset));
        }
        for (var start = 0; start < Length; start += 64)
            Nibbles.Unpack(block.Slice(Integers + (start / 2), 32), levels[start..]);
        BitPlanes.Add(block[Fifth..Integers], 1, 4, levels);
    }

    public static void Quantize(ReadOnlySpan<float> weights, ReadOnlySpan<float> importance, Span<byte> block)
    {
        Span<sbyte> scales = stackalloc sbyte[8];
        Span<sbyte> offsets = stackalloc sbyte[8];
        Span<sbyte> levels = stackalloc sbyte[Length];
        var (d, m) = new AffineBlockFit(weights, importance, Highest, 63, scales, offsets).Run();
        HalfScale.Write(d, block, 0);
        HalfScale.Write(m, block, 2);
        SixBitPairs.Write(scales, offsets, block[Pairs..]);
        for (var group = 0; group < 8; group++)
            AffineFit.Levels(weights.Slice(group * 32, 32), d * scales[group], -(m * offsets[group]), Highest, levels[(group * 32)..]);
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
