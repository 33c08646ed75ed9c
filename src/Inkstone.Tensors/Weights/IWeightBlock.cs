namespace Inkstone.Tensors;

/// <summary>
/// A block format. Weights stand in groups; w = scale·level + offset, level a small integer, scale and offset a group's, rounded to single
/// precision after the product and after the sum. All that depends on how a format lies in memory is in its one implementation.
/// </summary>
internal interface IWeightBlock
{
    /// <summary>Weights in a block: a multiple of <see cref="GroupLength"/>, at most <see cref="BlockRows.MaximumLength"/>.</summary>
    static abstract int Length { get; }

    /// <summary>Bytes of a block.</summary>
    static abstract int Bytes { get; }

    /// <summary>Weights that share a scale and an offset: 16 or 32.</summary>
    static abstract int GroupLength { get; }

    /// <summary>Whether there are offsets; without them nothing is added, so that a negative zero stays one.</summary>
    static abstract bool HasOffsets { get; }

    /// <summary>Takes a block apart: a level for every weight, a scale (and an offset where there are any) for every group.</summary>
    static abstract void Unpack(ReadOnlySpan<byte> block, Span<sbyte> levels, Span<float> scales, Span<float> offsets);

    /// <summary>Writes the block whose weights are nearest to these: the least sum of importance times squared difference that a search finds.</summary>
    /// <param name="weights">Finite weights, <see cref="Length"/> of them.</param>
    /// <param name="importance">A number for each weight, none negative, the greatest 1.</param>
    /// <param name="block">Where the block is written.</param>
    static abstract void Quantize(ReadOnlySpan<float> weights, ReadOnlySpan<float> importance, Span<byte> block);

    /// <summary>The level nearest to a number; halves to the even integer.</summary>
    static abstract float Nearest(float value);

    /// <summary>Writes levels into a block whose scales and offsets stay as they are; the levels are spoilt.</summary>
    static abstract void Pack(Span<sbyte> levels, Span<byte> block);
}
