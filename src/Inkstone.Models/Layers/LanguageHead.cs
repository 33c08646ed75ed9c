using Inkstone.Tensors;

namespace Inkstone.Models;

/// <summary>
/// Hidden rows to vocabulary scores. Apart from <see cref="Model.Forward"/>, so that the loss can fuse with it, serving can apply it to the last row only, and
/// an embedder can leave it out.
/// </summary>
/// <param name="weight">Gives the matrix.</param>
/// <param name="softCap">c of c · tanh(z / c); 0 for none.</param>
/// <param name="scale">What scores are multiplied with before the cap.</param>
/// <param name="bias">What is added to every row's scores; null for nothing.</param>
public sealed class LanguageHead(Func<LinearWeight> weight, double softCap = 0, double scale = 1, Parameter? bias = null) : Module
{
    /// <summary>[vocabulary, width]; the embedding's own object when the two are tied.</summary>
    public LinearWeight Weight => weight();

    /// <summary>What is added to every row's scores, [vocabulary]; null for nothing.</summary>
    public Parameter? Bias { get; } = bias;

    /// <inheritdoc/>
    public override IEnumerable<Module> Children => [Weight];

    /// <inheritdoc/>
    protected override IEnumerable<Parameter> OwnParameters => Bias is null ? [] : [Bias];

    /// <summary>Logits [rows, vocabulary].</summary>
    public Tensor Forward(Tensor hidden, Pass pass)
    {
        var logits = Weight.Multiply(hidden.Scaled(scale), pass, Bias?.Value ?? default);
        return softCap > 0 ? (logits / softCap).Tanh() * softCap : logits;
    }

    /// <summary>Σ of the rows' cross-entropies in nats times a factor, a scalar; targets Int32 [rows], −100 counts nothing.</summary>
    public Tensor Loss(Tensor hidden, Tensor targets, double factor, double smoothing = 0) =>
        Weight.CrossEntropy(hidden.Scaled(scale), targets, factor, new CrossEntropyOptions(Smoothing: smoothing, SoftCap: softCap), Bias?.Value ?? default);

    /// <summary>Each row's cross-entropy in nats, [rows]; a bounded number of logits at a time, nothing recorded.</summary>
    public void RowLosses(Tensor hidden, ReadOnlySpan<int> targets, Pass pass, Span<float> losses)
    {
        using var pause = Tape.Pause();
        var chunk = Math.Max(64, (4 << 20) / Math.Max(1, Weight.OutputWidth));
        for (var start = 0; start < targets.Length; start += chunk)
        {
            using var scope = PoolScope.Open();
            var count = Math.Min(chunk, targets.Length - start);
            var logits = Forward(hidden.Slice(0, start, count), pass);
            var goals = Tensor.From(targets.Slice(start, count), [count], hidden.Backend);
            logits.CrossEntropy(goals).CopyTo(losses.Slice(start, count));
        }
    }
}
