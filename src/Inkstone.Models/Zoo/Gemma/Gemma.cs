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
public sealed class GemmaBlock : SplitBlock
{
    private readonly Rotary _rotary;
    private readonly AttentionForm _attention;

    internal GemmaBlock(ParameterSource source, int layer, GemmaConfig config, Rotary rotary)
        : base(source, layer, config, config.HeadWidth, config.KeyValueHeadCount)
    {
        _rotary = rotary;
        _attention = new AttentionForm
        {
            Scale = (float)(1 / Math.Sqrt(config.QueryScalar ?? config.HeadWidth)),
            Window = config.WindowOf(layer),
            SoftCap = (float)config.AttentionSoftCap,
        };
        var (deviation, outputDeviation) = (config.InitialDeviation, config.OutputDeviation);
        var attention = source.In("attention");
        AttentionNorm = Norm("attention_norm");
        if (config.HasQueryKeyNorms)
        {
            QueryNorm = new RmsNorm(attention.In("query_norm"), config.HeadWidth, config.NormEpsilon);
            KeyNorm = new RmsNorm(attention.In("key_norm"), config.HeadWidth, config.NormEpsilon);
        }
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

    /// <summary>The norm of each head's query, if there is one.</summary>
    public RmsNorm? QueryNorm { get; }

    /// <summary>The norm of each head's key, if there is one.</summary>
    public RmsNorm? KeyNorm { get; }

    /// <summary>The norm after attention, if there is one.</summary>
    public RmsNorm? AttentionPostNorm { get; }

    /// <summary>The norm before the feed-forward.</summary>
    public RmsNorm FeedForwardNorm { get; }

    /// <inheritdoc/>
    public override GatedFeedForward FeedForward { get; }

    /// <summary>The norm after the feed-forward, if there is one.</summary>
    public RmsNorm? FeedForwardPostNorm { get; }

    /// <inheritdoc/>
    public override IEnumerable<Module> Children =>
        ((Module?[])[AttentionNorm, Query, Key, Value, QueryNorm, KeyNorm, Output, AttentionPostNorm, FeedForwardNorm, FeedForward, FeedForwardPostNorm]).OfType<Module>();

    /// <inheritdoc/>
    public override IReadOnlyList<ScaleFold> Folds =>
    [
        ScaleFold.Of(AttentionNorm, Query, Key, Value),
        ScaleFold.Of(Value, Output, HeadWidth),
        ScaleFold.Of(FeedForwardNorm, FeedForward.Gate, FeedForward.Up),
        ScaleFold.Of(FeedForward),
    ];

    /// <inheritdoc/>
    public override Tensor Forward(Tensor x, Pass pass)
    {
        var h = pass.Tap(Layer, Site.AttentionNorm, AttentionNorm.Forward(x));
        x += AttentionPostNorm.OrSame(Attend(h, pass, _attention, _rotary, QueryNorm, KeyNorm));
        h = pass.Tap(Layer, Site.FeedForwardNorm, FeedForwardNorm.Forward(x));
        return pass.Tap(Layer, Site.Residual, x + FeedForwardPostNorm.OrSame(pass.Tap(Layer, Site.FeedForward, FeedForward.Forward(h, pass))));
    }
}
