namespace Inkstone.Tensors;

/// <summary>
/// What the blocks of 256 weights Q4_K and Q5_K begin with: d and m (2 bytes each), then a scale s and an offset n for each 32 weights (<see cref="SixBitPairs"/>). A weight is
/// (d·s)·q - m·n.
/// </summary>
internal static class PairedScales
{
    /// <summary>Where s and n are.</summary>
    public const int Pairs = 4;

    /// <summary>Bytes taken.</summary>
    public const int Bytes = Pairs + SixBitPairs.Bytes;

    private const int Groups = 8;
    private const int GroupLength = 32;
    private const int HighestScale = 63;

    /// <summary>d·s and -m·n of each group.</summary>
    public static void Unpack(ReadOnlySpan<byte> block, Span<float> scales, Span<float> offsets)
    {
        var (d, m) = (HalfScale.Read(block, 0), HalfScale.Read(block, 2));
        for (var group = 0; group < Groups; group++)
        {
            var (scale, offset) = SixBitPairs.Read(block[Pairs..], group);
            (scales[group], offsets[group]) = (d * scale, -(m * offset));
        }
    }

    /// <summary>Fits scales and offsets to weights and writes them.</summary>
    /// <param name="weights">The weights.</param>
    /// <param name="importance">What an error of each costs.</param>
    /// <param name="highest">The largest q; the least is 0.</param>
    /// <param name="levels">Takes each weight's q.</param>
    /// <param name="block">Takes the scales.</param>
    public static void Quantize(ReadOnlySpan<float> weights, ReadOnlySpan<float> importance, int highest, Span<sbyte> levels, Span<byte> block)
    {
        Span<sbyte> scales = stackalloc sbyte[Groups];
        Span<sbyte> offsets = stackalloc sbyte[Groups];
        var (d, m) = new AffineBlockFit(weights, importance, highest, HighestScale, scales, offsets).Run();
        HalfScale.Write(d, block, 0);
        HalfScale.Write(m, block, 2);
        SixBitPairs.Write(scales, offsets, block[Pairs..]);
        for (var group = 0; group < Groups; group++)
            AffineFit.Levels(weights.Slice(group * GroupLength, GroupLength), d * scales[group], -(m * offsets[group]), highest, levels[(group * GroupLength)..]);
    }
}
