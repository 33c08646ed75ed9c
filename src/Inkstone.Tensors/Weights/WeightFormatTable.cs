namespace Inkstone.Tensors;

/// <summary>Rows in a format as single precision.</summary>
internal delegate void Dequantizer(ReadOnlySpan<byte> bytes, Span<float> weights);

/// <summary>Rows of single precision in a format.</summary>
internal delegate void Quantizer(ReadOnlySpan<float> weights, ReadOnlySpan<float> importance, Span<byte> bytes);

/// <summary>Some rows of single precision in a format, each rounding's error made up for by the columns after it.</summary>
internal delegate void FeedbackQuantizer(ReadOnlySpan<float> weights, ErrorFeedback feedback, Span<byte> bytes);

/// <summary>A row with 8-bit activations: <see cref="ReferenceBlockProduct"/>.</summary>
internal delegate float BlockProduct(ReadOnlySpan<byte> blocks, ReadOnlySpan<float> activations);

/// <summary>All that is known of a format.</summary>
/// <param name="Format">The format.</param>
/// <param name="GgufId">Its number in GGUF files.</param>
/// <param name="Length">Weights in a block.</param>
/// <param name="Bytes">Bytes of a block.</param>
/// <param name="Dequantize">To single precision.</param>
/// <param name="Quantize">From single precision.</param>
/// <param name="Product">The product with rounded activations; none for dense formats.</param>
/// <param name="Feedback">From single precision with feedback; none for dense formats.</param>
internal sealed record WeightFormatEntry(
    WeightFormat Format, int GgufId, int Length, int Bytes, Dequantizer Dequantize, Quantizer Quantize, BlockProduct? Product, FeedbackQuantizer? Feedback = null)
{
    /// <summary>The name in GGUF files.</summary>
    public string Name { get; } = Format.ToString();
}

/// <summary>The formats, in the order of <see cref="WeightFormat"/>: a line each.</summary>
internal static class WeightFormatTable
{
    public static readonly WeightFormatEntry[] Entries =
    [
        new(WeightFormat.F32, 0, 1, 4, DenseRows.Widen<SingleReader>, DenseRows.ToSingle, null),
        new(WeightFormat.F16, 1, 1, 2, DenseRows.Widen<HalfReader>, DenseRows.ToHalf, null),
        new(WeightFormat.BF16, 30, 1, 2, DenseRows.Widen<BFloat16Reader>, DenseRows.ToBFloat16, null),
        Blocks<BlockQ8_0>(WeightFormat.Q8_0, 8),
        Blocks<BlockQ4_0>(WeightFormat.Q4_0, 2),
        Blocks<BlockQ4_1>(WeightFormat.Q4_1, 3),
        Blocks<BlockQ5_0>(WeightFormat.Q5_0, 6),
        Blocks<BlockQ5_1>(WeightFormat.Q5_1, 7),
        Blocks<BlockQ2_K>(WeightFormat.Q2_K, 10),
        Blocks<BlockQ3_K>(WeightFormat.Q3_K, 11),
        Blocks<BlockQ4_K>(WeightFormat.Q4_K, 12),
        Blocks<BlockQ5_K>(WeightFormat.Q5_K, 13),
        Blocks<BlockQ6_K>(WeightFormat.Q6_K, 14),
        Blocks<BlockIQ4_NL>(WeightFormat.IQ4_NL, 20),
        Blocks<BlockIQ4_XS>(WeightFormat.IQ4_XS, 23),
        Blocks<BlockMXFP4>(WeightFormat.MXFP4, 39),
    ];

    private static WeightFormatEntry Blocks<TBlock>(WeightFormat format, int ggufId)
        where TBlock : IWeightBlock =>
        new(format, ggufId, TBlock.Length, TBlock.Bytes, BlockRows.Dequantize<TBlock>, BlockRows.Quantize<TBlock>, ReferenceBlockProduct.Multiply<TBlock>,
            FeedbackRows.Quantize<TBlock>);
}
