using Inkstone.Foundation.Randomness;
using Inkstone.Models;
using Inkstone.Tensors;

namespace Inkstone.Training;

/// <summary>
/// Predicting each token from those before it in its document: the mean over targets of −ln p(token | before), in nats. Every row has a target, the
/// token after it, so a document's EOS is predicted and its BOS is not.
/// </summary>
public class NextToken : Objective
{
    /// <inheritdoc/>
    public override string Name => "next-token";

    /// <summary>The share of the target distribution spread evenly over all tokens, in [0, 1). Default 0.</summary>
    public double Smoothing { get; init; }

    /// <inheritdoc/>
    public override TrainingBatch Prepare(TokenExamples examples, Rng random)
    {
        var tokens = new int[examples.RowCount];
        var targets = new int[examples.RowCount];
        var starts = new int[examples.SequenceCount + 1];
        for (var s = 0; s < examples.SequenceCount; s++)
        {
            var sequence = examples.Sequence(s);
            var rows = sequence.Length - 1;
            sequence[..rows].CopyTo(tokens.AsSpan(starts[s]));
            sequence[1..].CopyTo(targets.AsSpan(starts[s]));
            starts[s + 1] = starts[s] + rows;
        }
        return new TrainingBatch(tokens, new TokenLayout(starts), targets, targets.Length);
    }

    /// <inheritdoc/>
    public override ObjectiveValue Evaluate(Model model, TrainingBatch batch, double scale, Rng? random)
    {
        var pass = FullPass.Over(batch.Tokens, batch.Layout, model.Backend, random);
        var targets = Tensor.From(batch.Targets, [batch.Targets.Length], model.Backend);
        return new ObjectiveValue(model.Head.Loss(model.Forward(pass), targets, scale, Smoothing));
    }
}
