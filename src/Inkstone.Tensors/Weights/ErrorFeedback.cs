using Inkstone.Foundation.Errors;

namespace Inkstone.Tensors;

/// <summary>
/// How rounding errors of a matrix's columns are made up for by the columns rounded after them, so that (w - q)·H·(w - q)ᵀ is small for every row w, H = Σ x·xᵀ over the
/// inputs x of the matrix. With H = U·D·Uᵀ, U unit upper triangular in the order of rounding, that is Σ D[k]·(e[k] + Σ e[j]·U[j, k])², j before k and e = w - q; so column k is
/// rounded as w[k] + Σ e[j]·U[j, k], and D[k] is what its error costs. Where H is a multiple of the identity this is rounding to nearest.
/// <para>Source: GPTQ (Frantar et al. 2022) in the form of Chee et al. 2023, "QuIP", section 3, which show the two to be the same and need no inverse of H.</para>
/// </summary>
public sealed class ErrorFeedback
{
    /// <summary>What is added to H's diagonal unless told, as a share of its mean.</summary>
    public const double DefaultDamping = 0.01;

    private const int RowsAtOnce = 8;

    private readonly float[] _factor;
    private readonly float[] _importance;

    private ErrorFeedback(int[] order, float[] factor, float[] importance)
    {
        (Order, _factor, _importance) = (order, factor, importance);
        TimeOf = new int[order.Length];
        for (var time = 0; time < order.Length; time++)
            TimeOf[order[time]] = time;
    }

    /// <summary>Columns of the matrix.</summary>
    public int Columns => Order.Length;

    /// <summary>The columns in the order of rounding.</summary>
    internal int[] Order { get; }

    /// <summary>When each column is rounded.</summary>
    internal int[] TimeOf { get; }

    /// <summary>D, column by column.</summary>
    internal ReadOnlySpan<float> Importance => _importance;

    /// <summary>Factorises the moments of a matrix's inputs.</summary>
    /// <param name="moments">H = Σ x·xᵀ, row-major.</param>
    /// <param name="columns">The width of x.</param>
    /// <param name="damping">What is added to the diagonal, as a share of its mean; raised tenfold as often as H is not positive definite with it.</param>
    /// <param name="byActivation">Whether columns are rounded in descending order of their own moments instead of from left to right.</param>
    /// <exception cref="InkstoneShapeException">The moments are not columns × columns.</exception>
    /// <exception cref="InkstoneNumericException">A moment is not finite.</exception>
    public static ErrorFeedback Create(ReadOnlyMemory<float> moments, int columns, double damping = DefaultDamping, bool byActivation = false)
    {
        if (columns < 1 || moments.Length != (long)columns * columns)
            throw new InkstoneShapeException("moments are not square", nameof(ErrorFeedback), $"{columns} × {columns}", $"{moments.Length}");
        if (moments.Span.IndexOfAnyExceptInRange(float.MinValue, float.MaxValue) is var bad and >= 0)
            throw new InkstoneNumericException("a moment is not finite", nameof(ErrorFeedback), null, FormattableString.Invariant($"{moments.Span[bad]} at {bad}"));
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(damping);
        var order = Enumerable.Range(0, columns).ToArray();
        if (byActivation)
        {
            var keys = Array.ConvertAll(order, column => -moments.Span[column * columns + column]);
            order = [.. order.OrderBy(column => keys[column])];
        }
        var mean = 0.0;
        for (var i = 0; i < columns; i++)
            mean += moments.Span[i * columns + i] / (double)columns;
        if (!(mean > 0))
            return new(order, new float[checked((int)((long)columns * (columns - 1) / 2))], [.. Enumerable.Repeat(1f, columns)]); // nothing came in: every column counts alike
        float[] factor;
        double[] pivots;
        while (!TriangularFactor.TryMake(moments, order, damping * mean, out factor, out pivots))
            damping *= 10;
        var importance = new float[columns];
        for (var time = 0; time < columns; time++)
            importance[order[time]] = (float)(pivots[time] / mean);
        return new(order, factor, importance);
    }

    /// <summary>Writes rows of a matrix in a format. The same weights and moments give the same bytes on every processor.</summary>
    /// <param name="format">A block format.</param>
    /// <param name="weights">Whole rows.</param>
    /// <param name="bytes">Where the blocks are written.</param>
    /// <exception cref="InkstoneShapeException">The lengths do not fit together.</exception>
    /// <exception cref="InkstoneRequestException">The format has no blocks.</exception>
    /// <exception cref="InkstoneNumericException">A weight is not finite or too great.</exception>
    public void Quantize(WeightFormat format, ReadOnlyMemory<float> weights, Memory<byte> bytes)
    {
        WeightFormats.CheckWeights(format, weights.Span, bytes.Length);
        var entry = WeightFormats.Entry(format);
        if (weights.Length % Columns != 0 || Columns % entry.Length != 0)
            throw new InkstoneShapeException("weights are no whole rows of blocks", entry.Name, $"a multiple of {Columns}", $"{weights.Length}");
        var quantize = entry.Feedback ?? throw new InkstoneRequestException("a dense format has no blocks to choose the values of", entry.Name);
        var (rows, rowBytes) = (weights.Length / Columns, Columns / entry.Length * entry.Bytes);
        Parallel.For(0, (rows + RowsAtOnce - 1) / RowsAtOnce, tile =>
        {
            var first = tile * RowsAtOnce;
            var count = Math.Min(RowsAtOnce, rows - first);
            quantize(weights.Span.Slice(first * Columns, count * Columns), this, bytes.Span.Slice(first * rowBytes, count * rowBytes));
        });
    }

    /// <summary>U[j, time] for each j before a time.</summary>
    internal ReadOnlySpan<float> Before(int time) => _factor.AsSpan(checked((int)((long)time * (time - 1) / 2)), time);
}
