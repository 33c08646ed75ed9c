using Inkstone.Foundation.Randomness;
using Inkstone.Tensors;

namespace Inkstone.Models;

/// <summary>A decoder of the OLMo 2 family.</summary>
public sealed class Olmo2 : DecoderModel<Olmo2Config>
{
    /// <summary>Builds the network with first values drawn from a stream.</summary>
    /// <exception cref="Foundation.Errors.InkstoneRequestException">The configuration is not possible.</exception>
    public Olmo2(Olmo2Config config, Rng rng, Backend? backend = null)
        : this(config, ParameterSource.Root(rng, backend))
    {
    }

    internal Olmo2(Olmo2Config config, ParameterSource source)
        : base(config, source, Build)
    {
    }

    private static Parts Build(Olmo2Config config, ParameterSource source)
    {
        var full = Turning(config.Rotary);
        var windowed = config.RotaryScaling is null ? full : Turning(config.Rotary with { Scaling = null });
        return Parts.Of(
            config, source, NormKind.RootMeanSquare, config.TiedHead,
            (part, layer) => new Olmo2Block(part, layer, config, config.WindowOf(layer) > 0 ? windowed : full),
            layer => new(config.HeadCount, config.KeyValueHeadCount, config.HeadWidth, config.HeadWidth, config.WindowOf(layer))) with
        {
            Rotaries = [full, windowed],
        };

        Rotary Turning(RotaryValues values) => new(values, config.ContextLength, RotaryPairing.Halves, source.Backend);
    }
}

/// <summary>One block of OLMo 2: attention and feed-forward, each before a norm, and added to the residual stream.</summary>
public sealed class Olmo2Block : SplitBlock
{
    private readonly Rotary _rotary;
    private readonly AttentionForm _attention;

    internal Olmo2Block(ParameterSource source, int layer, Olmo2Config config, Rotary rotary)
        : base(source, layer, config, config.HeadWidth, config.KeyValueHeadCount)
    {
        _rotary = rotary;
        _attention = new AttentionForm { Window = config.WindowOf(layer) };
        var (deviation, outputDeviation) = (config.InitialDeviation, config.OutputDeviation);
        var attention = source.In("attention");
        QueryNorm = new RmsNorm(attention.In("query_norm"), config.Width, config.NormEpsilon);
        KeyNorm = new RmsNorm(attention.In("key_norm"), config.KeyValueHeadCount * HeadWidth, config.NormEpsilon);
        AttentionPostNorm = new RmsNorm(source.In("attention_post_norm"), config.Width, config.NormEpsilon);
        FeedForward = new GatedFeedForward(source.In("feed_forward"), config.Width, config.HiddenWidth, deviation, outputDeviation);
        FeedForwardPostNorm = new RmsNorm(source.In("feed_forward_post_norm"), config.Width, config.NormEpsilon);
    }

    /// <summary>The norm of all heads' queries together.</summary>
    public RmsNorm QueryNorm { get; }

    /// <summary>The norm of all heads' keys together.</summary>
    public RmsNorm KeyNorm { get; }

    /// <summary>The norm after attention.</summary>
    public RmsNorm AttentionPostNorm { get; }

    /// <inheritdoc/>
    public override GatedFeedForward FeedForward { get; }

    /// <summary>The norm after the feed-forward.</summary>
    public RmsNorm FeedForwardPostNorm { get; }

    /// <inheritdoc/>
    public override IEnumerable<Module> Children => [Query, Key, Value, QueryNorm, KeyNorm, Output, AttentionPostNorm, FeedForward, FeedForwardPostNorm];

    /// <inheritdoc/>
    public override IReadOnlyList<ScaleFold> Folds =>
    [
        ScaleFold.Of(Value, Output, HeadWidth),
        ScaleFold.Of(FeedForward),
    ];

    /// <inheritdoc/>
    public override Tensor Forward(Tensor x, Pass pass)
    {
        var q = _rotary.Apply(QueryNorm.Forward(Query.Forward(x, pass)).SplitHeads(HeadWidth), pass);
        var k = _rotary.Apply(KeyNorm.Forward(Key.Forward(x, pass)).SplitHeads(HeadWidth), pass);
        x += AttentionPostNorm.Forward(Attend(q, k, x, pass, _attention));
        return pass.Tap(Layer, Site.Residual, x + FeedForwardPostNorm.Forward(pass.Tap(Layer, Site.FeedForward, FeedForward.Forward(x, pass))));
    }
}
