namespace Inkstone.Tensors;

/// <summary>
/// 256 integers q + 4: their third bits (32 bytes) and the two below (64 bytes); 16 integers s + 32 of six bits (12 bytes: four bits each, the second
/// eight above the first, then the upper two bits of s 0, 4, 8 and 12 in a byte, and so on); d (2 bytes): w = (d·s)·q.
/// </summary>
internal readonly struct BlockQ3_K : IWeightBlock
{
    private const int Lower = 32;
    private const int Scales = 96;
    private const int Scale = 108;

    public static int Length => 256;

    public static int Bytes => 110;

    public static int GroupLength => 16;

    public static bool HasOffsets => false;

    public static void Unpack(ReadOnlySpan<byte> block, Span<sbyte> levels, Span<float> scales, Span<float> offsets)
    {
        var d = HalfScale.Read(block, Scale);
        var packed = block[Scales..];
        for (var group = 0; group < 16; group++)
        {
            var lower = (packed[group % 8] >> (group / 8 * 4)) & 15;
            var upper = (packed[8 + (group % 4)] >> (group / 4 * 2)) & 3;
            scales[group] = d * (lower + (upper << 4) - 32);
        }
        levels.Clear();
        BitPlanes.Add(block[..Lower], 1, 2, levels);
        BitPlanes.Add(block[Lower..Scales], 2, 0, levels);
        Lanes.Subtract(levels, 4);
    }

    public static void Quantize(ReadOnlySpan<float> weights, ReadOnlySpan<float> importance, Span<byte> block)
    {
        Span<sbyte> scales = stackalloc sbyte[16];
        Span<sbyte> found = stackalloc sbyte[Length];
        var levels = new LinearLevels(-4, 3);
        var d = new SymmetricBlockFit<LinearLevels>(weights, importance, levels, -32, 31, scales).Run();
        HalfScale.Write(d, block, Scale);
        var packed = block[Scales..Scale];
        packed.Clear();
        for (var group = 0; group < 16; group++)
        {
            SymmetricFit.Levels(weights.Slice(group * 16, 16), d * scales[group], levels, found[(group * 16)..]);
            var scale = scales[group] + 32;
            packed[group % 8] |= (byte)((scale & 15) << (group / 8 * 4));
            packed[8 + (group % 4)] |= (byte)(scale >> 4 << (group / 4 * 2));
        }
        Pack(found, block);
    }

    public static float Nearest(float value) => new LinearLevels(-4, 3).Nearest(value);

    public static void Pack(Span<sbyte> levels, Span<byte> block)
    {
        Lanes.Subtract(levels, -4);
        BitPlanes.Pack(levels, 1, 2, block[..Lower]);
        BitPlanes.Pack(levels, 2, 0, block[Lower..Scales]);
    }
}
