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

    private static Parts Build(StableLmConfig config, ParameterSource source)
    {
        var rotary = new Rotary(config.Rotary, config.ContextLength, RotaryPairing.Halves, source.Backend);
        return Parts.Of(
            config, source, NormKind.Layer, config.TiedHead,
            (part, layer) => new StableLmBlock(part, layer, config, rotary),
            _ => new(config.HeadCount, config.KeyValueHeadCount, config.HeadWidth, config.HeadWidth)) with
        {
            Rotaries = [rotary],
        };
    }
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
public sealed class StableLmBlock : Block
{
    private readonly Rotary _rotary;
    private readonly AttentionForm _attention = new();
    private readonly int _headWidth;

    internal StableLmBlock(ParameterSource source, int layer, StableLmConfig config, Rotary rotary)
        : base(layer)
    {
        _rotary = rotary;
        _headWidth = config.HeadWidth;
        var deviation = config.InitialDeviation;
        var outputDeviation = deviation / Math.Sqrt(2.0 * config.LayerCount);
        var attention = source.In("attention");
        AttentionNorm = new LayerNorm(source.In("attention_norm"), config.Width, config.NormEpsilon);
        Query = new Linear(attention.In("query"), config.Width, config.Width, config.QueryKeyValueBias, deviation);
        Key = new Linear(attention.In("key"), config.Width, config.KeyValueHeadCount * _headWidth, config.QueryKeyValueBias, deviation);
        Value = new Linear(attention.In("value"), config.Width, config.KeyValueHeadCount * _headWidth, config.QueryKeyValueBias, deviation);
        if (config.QueryKeyNorm)
        {
            QueryNorm = new HeadNorm(attention.In("query_norm"), config.HeadCount, _headWidth, config.NormEpsilon);
            KeyNorm = new HeadNorm(attention.In("key_norm"), config.KeyValueHeadCount, _headWidth, config.NormEpsilon);
        }
        Output = new Linear(attention.In("output"), config.Width, config.Width, bias: false, outputDeviation);
        FeedForwardNorm = config.IsParallel ? null : new LayerNorm(source.In("feed_forward_norm"), config.Width, config.NormEpsilon);
        FeedForward = new GatedFeedForward(source.In("feed_forward"), config.Width, config.HiddenWidth, deviation, outputDeviation);
    }

    /// <summary>The norm before attention.</summary>
    public LayerNorm AttentionNorm { get; }

    /// <summary>Rows to queries.</summary>
    public Linear Query { get; }

    /// <summary>Rows to keys.</summary>
    public Linear Key { get; }

    /// <summary>Rows to values.</summary>
    public Linear Value { get; }

    /// <summary>The norm of each head's query, if there is one.</summary>
    public HeadNorm? QueryNorm { get; }

    /// <summary>The norm of each head's key, if there is one.</summary>
    public HeadNorm? KeyNorm { get; }

    /// <summary>Attention's result back to the stream.</summary>
    public Linear Output { get; }

    /// <summary>The norm before the feed-forward; null where it reads what attention reads.</summary>
    public LayerNorm? FeedForwardNorm { get; }

    /// <summary>The feed-forward.</summary>
    public GatedFeedForward FeedForward { get; }

    /// <inheritdoc/>
    public override IEnumerable<Module> Children =>
        ((Module?[])[AttentionNorm, Query, Key, Value, QueryNorm, KeyNorm, Output, FeedForwardNorm, FeedForward]).OfType<Module>();

    /// <inheritdoc/>
    public override long FlopsPerRow => Query.FlopsPerRow + Key.FlopsPerRow + Value.FlopsPerRow + Output.FlopsPerRow + FeedForward.FlopsPerRow;

    /// <inheritdoc/>
    public override Tensor Forward(Tensor x, Pass pass)
    {
        var h = pass.Tap(Layer, Site.AttentionNorm, AttentionNorm.Forward(x));
        var q = _rotary.Apply(QueryNorm.OrSame(Query.Forward(h, pass).SplitHeads(_headWidth)), pass);
        var k = _rotary.Apply(KeyNorm.OrSame(Key.Forward(h, pass).SplitHeads(_headWidth)), pass);
        var y = x + Output.Forward(pass.Attend(Layer, q, k, Value.Forward(h, pass).SplitHeads(_headWidth), _attention).MergeHeads(), pass);
        h = FeedForwardNorm is null ? h : pass.Tap(Layer, Site.FeedForwardNorm, FeedForwardNorm.Forward(y));
        return pass.Tap(Layer, Site.Residual, y + pass.Tap(Layer, Site.FeedForward, FeedForward.Forward(h, pass)));
    }
}
