namespace Inkstone.Tensors;

/// <summary>
/// 16 bytes with s below and n above, 256 integers q of two bits (64 bytes), then d and m (2 bytes each): w = (d·s)·q - m·n.
/// </summary>
internal readonly struct BlockQ2_K : IWeightBlock
{
    private const int Integers = 16;
    private const int Scale = 80;
    private const int Offset = 82;
    private const int Highest = 3;

    public static int Length => 256;

    public static int Bytes => 84;

    public static int GroupLength => 16;

    public static bool HasOffsets => true;

    public static void Unpack(ReadOnlySpan<byte> block, Span<sbyte> levels, Span<float> scales, Span<float> offsets)
    {
        var (d, m) = (HalfScale.Read(block, Scale), HalfScale.Read(block, Offset));
        for (var group = 0; group < 16; group++)
            (scales[group], offsets[group]) = (d * (block[group] & 15), -(m * (block[group] >> 4)));
        levels.Clear();
        BitPlanes.Add(block[Integers..Scale], 2, 0, levels);
    }

    public static void Quantize(ReadOnlySpan<float> weights, ReadOnlySpan<float> importance, Span<byte> block)
    {
        Span<sbyte> scales = stackalloc sbyte[16];
        Span<sbyte> offsets = stackalloc sbyte[16];
        Span<sbyte> levels = stackalloc sbyte[Length];
        var (d, m) = new AffineBlockFit(weights, importance, Highest, 15, scales, offsets).Run();
        HalfScale.Write(d, block, Scale);
        HalfScale.Write(m, block, Offset);
        for (var group = 0; group < 16; group++)
        {
            block[group] = (byte)(scales[group] + (offsets[group] << 4));
            AffineFit.Levels(weights.Slice(group * 16, 16), d * scales[group], -(m * offsets[group]), Highest, levels[(group * 16)..]);
        }
        Pack(levels, block);
    }

    public static float Nearest(float value) => new LinearLevels(0, Highest).Nearest(value);

    public static void Pack(Span<sbyte> levels, Span<byte> block)
    {
        BitPlanes.Pack(levels, 2, 0, block[Integers..Scale]);
    }
}
