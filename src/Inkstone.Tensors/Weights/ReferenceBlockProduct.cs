using Inkstone.Foundation.Errors;

namespace Inkstone.Tensors;

/// <summary>
/// The product of a row of blocks with a row of single-precision activations that are rounded to 8 bits first. This says what a fast kernel has
/// to compute; it may differ from it by the rounding of single-precision sums only.
/// <para>Activations are rounded in runs of 32, for every format (ggml takes 256 with those of 256 weights): with d = max|x| / 127 and i = 1 / d, both
/// rounded to single precision and i = 0 where d = 0, a = x·i to the nearest integer, ties to the even one. d stays in single precision
/// (ggml rounds it to half).</para>
/// <para>Then group after group of weights that share a scale, the sums of level·a and of a taken exactly in integers:
/// sum += (scale·d)·Σ level·a, and, in formats with offsets, sum += (offset·d)·Σ a.</para>
/// An activation that is not finite makes the product a NaN or an infinity.
/// </summary>
internal static class ReferenceBlockProduct
{
    /// <summary>Activations that share a scale.</summary>
    public const int RunLength = 32;

    /// <summary>Σ w·x with the roundings above.</summary>
    /// <param name="format">A block format.</param>
    /// <param name="blocks">A row of whole blocks.</param>
    /// <param name="activations">As many as there are weights in the row.</param>
    /// <exception cref="InkstoneShapeException">The lengths do not fit together.</exception>
    /// <exception cref="InkstoneRequestException">The format has no blocks.</exception>
    public static float Multiply(WeightFormat format, ReadOnlySpan<byte> blocks, ReadOnlySpan<float> activations)
    {
        var entry = WeightFormats.Entry(format);
        if (format.ByteLength(activations.Length) != blocks.Length)
            throw new InkstoneShapeException("blocks and activations differ in length", entry.Name);
        return (entry.Product ?? throw new InkstoneRequestException("a dense format has no blocks to multiply", entry.Name))(blocks, activations);
    }

    /// <summary>Rounds a run of activations to integers from -127 to 127; the scale comes back.</summary>
    public static float Round(ReadOnlySpan<float> activations, Span<sbyte> rounded)
    {
        var greatest = 0f;
        foreach (var value in activations)
            greatest = MathF.Max(greatest, MathF.Abs(value));
        var scale = greatest / 127;
        var inverse = scale == 0 ? 0 : 1 / scale;
        for (var i = 0; i < activations.Length; i++)
            rounded[i] = (sbyte)MathF.Round(activations[i] * inverse, MidpointRounding.ToEven);
        return scale;
    }

    /// <summary>The product for one format; lengths are right.</summary>
    internal static float Multiply<TBlock>(ReadOnlySpan<byte> blocks, ReadOnlySpan<float> activations)
        where TBlock : IWeightBlock
    {
        Span<sbyte> levels = stackalloc sbyte[TBlock.Length];
        Span<sbyte> rounded = stackalloc sbyte[RunLength];
        Span<float> scales = stackalloc float[BlockRows.MaximumGroups];
        Span<float> offsets = stackalloc float[BlockRows.MaximumGroups];
        var sum = 0f;
        for (; !blocks.IsEmpty; blocks = blocks[TBlock.Bytes..], activations = activations[TBlock.Length..])
        {
            TBlock.Unpack(blocks[..TBlock.Bytes], levels, scales, offsets);
            var scale = 0f;
            for (var start = 0; start < TBlock.Length; start += TBlock.GroupLength)
            {
                if (start % RunLength == 0)
                    scale = Round(activations.Slice(start, RunLength), rounded);
                var (products, total) = Dot(levels.Slice(start, TBlock.GroupLength), rounded.Slice(start % RunLength, TBlock.GroupLength));
                var group = start / TBlock.GroupLength;
                sum += scales[group] * scale * products;
                if (TBlock.HasOffsets)
                    sum += offsets[group] * scale * total;
            }
        }
        return sum;
    }

    private static (int Products, int Total) Dot(ReadOnlySpan<sbyte> levels, ReadOnlySpan<sbyte> rounded)
    {
        var (products, total) = (0, 0);
        for (var i = 0; i < levels.Length; i++)
        {
            products += levels[i] * rounded[i];
            total += rounded[i];
        }
        return (products, total);
    }
}
