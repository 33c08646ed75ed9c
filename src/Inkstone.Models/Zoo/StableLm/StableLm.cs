using Inkstone.Foundation.Randomness;
using Inkstone.Tensors;

namespace Inkstone.Models;

/// <summary>A decoder of the StableLM family.</summary>
public sealed class StableLm : DecoderModel<StableLmConfig>
{
    /// <summary>Builds the network with first values drawn from a stream.</summary>
    /// <exception cref="Foundation.Errors.InkstoneRequestException">The configuration is not possible.</exception>
    public StableLm(StableLmConfig config, Rng rng, Backend? backend = null)
        : this(config, ParameterSource.Root(rng, backend))
    {
    }

    internal StableLm(StableLmConfig config, ParameterSource source)
        : base(config, source, Build)
    {
    }

    private protected override bool IsMatrix(Parameter parameter) =>
        base.IsMatrix(parameter) && !Stack.Blocks.Cast<StableLmBlock>().Any(block => parameter == block.QueryNorm?.Weight || parameter == block.KeyNorm?.Weight);

    private static Parts Build(StableLmConfig config, ParameterSource source) => Parts.Turned(
        config, source, NormKind.Layer, config.TiedHead, RotaryPairing.Halves,
        (part, layer, rotary) => new StableLmBlock(part, layer, config, rotary),
        _ => new(config.HeadCount, config.KeyValueHeadCount, config.HeadWidth, config.HeadWidth));
}

/// <summary>A LayerNorm of every head, (x − μ) / √(σ² + ε) · weight, with gains of the head's own and no bias: [rows, heads, width] → the same.</summary>
public sealed class HeadNorm(ParameterSource source, int headCount, int headWidth, double epsilon) : Norm
{
    /// <summary>[heads, width], ones at first.</summary>
    public Parameter Weight { get; } = source.Constant("weight", [headCount, headWidth], 1);

    /// <inheritdoc/>
    protected override IEnumerable<Parameter> OwnParameters => [Weight];

    /// <inheritdoc/>
    public override Tensor Forward(Tensor x) => x.LayerNorm(default, default, epsilon) * Weight.Value;
}

/// <summary>
/// One block of StableLM: with h = norm(x) and y = x + attention(h), it gives y + feed-forward(norm(y)), or y + feed-forward(h) where the second norm is missing.
/// </summary>
public sealed class StableLmBlock : SplitBlock
{
    private readonly Rotary _rotary;
    private readonly AttentionForm _attention = new();

    internal StableLmBlock(ParameterSource source, int layer, StableLmConfig config, Rotary rotary)
        : base(source, layer, config, config.HeadWidth, config.KeyValueHeadCount, config.QueryKeyValueBias)
    {
        _rotary = rotary;
        var (deviation, outputDeviation) = (config.InitialDeviation, config.OutputDeviation);
        var attention = source.In("attention");
        AttentionNorm = new LayerNorm(source.In("attention_norm"), config.Width, config.NormEpsilon);
        if (config.QueryKeyNorm)
        {
            QueryNorm = new HeadNorm(attention.In("query_norm"), config.HeadCount, HeadWidth, config.NormEpsilon);
            KeyNorm = new HeadNorm(attention.In("key_norm"), config.KeyValueHeadCount, HeadWidth, config.NormEpsilon);
        }
        FeedForwardNorm = config.IsParallel ? null : new LayerNorm(source.In("feed_forward_norm"), config.Width, config.NormEpsilon);
        FeedForward = new GatedFeedForward(source.In("feed_forward"), config.Width, config.HiddenWidth, deviation, outputDeviation);
    }

    /// <summary>The norm before attention.</summary>
    public LayerNorm AttentionNorm { get; }

    /// <summary>The norm of each head's query, if there is one.</summary>
    public HeadNorm? QueryNorm { get; }

    /// <summary>The norm of each head's key, if there is one.</summary>
    public HeadNorm? KeyNorm { get; }

    /// <summary>The norm before the feed-forward; null where it reads what attention reads.</summary>
    public LayerNorm? FeedForwardNorm { get; }

    /// <inheritdoc/>
    public override GatedFeedForward FeedForward { get; }

    /// <inheritdoc/>
    public override IEnumerable<Module> Children =>
        ((Module?[])[AttentionNorm, Query, Key, Value, QueryNorm, KeyNorm, Output, FeedForwardNorm, FeedForward]).OfType<Module>();

    /// <inheritdoc/>
    public override Tensor Forward(Tensor x, Pass pass)
    {
        var h = pass.Tap(Layer, Site.AttentionNorm, AttentionNorm.Forward(x));
        var y = x + Attend(h, pass, _attention, _rotary, QueryNorm, KeyNorm);
        h = FeedForwardNorm is null ? h : pass.Tap(Layer, Site.FeedForwardNorm, FeedForwardNorm.Forward(y));
        return pass.Tap(Layer, Site.Residual, y + pass.Tap(Layer, Site.FeedForward, FeedForward.Forward(h, pass)));
    }
}
