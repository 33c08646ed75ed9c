using Inkstone.Tensors;

namespace Inkstone.Models;

/// <summary>The expert that every row of a mixture goes through: a gated feed-forward, times sigmoid(gate · x) where it has a gate of its own (Qwen 2).</summary>
public sealed class SharedExpert : FeedForward
{
    internal SharedExpert(ParameterSource source, int width, ExpertOptions options, double deviation, double outputDeviation)
    {
        FeedForward = new GatedFeedForward(source, width, options.SharedHiddenWidth, deviation, outputDeviation);
        Gate = options.SharedGate ? new Linear(source.In("own_gate"), width, 1, bias: false, deviation) : null;
    }

    /// <summary>The expert.</summary>
    public GatedFeedForward FeedForward { get; }

    /// <summary>[width → 1], through the logistic function.</summary>
    public Linear? Gate { get; }

    /// <inheritdoc/>
    public override IEnumerable<Module> Children => Gate is null ? [FeedForward] : [FeedForward, Gate];

    /// <inheritdoc/>
    public override long FlopsPerRow => FeedForward.FlopsPerRow + (Gate?.FlopsPerRow ?? 0);

    /// <inheritdoc/>
    public override Tensor Forward(Tensor x, Pass pass)
    {
        var y = FeedForward.Forward(x, pass);
        return Gate is null ? y : y * Gate.Forward(x, pass).Sigmoid();
    }
}
