using Inkstone.Tensors;

namespace Inkstone.Models;

/// <summary>One block of Llama: attention and feed-forward, each behind a norm and added to the residual stream.</summary>
public sealed class LlamaBlock : SplitBlock
{
    private readonly Rotary? _rotary;
    private readonly AttentionForm _attention;
    private readonly double _scale;

    internal LlamaBlock(ParameterSource source, int layer, LlamaConfig config, Rotary rotary)
        : base(source, layer, config, config.HeadWidth, config.KeyValueHeadCount, config.QueryKeyValueBias, config.OutputBias)
    {
        _rotary = config.TurnedLayers.Has(layer) ? rotary : null;
        _scale = config.ResidualScale;
        _attention = new AttentionForm { Scale = (float?)config.AttentionScale, Window = config.WindowOf(layer) };
        var (deviation, outputDeviation) = (config.InitialDeviation, config.OutputDeviation);
        var attention = source.In("attention");
        AttentionNorm = new RmsNorm(source.In("attention_norm"), config.Width, config.NormEpsilon);
        if (config.QueryKeyNorm)
        {
            QueryNorm = new RmsNorm(attention.In("query_norm"), config.HeadWidth, config.NormEpsilon);
            KeyNorm = new RmsNorm(attention.In("key_norm"), config.HeadWidth, config.NormEpsilon);
        }
        FeedForwardNorm = new RmsNorm(source.In("feed_forward_norm"), config.Width, config.NormEpsilon);
        FeedForward = config.Experts is not null && config.ExpertLayers.Has(layer)
            ? new ExpertFeedForward(source.In("feed_forward"), config.Width, config.Experts, deviation, outputDeviation)
            : config.FeedForward == FeedForwardKind.SwiGlu
            ? new GatedFeedForward(source.In("feed_forward"), config.Width, config.HiddenWidth, deviation, outputDeviation, bias: config.FeedForwardBias)
            : new PlainFeedForward(source.In("feed_forward"), config.Width, config.HiddenWidth, UnaryFunction.ReluSquared, config.FeedForwardBias, deviation, outputDeviation);
    }

    /// <summary>The norm before attention.</summary>
    public RmsNorm AttentionNorm { get; }

    /// <summary>The norm of each head's query, if there is one.</summary>
    public RmsNorm? QueryNorm { get; }

    /// <summary>The norm of each head's key, if there is one.</summary>
    public RmsNorm? KeyNorm { get; }

    /// <summary>The norm before the feed-forward.</summary>
    public RmsNorm FeedForwardNorm { get; }

    /// <inheritdoc/>
    public override FeedForward FeedForward { get; }

    /// <inheritdoc/>
    public override IEnumerable<Module> Children =>
        QueryNorm is null
            ? [AttentionNorm, Query, Key, Value, Output, FeedForwardNorm, FeedForward]
            : [AttentionNorm, Query, Key, Value, QueryNorm, KeyNorm!, Output, FeedForwardNorm, FeedForward];

    /// <inheritdoc/>
    public override IReadOnlyList<ScaleFold> Folds =>
    [
        ScaleFold.Of(AttentionNorm, Query, Key, Value),
        ScaleFold.Of(Value, Output, HeadWidth),
        .. FeedForward is GatedFeedForward gated ? (ScaleFold[])[ScaleFold.Of(FeedForwardNorm, gated.Gate, gated.Up), ScaleFold.Of(gated)]
            : FeedForward is PlainFeedForward plain ? [ScaleFold.Of(FeedForwardNorm, plain.Up)] : [],
    ];

    /// <inheritdoc/>
    public override Tensor Forward(Tensor x, Pass pass)
    {
        var h = pass.Tap(Layer, Site.AttentionNorm, AttentionNorm.Forward(x));
        x += Attend(h, pass, _attention, _rotary, QueryNorm, KeyNorm).Scaled(_scale);
        h = pass.Tap(Layer, Site.FeedForwardNorm, FeedForwardNorm.Forward(x));
        return pass.Tap(Layer, Site.Residual, x + pass.Tap(Layer, Site.FeedForward, FeedForward.Forward(h, pass)).Scaled(_scale));
    }
}
