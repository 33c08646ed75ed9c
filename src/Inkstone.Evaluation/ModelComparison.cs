using Inkstone.Models;
using Inkstone.Tensors;

namespace Inkstone.Evaluation;

/// <summary>How near a model's distributions are to another's on one text.</summary>
/// <param name="Tokens">Places compared.</param>
/// <param name="ReferencePerplexity">The reference's perplexity.</param>
/// <param name="Perplexity">The other's.</param>
/// <param name="Divergence">The mean of Σ p ln(p / q) over the places, p the reference's distribution, q the other's, in nats (Kullback and Leibler 1951).</param>
/// <param name="WorstDivergence">Its 99th percentile.</param>
/// <param name="Agreement">The share of places where both think the same token most probable.</param>
public sealed record ModelComparison(long Tokens, double ReferencePerplexity, double Perplexity, double Divergence, double WorstDivergence, double Agreement)
{
    /// <summary>By how many percent the other's perplexity is higher.</summary>
    public double PerplexityIncrease => 100 * (Perplexity / ReferencePerplexity - 1);

    private const int RowsAtOnce = 64;

    /// <summary>Compares two networks of one vocabulary over windows of a text.</summary>
    /// <param name="reference">The one that is right.</param>
    /// <param name="other">The one that is judged.</param>
    /// <param name="tokens">The text.</param>
    /// <param name="window">Tokens of a window; windows do not overlap, and the first half of each is history alone.</param>
    /// <param name="progress">Told how many tokens are done.</param>
    /// <param name="cancellation">Stops it.</param>
    public static ModelComparison Measure(
        Model reference, Model other, ReadOnlyMemory<int> tokens, int window, IProgress<long>? progress = null, CancellationToken cancellation = default)
    {
        var divergences = new List<double>();
        var (first, second, agreed) = (0.0, 0.0, 0L);
        var places = 0L;
        for (var start = 0; start + 2 <= tokens.Length; start += window)
        {
            cancellation.ThrowIfCancellationRequested();
            using var pause = Tape.Pause();
            using var scope = PoolScope.Open();
            var piece = tokens.Slice(start, Math.Min(window, tokens.Length - start)).Span;
            var (mine, theirs) = (Hidden(reference, piece), Hidden(other, piece));
            for (var row = piece.Length / 2; row < piece.Length - 1; row += RowsAtOnce)
            {
                using var inner = PoolScope.Open();
                var count = Math.Min(RowsAtOnce, piece.Length - 1 - row);
                var p = reference.Head.Forward(mine.Rows.Slice(0, row, count), mine.Pass).LogSoftmax().ToArray();
                var q = other.Head.Forward(theirs.Rows.Slice(0, row, count), theirs.Pass).LogSoftmax().ToArray();
                var size = p.Length / count;
                for (var i = 0; i < count; i++)
                {
                    var a = p.AsSpan(i * size, size);
                    var b = q.AsSpan(i * size, size);
                    divergences.Add(DivergenceOf(a, b));
                    first -= a[piece[row + i + 1]];
                    second -= b[piece[row + i + 1]];
                    agreed += Highest(a) == Highest(b) ? 1 : 0;
                    places++;
                }
            }
            progress?.Report(start + piece.Length);
        }
        divergences.Sort();
        return new(places, Math.Exp(first / places), Math.Exp(second / places), divergences.Sum() / Math.Max(1, places),
            divergences.Count == 0 ? 0 : divergences[(int)(0.99 * (divergences.Count - 1))], (double)agreed / Math.Max(1, places));
    }

    private static (Tensor Rows, Pass Pass) Hidden(Model model, ReadOnlySpan<int> tokens)
    {
        var pass = FullPass.Over(tokens, new TokenLayout(0, tokens.Length), model.Backend);
        return (model.Forward(pass), pass);
    }

    private static double DivergenceOf(ReadOnlySpan<float> p, ReadOnlySpan<float> q)
    {
        var sum = 0.0;
        for (var i = 0; i < p.Length; i++)
            sum += Math.Exp(p[i]) * (p[i] - (double)q[i]);
        return Math.Max(0, sum);
    }

    private static int Highest(ReadOnlySpan<float> values)
    {
        var best = 0;
        for (var i = 1; i < values.Length; i++)
            if (values[i] > values[best])
                best = i;
        return best;
    }
}
