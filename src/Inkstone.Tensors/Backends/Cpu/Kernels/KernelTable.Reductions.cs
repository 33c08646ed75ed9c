namespace Inkstone.Tensors;

internal abstract unsafe partial class KernelTable
{
    /// <summary>
    /// Elements that one call folds of a long range. The caller folds block after block (on any thread) into partial results and then
    /// calls <see cref="CombineBlocks"/>, so the result does not depend on who did which block.
    /// </summary>
    public const int ReductionBlock = 16_384;

    /// <summary>
    /// Rows that one call adds up into one partial row (column sums, weight gradients of the norms); partial rows are then added
    /// up by one more <see cref="ReduceColumns"/>.
    /// </summary>
    public const int RowBlock = 64;

    /// <summary>
    /// Folds a range into one number; the mean is of these elements. Of nothing: 0, −∞ for the largest, ∞ for the smallest, NaN for the
    /// mean. NaN wins over any number.
    /// </summary>
    public abstract float Reduce(ReduceFunction function, float* x, nint count);

    /// <summary>Folds each row: y(r · yStride) = fold of x(r, ·).</summary>
    public void ReduceRows(ReduceFunction function, float* x, nint rowStride, float* y, nint yStride, nint rows, nint columns)
    {
        for (nint row = 0; row < rows; row++)
            y[row * yStride] = Reduce(function, x + row * rowStride, columns);
    }

    /// <summary>
    /// Folds the columns of [rows, columns] into y [columns], rows in ascending order in groups of eight; with
    /// <paramref name="accumulate"/> y takes part, else it is overwritten. The order does not depend on how columns are shared out.
    /// y must not overlap x.
    /// </summary>
    public abstract void ReduceColumns(
        ReduceFunction function, float* x, nint rowStride, float* y, nint rows, nint columns, bool accumulate = false);

    /// <summary>Σ a·b.</summary>
    public abstract float Dot(float* a, float* b, nint count);

    /// <summary>
    /// Folds the partial results of blocks into one, neighbours first (a fixed tree); the partial results are overwritten. Partial sums of
    /// squares are summed; a mean cannot be made of means, fold with <see cref="ReduceFunction.Sum"/> instead.
    /// </summary>
    public static float CombineBlocks(ReduceFunction function, Span<float> partial)
    {
        if (function == ReduceFunction.Mean)
            throw new ArgumentOutOfRangeException(nameof(function), function, "means of blocks do not combine; fold sums");
        if (partial.IsEmpty)
            return function switch { ReduceFunction.Max => float.NegativeInfinity, ReduceFunction.Min => float.PositiveInfinity, _ => 0f };
        for (var count = partial.Length; count > 1; count = (count + 1) / 2)
        {
            for (var i = 0; i < count / 2; i++)
                partial[i] = function switch
                {
                    ReduceFunction.Max => MathF.Max(partial[2 * i], partial[2 * i + 1]),
                    ReduceFunction.Min => MathF.Min(partial[2 * i], partial[2 * i + 1]),
                    _ => partial[2 * i] + partial[2 * i + 1],
                };
            if ((count & 1) != 0)
                partial[count / 2] = partial[count - 1];
        }
        return partial[0];
    }
}

internal sealed unsafe partial class KernelTable<TVector>
{
    public override float Reduce(ReduceFunction function, float* x, nint count) => function switch
    {
        ReduceFunction.Sum => ReductionKernels.Fold<TVector, SumFold>(x, count),
        ReduceFunction.Mean => ReductionKernels.Fold<TVector, SumFold>(x, count) / count,
        ReduceFunction.Max => ReductionKernels.Fold<TVector, MaximumFold>(x, count),
        ReduceFunction.Min => ReductionKernels.Fold<TVector, MinimumFold>(x, count),
        ReduceFunction.SumOfSquares => ReductionKernels.Fold<TVector, SumOfSquaresFold>(x, count),
        _ => throw new ArgumentOutOfRangeException(nameof(function), function, null),
    };

    public override void ReduceColumns(
        ReduceFunction function, float* x, nint rowStride, float* y, nint rows, nint columns, bool accumulate = false)
    {
        switch (function)
        {
            case ReduceFunction.Sum:
                ReductionKernels.Columns<TVector, SumFold>(x, rowStride, y, rows, columns, accumulate);
                break;
            case ReduceFunction.Mean when !accumulate:
                ReductionKernels.Columns<TVector, SumFold>(x, rowStride, y, rows, columns, accumulate);
                Affine(y, 1f / rows, 0f, y, columns);
                break;
            case ReduceFunction.Max:
                ReductionKernels.Columns<TVector, MaximumFold>(x, rowStride, y, rows, columns, accumulate);
                break;
            case ReduceFunction.Min:
                ReductionKernels.Columns<TVector, MinimumFold>(x, rowStride, y, rows, columns, accumulate);
                break;
            case ReduceFunction.SumOfSquares:
                ReductionKernels.Columns<TVector, SumOfSquaresFold>(x, rowStride, y, rows, columns, accumulate);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(function), function, null);
        }
    }

    public override float Dot(float* a, float* b, nint count) => ReductionKernels.Dot<TVector>(a, b, count);
}
