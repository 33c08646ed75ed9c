namespace Inkstone.Tensors;

internal abstract unsafe partial class KernelTable
{
    /// <summary>
    /// y = e^(x − max) / Σ e^(x − max) over each row of [rows, columns], or with <paramref name="logarithm"/> its logarithm,
    /// (x − max) − ln Σ e^(x − max). A row that is −∞ throughout gives NaN, as the formula says.
    /// </summary>
    public abstract void Softmax(float* x, float* y, nint rows, nint columns, bool logarithm = false);

    /// <summary>dx = y·(dy − Σ dy·y) from y = softmax(x); from its logarithm dx = dy − eʸ·Σ dy. dx may be dy or y.</summary>
    public abstract void SoftmaxGradient(float* y, float* dy, float* dx, nint rows, nint columns, bool logarithm = false);

    /// <summary>
    /// y = (x − μ)·r·weight + bias over each row, μ the row's mean, r = 1/√(variance + ε) (Ba et al., "Layer normalization", 2016). Weight and
    /// bias, [columns], may be null. μ and r are kept in <paramref name="mean"/> and <paramref name="reciprocal"/>, [rows] each.
    /// </summary>
    public abstract void LayerNorm(
        float* x, float* weight, float* bias, float epsilon, float* y, float* mean, float* reciprocal, nint rows, nint columns);

    /// <summary>
    /// dx = r·(g − mean(g) − x̂·mean(g·x̂)) with g = dy·weight and x̂ = (x − μ)·r; dweight += Σ dy·x̂ and dbias += Σ dy over these rows in
    /// ascending order, each unless null. For sums that do not depend on threads, give each <see cref="RowBlock"/> rows a partial
    /// sum of their own and add these up.
    /// </summary>
    public abstract void LayerNormGradient(
        float* x, float* weight, float* mean, float* reciprocal, float* dy, float* dx, float* dweight, float* dbias, nint rows, nint columns);

    /// <summary>
    /// y = x·r·weight over each row, r = 1/√(mean(x²) + ε) (Zhang and Sennrich, "Root mean square layer normalization", 2019). The weight may
    /// be null. r is kept in <paramref name="reciprocal"/>, [rows].
    /// </summary>
    public abstract void RmsNorm(float* x, float* weight, float epsilon, float* y, float* reciprocal, nint rows, nint columns);

    /// <summary>dx = r·(g − x̂·mean(g·x̂)) with g = dy·weight and x̂ = x·r; dweight += Σ dy·x̂ over these rows, unless null.</summary>
    public abstract void RmsNormGradient(
        float* x, float* weight, float* reciprocal, float* dy, float* dx, float* dweight, nint rows, nint columns);
}

internal sealed unsafe partial class KernelTable<TVector>
{
    public override void Softmax(float* x, float* y, nint rows, nint columns, bool logarithm = false)
    {
        for (nint row = 0; row < rows; row++, x += columns, y += columns)
        {
            if (logarithm)
                SoftmaxKernels.LogForward<TVector>(x, y, columns);
            else
                SoftmaxKernels.Forward<TVector>(x, y, columns);
        }
    }

    public override void SoftmaxGradient(float* y, float* dy, float* dx, nint rows, nint columns, bool logarithm = false)
    {
        for (nint row = 0; row < rows; row++, y += columns, dy += columns, dx += columns)
        {
            if (logarithm)
                SoftmaxKernels.LogGradient<TVector>(y, dy, dx, columns);
            else
                SoftmaxKernels.Gradient<TVector>(y, dy, dx, columns);
        }
    }

    public override void LayerNorm(
        float* x, float* weight, float* bias, float epsilon, float* y, float* mean, float* reciprocal, nint rows, nint columns)
    {
        for (nint row = 0; row < rows; row++, x += columns, y += columns)
        {
            var center = ReductionKernels.Fold<TVector, SumFold>(x, columns) / columns;
            var scale = 1f / MathF.Sqrt(NormKernels.SquaredDeviations<TVector>(x, center, columns) / columns + epsilon);
            (mean[row], reciprocal[row]) = (center, scale);
            if (weight != null && bias != null)
                NormKernels.Normalise<TVector, Yes, Yes>(x, center, scale, weight, bias, y, columns);
            else if (weight != null)
                NormKernels.Normalise<TVector, Yes, No>(x, center, scale, weight, bias, y, columns);
            else if (bias != null)
                NormKernels.Normalise<TVector, No, Yes>(x, center, scale, weight, bias, y, columns);
            else
                NormKernels.Normalise<TVector, No, No>(x, center, scale, weight, bias, y, columns);
        }
    }

    public override void LayerNormGradient(
        float* x, float* weight, float* mean, float* reciprocal, float* dy, float* dx, float* dweight, float* dbias, nint rows, nint columns)
    {
        if (weight != null)
            NormGradient<Yes, Yes>(x, weight, mean, reciprocal, dy, dx, dweight, dbias, rows, columns);
        else
            NormGradient<Yes, No>(x, weight, mean, reciprocal, dy, dx, dweight, dbias, rows, columns);
    }

    public override void RmsNorm(float* x, float* weight, float epsilon, float* y, float* reciprocal, nint rows, nint columns)
    {
        for (nint row = 0; row < rows; row++, x += columns, y += columns)
        {
            var scale = 1f / MathF.Sqrt(ReductionKernels.Fold<TVector, SumOfSquaresFold>(x, columns) / columns + epsilon);
            reciprocal[row] = scale;
            if (weight != null)
                NormKernels.Normalise<TVector, Yes, No>(x, 0f, scale, weight, null, y, columns);
            else
                NormKernels.Normalise<TVector, No, No>(x, 0f, scale, weight, null, y, columns);
        }
    }

    public override void RmsNormGradient(
        float* x, float* weight, float* reciprocal, float* dy, float* dx, float* dweight, nint rows, nint columns)
    {
        if (weight != null)
            NormGradient<No, Yes>(x, weight, null, reciprocal, dy, dx, dweight, null, rows, columns);
        else
            NormGradient<No, No>(x, weight, null, reciprocal, dy, dx, dweight, null, rows, columns);
    }

    private static void NormGradient<TCentered, TWeight>(
        float* x, float* weight, float* mean, float* reciprocal, float* dy, float* dx, float* dweight, float* dbias, nint rows, nint columns)
        where TCentered : struct, IFlag
        where TWeight : struct, IFlag
    {
        for (nint row = 0; row < rows; row++, x += columns, dy += columns, dx += columns)
        {
            var center = TCentered.Value ? mean[row] : 0f;
            var (sum, product) = NormKernels.GradientSums<TVector, TCentered, TWeight>(
                x, center, reciprocal[row], weight, dy, dweight, dbias, columns);
            NormKernels.Gradient<TVector, TCentered, TWeight>(
                x, center, reciprocal[row], weight, dy, sum / columns, product / columns, dx, columns);
        }
    }
}
