namespace Inkstone.Tensors;

/// <summary>e (1 byte), then 32 nibbles, each the code of a level of <see cref="MicroscalingLevels"/>: w = 2^(e - 128)·level.</summary>
internal readonly struct BlockMXFP4 : IWeightBlock
{
    private const int LeastExponent = 3;

    public static int Length => 32;

    public static int Bytes => 17;

    public static int GroupLength => 32;

    public static bool HasOffsets => false;

    public static void Unpack(ReadOnlySpan<byte> block, Span<sbyte> levels, Span<float> scales, Span<float> offsets)
    {
        scales[0] = PowerOfTwo(block[0]);
        Nibbles.Unpack(block[1..], levels);
        Nibbles.Decode(levels, MicroscalingLevels.Values);
    }

    /// <remarks>There are few scales worth trying: the one that just reaches the greatest weight, the next above, and two below it.</remarks>
    public static void Quantize(ReadOnlySpan<float> weights, ReadOnlySpan<float> importance, Span<byte> block)
    {
        var levels = default(MicroscalingLevels);
        var peak = Math.Abs(Lanes.Peak(weights));
        var natural = peak == 0 ? 0 : Math.ILogB(peak) - 2 + 127;
        var (best, scale, error) = (0, PowerOfTwo(0), float.PositiveInfinity);
        for (var exponent = Math.Max(natural - 2, LeastExponent); exponent <= Math.Max(natural + 1, LeastExponent) && peak > 0; exponent++)
        {
            var before = error;
            SymmetricFit.Try(PowerOfTwo(exponent), weights, importance, levels, ref scale, ref error);
            if (error < before)
                best = exponent;
        }
        block[0] = (byte)best;
        Span<sbyte> found = stackalloc sbyte[Length];
        SymmetricFit.Levels(weights, best == 0 ? 0 : scale, levels, found);
        Pack(found, block);
    }

    /// <summary>2^(e - 128); the two least are below the normal numbers of single precision.</summary>
    private static float PowerOfTwo(int e) => BitConverter.Int32BitsToSingle(e < 2 ? 0x0020_0000 << e : (e - 1) << 23);

    public static float Nearest(float value) => default(MicroscalingLevels).Nearest(value);

    public static void Pack(Span<sbyte> levels, Span<byte> block)
    {
        Nibbles.Encode(levels, MicroscalingLevels.Codes);
        Nibbles.Pack(levels, block[1..]);
    }
}
