using Inkstone.Tensors;

namespace Inkstone.Models;

/// <summary>One block of Llama: attention and feed-forward, each behind a norm and added to the residual stream.</summary>
public sealed class LlamaBlock : Block
{
    private readonly Rotary? _rotary;
    private readonly AttentionForm _attention;
    private readonly int _headWidth;
    private readonly double _scale;

    internal LlamaBlock(ParameterSource source, int layer, LlamaConfig config, Rotary rotary)
        : base(layer)
    {
        _rotary = config.TurnedLayers.Has(layer) ? rotary : null;
        _headWidth = config.HeadWidth;
        _scale = config.ResidualScale;
        _attention = new AttentionForm { Scale = (float?)config.AttentionScale, Window = config.WindowOf(layer) };
        var deviation = config.InitialDeviation;
        // what is added to the stream starts smaller, so that its variance does not grow with depth (GPT-2's rule)
        var outputDeviation = deviation / Math.Sqrt(2.0 * config.LayerCount);
        var attention = source.In("attention");
        AttentionNorm = new RmsNorm(source.In("attention_norm"), config.Width, config.NormEpsilon);
        Query = new Linear(attention.In("query"), config.Width, config.HeadCount * config.HeadWidth, config.QueryKeyValueBias, deviation);
        Key = new Linear(attention.In("key"), config.Width, config.KeyValueHeadCount * config.HeadWidth, config.QueryKeyValueBias, deviation);
        Value = new Linear(attention.In("value"), config.Width, config.KeyValueHeadCount * config.HeadWidth, config.QueryKeyValueBias, deviation);
        if (config.QueryKeyNorm)
        {
            QueryNorm = new RmsNorm(attention.In("query_norm"), config.HeadWidth, config.NormEpsilon);
            KeyNorm = new RmsNorm(attention.In("key_norm"), config.HeadWidth, config.NormEpsilon);
        }
        Output = new Linear(attention.In("output"), config.HeadCount * config.HeadWidth, config.Width, config.OutputBias, outputDeviation);
        FeedForwardNorm = new RmsNorm(source.In("feed_forward_norm"), config.Width, config.NormEpsilon);
        FeedForward = config.Experts is not null && config.ExpertLayers.Has(layer)
            ? new ExpertFeedForward(source.In("feed_forward"), config.Width, config.Experts, deviation, outputDeviation)
            : config.FeedForward == FeedForwardKind.SwiGlu
            ? new GatedFeedForward(source.In("feed_forward"), config.Width, config.HiddenWidth, deviation, outputDeviation, bias: config.FeedForwardBias)
            : new PlainFeedForward(source.In("feed_forward"), config.Width, config.HiddenWidth, UnaryFunction.ReluSquared, config.FeedForwardBias, deviation, outputDeviation);
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

    /// <summary>The norm before the feed-forward.</summary>
    public RmsNorm FeedForwardNorm { get; }

    /// <summary>The feed-forward.</summary>
    public FeedForward FeedForward { get; }

    /// <inheritdoc/>
    public override IEnumerable<Module> Children =>
        QueryNorm is null
            ? [AttentionNorm, Query, Key, Value, Output, FeedForwardNorm, FeedForward]
            : [AttentionNorm, Query, Key, Value, QueryNorm, KeyNorm!, Output, FeedForwardNorm, FeedForward];

    /// <inheritdoc/>
    public override IReadOnlyList<ScaleFold> Folds =>
    [
        ScaleFold.Of(AttentionNorm, Query, Key, Value),
        ScaleFold.Of(Value, Output, _headWidth),
        .. FeedForward is GatedFeedForward gated ? (ScaleFold[])[ScaleFold.Of(FeedForwardNorm, gated.Gate, gated.Up), ScaleFold.Of(gated)]
            : FeedForward is PlainFeedForward plain ? [ScaleFold.Of(FeedForwardNorm, plain.Up)] : [],
    ];

    /// <inheritdoc/>
    public override long FlopsPerRow => Query.FlopsPerRow + Key.FlopsPerRow + Value.FlopsPerRow + Output.FlopsPerRow + FeedForward.FlopsPerRow;

    /// <inheritdoc/>
    public override Tensor Forward(Tensor x, Pass pass)
    {
        var h = pass.Tap(Layer, Site.AttentionNorm, AttentionNorm.Forward(x));
        var q = _rotary.OrSame(QueryNorm.OrSame(Query.Forward(h, pass).SplitHeads(_headWidth)), pass);
        var k = _rotary.OrSame(KeyNorm.OrSame(Key.Forward(h, pass).SplitHeads(_headWidth)), pass);
        var attended = pass.Attend(Layer, q, k, Value.Forward(h, pass).SplitHeads(_headWidth), _attention);
        x += Output.Forward(attended.MergeHeads(), pass).Scaled(_scale);
        h = pass.Tap(Layer, Site.FeedForwardNorm, FeedForwardNorm.Forward(x));
        return pass.Tap(Layer, Site.Residual, x + pass.Tap(Layer, Site.FeedForward, FeedForward.Forward(h, pass)).Scaled(_scale));
    }
}
