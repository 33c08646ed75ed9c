using Inkstone.Foundation.Randomness;
using Inkstone.Tensors;

namespace Inkstone.Models;

/// <summary>A decoder of the Gemma family.</summary>
public sealed class Gemma : DecoderModel<GemmaConfig>
{
    /// <summary>Builds the network with first values drawn from a stream.</summary>
    /// <exception cref="Foundation.Errors.InkstoneRequestException">The configuration is not possible.</exception>
    public Gemma(GemmaConfig config, Rng rng, Backend? backend = null)
        : this(config, ParameterSource.Root(rng, backend))
    {
    }

    internal Gemma(GemmaConfig config, ParameterSource source)
        : base(config, source, Build)
    {
    }

    private static Parts Build(GemmaConfig config, ParameterSource source)
    {
        var global = new Rotary(config.Rotary, config.ContextLength, RotaryPairing.Halves, source.Backend);
        var local = config.LocalRotaryTheta is { } theta ? new Rotary(config.HeadWidth, config.ContextLength, theta, RotaryPairing.Halves, source.Backend) : global;
        return Parts.Of(
            config, source, NormKind.RootMeanSquare, isTied: true,
            (part, layer) => new GemmaBlock(part, layer, config, config.WindowedLayers.Has(layer) ? local : global),
            layer => new(config.HeadCount, config.KeyValueHeadCount, config.HeadWidth, config.HeadWidth, config.WindowOf(layer))) with
        {
            Rotaries = [global, local],
            EmbeddingScale = Math.Sqrt(config.Width),
            LogitSoftCap = config.LogitSoftCap,
        };
    }
}

/// <summary>One block of Gemma: attention and feed-forward, each behind a norm, mostly before another, and added to the residual stream.</summary>
public sealed class GemmaBlock : Block
{
    private readonly Rotary _rotary;
    private readonly AttentionForm _attention;
    private readonly int _headWidth;

    internal GemmaBlock(ParameterSource source, int layer, GemmaConfig config, Rotary rotary)
        : base(layer)
    {
        _rotary = rotary;
        _headWidth = config.HeadWidth;
        _attention = new AttentionForm
        {
            Scale = (float)(1 / Math.Sqrt(config.QueryScalar ?? config.HeadWidth)),
            Window = config.WindowOf(layer),
            SoftCap = (float)config.AttentionSoftCap,
        };
        var deviation = config.InitialDeviation;
        var outputDeviation = deviation / Math.Sqrt(2.0 * config.LayerCount);
        var attention = source.In("attention");
        AttentionNorm = Norm("attention_norm");
        Query = new Linear(attention.In("query"), config.Width, config.HeadCount * config.HeadWidth, bias: false, deviation);
        Key = new Linear(attention.In("key"), config.Width, config.KeyValueHeadCount * config.HeadWidth, bias: false, deviation);
        Value = new Linear(attention.In("value"), config.Width, config.KeyValueHeadCount * config.HeadWidth, bias: false, deviation);
        if (config.HasQueryKeyNorms)
        {
            QueryNorm = new RmsNorm(attention.In("query_norm"), config.HeadWidth, config.NormEpsilon);
            KeyNorm = new RmsNorm(attention.In("key_norm"), config.HeadWidth, config.NormEpsilon);
        }
        Output = new Linear(attention.In("output"), config.HeadCount * config.HeadWidth, config.Width, bias: false, outputDeviation);
        FeedForwardNorm = Norm("feed_forward_norm");
        FeedForward = new GatedFeedForward(source.In("feed_forward"), config.Width, config.HiddenWidth, deviation, outputDeviation, UnaryFunction.GeluTanh);
        if (config.HasPostNorms)
        {
            AttentionPostNorm = Norm("attention_post_norm");
            FeedForwardPostNorm = Norm("feed_forward_post_norm");
        }

        RmsNorm Norm(string name) => new(source.In(name), config.Width, config.NormEpsilon);
    }

    /// <summary>The norm before attention.</summary>
    public RmsNorm AttentionNorm { get; }

    /// <summary>Rows to queries.</summary>
    public Linear Query { get; }

    /// <summary>Rows to keys.</summary>
    public Linear Key { get; }

    /// <summary>Rows to values.</summary>
    public Linear Value { get; }

    /// <summary>The norm of each head's query, if there is one.</summary>
    public RmsNorm? QueryNorm { get; }

    /// <summary>The norm of each head's key, if there is one.</summary>
    public RmsNorm? KeyNorm { get; }

    /// <summary>Attention's result back to the stream.</summary>
    public Linear Output { get; }

    /// <summary>The norm after attention, if there is one.</summary>
    public RmsNorm? AttentionPostNorm { get; }

    /// <summary>The norm before the feed-forward.</summary>
    public RmsNorm FeedForwardNorm { get; }

    /// <summary>The feed-forward.</summary>
    public GatedFeedForward FeedForward { get; }

    /// <summary>The norm after the feed-forward, if there is one.</summary>
    public RmsNorm? FeedForwardPostNorm { get; }

    /// <inheritdoc/>
    public override IEnumerable<Module> Children =>
        ((Module?[])[AttentionNorm, Query, Key, Value, QueryNorm, KeyNorm, Output, AttentionPostNorm, FeedForwardNorm, FeedForward, FeedForwardPostNorm]).OfType<Module>();

    /// <inheritdoc/>
    public override IReadOnlyList<ScaleFold> Folds =>
    [
        ScaleFold.Of(AttentionNorm, Query, Key, Value),
        ScaleFold.Of(Value, Output, _headWidth),
        ScaleFold.Of(FeedForwardNorm, FeedForward.Gate, FeedForward.Up),
        ScaleFold.Of(FeedForward),
    ];

    /// <inheritdoc/>
    public override long FlopsPerRow => Query.FlopsPerRow + Key.FlopsPerRow + Value.FlopsPerRow + Output.FlopsPerRow + FeedForward.FlopsPerRow;

    /// <inheritdoc/>
    public override Tensor Forward(Tensor x, Pass pass)
    {
        var h = pass.Tap(Layer, Site.AttentionNorm, AttentionNorm.Forward(x));
        var q = _rotary.Apply(QueryNorm.OrSame(Query.Forward(h, pass).SplitHeads(_headWidth)), pass);
        var k = _rotary.Apply(KeyNorm.OrSame(Key.Forward(h, pass).SplitHeads(_headWidth)), pass);
        var attended = pass.Attend(Layer, q, k, Value.Forward(h, pass).SplitHeads(_headWidth), _attention);
        x += AttentionPostNorm.OrSame(Output.Forward(attended.MergeHeads(), pass));
        h = pass.Tap(Layer, Site.FeedForwardNorm, FeedForwardNorm.Forward(x));
        return pass.Tap(Layer, Site.Residual, x + FeedForwardPostNorm.OrSame(pass.Tap(Layer, Site.FeedForward, FeedForward.Forward(h, pass))));
    }
}
