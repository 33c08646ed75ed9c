using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Inkstone.Tensors;

/// <summary>Rows of blocks to single precision and back, the same for every block format.</summary>
internal static class BlockRows
{
    /// <summary>The most weights a block has.</summary>
    public const int MaximumLength = 256;

    /// <summary>The most groups a block has.</summary>
    public const int MaximumGroups = 16;

    private const float MeanShare = 1f / 3;

    /// <summary>Blocks as single precision.</summary>
    [SkipLocalsInit]
    public static void Dequantize<TBlock>(ReadOnlySpan<byte> bytes, Span<float> weights)
        where TBlock : IWeightBlock
    {
        Span<sbyte> levels = stackalloc sbyte[MaximumLength];
        Span<float> scales = stackalloc float[MaximumGroups];
        Span<float> offsets = stackalloc float[MaximumGroups];
        levels = levels[..TBlock.Length];
        for (; !weights.IsEmpty; weights = weights[TBlock.Length..], bytes = bytes[TBlock.Bytes..])
        {
            TBlock.Unpack(bytes[..TBlock.Bytes], levels, scales, offsets);
            for (var (i, group) = (0, 0); i < TBlock.Length; i += 16)
            {
                Widen<TBlock>(levels[i..], scales[group], offsets[group], weights[i..]);
                group = (i + 16) / TBlock.GroupLength;
            }
        }
    }

    /// <summary>Rows as blocks.</summary>
    /// <param name="weights">Finite weights of whole rows.</param>
    /// <param name="importance">A number for each column, none negative; or empty.</param>
    /// <param name="bytes">Where the blocks are written.</param>
    [SkipLocalsInit]
    public static void Quantize<TBlock>(ReadOnlySpan<float> weights, ReadOnlySpan<float> importance, Span<byte> bytes)
        where TBlock : IWeightBlock
    {
        Span<float> even = stackalloc float[TBlock.Length];
        Span<float> scaled = stackalloc float[TBlock.Length];
        even.Fill(1);
        var column = 0;
        for (; !weights.IsEmpty; weights = weights[TBlock.Length..], bytes = bytes[TBlock.Bytes..])
        {
            var known = !importance.IsEmpty && TryScale(importance.Slice(column, TBlock.Length), scaled);
            TBlock.Quantize(weights[..TBlock.Length], known ? scaled : even, bytes[..TBlock.Bytes]);
            column += TBlock.Length;
            if (column >= importance.Length)
                column = 0;
        }
    }

    /// <summary>
    /// Importance as it counts: a share of the block's mean is added, for it is an estimate from a sample and tells nothing of the inputs to come
    /// that differ, then the greatest is brought to 1, so that sums neither overflow nor vanish; false if all is 0.
    /// </summary>
    public static bool TryScale(ReadOnlySpan<float> importance, Span<float> scaled)
    {
        var (greatest, total) = (0f, 0f);
        foreach (var value in importance)
            greatest = Math.Max(greatest, value);
        for (var i = 0; i < scaled.Length; i++)
            total += scaled[i] = importance[i] / greatest;
        var share = MeanShare * total / scaled.Length;
        for (var i = 0; i < scaled.Length; i++)
            scaled[i] = (scaled[i] + share) / (1 + share);
        return greatest > 0;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Widen<TBlock>(ReadOnlySpan<sbyte> levels, float scale, float offset, Span<float> weights)
        where TBlock : IWeightBlock
    {
        var (lower, upper) = Vector128.Widen(Vector128.Create(levels));
        var (first, second) = Vector128.Widen(lower);
        var (third, fourth) = Vector128.Widen(upper);
        Weights<TBlock>(first, scale, offset).CopyTo(weights);
        Weights<TBlock>(second, scale, offset).CopyTo(weights[4..]);
        Weights<TBlock>(third, scale, offset).CopyTo(weights[8..]);
        Weights<TBlock>(fourth, scale, offset).CopyTo(weights[12..]);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<float> Weights<TBlock>(Vector128<int> levels, float scale, float offset)
        where TBlock : IWeightBlock
    {
        var product = Vector128.ConvertToSingle(levels) * scale;
        return TBlock.HasOffsets ? product + Vector128.Create(offset) : product;
    }
}
