using Inkstone.Tensors;

namespace Inkstone.Models;

/// <summary>
/// Hidden rows to vocabulary scores. Apart from <see cref="Model.Forward"/>, so that the loss can fuse with it, serving can apply it to the last row only, and
/// an embedder can leave it out.
/// </summary>
public sealed class LanguageHead(Func<LinearWeight> weight, double softCap = 0) : Module
{
    /// <summary>[vocabulary, width]; the embedding's own object when the two are tied.</summary>
    public LinearWeight Weight => weight();

    /// <inheritdoc/>
    public override IEnumerable<Module> Children => [Weight];

    /// <summary>Logits [rows, vocabulary].</summary>
    public Tensor Forward(Tensor hidden, Pass pass)
    {
        var logits = Weight.Multiply(hidden, pass);
        return softCap > 0 ? (logits / softCap).Tanh() * softCap : logits;
    }

    /// <summary>Σ of the rows' cross-entropies in nats times a scale, a scalar; targets Int32 [rows], −100 counts nothing.</summary>
    public Tensor Loss(Tensor hidden, Tensor targets, double scale, double smoothing = 0) =>
        Weight.CrossEntropy(hidden, targets, scale, new CrossEntropyOptions(Smoothing: smoothing, SoftCap: softCap));

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
