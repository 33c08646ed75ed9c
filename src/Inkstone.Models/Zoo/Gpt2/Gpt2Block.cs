using Inkstone.Tensors;

namespace Inkstone.Models;

/// <summary>One block of GPT-2: attention and feed-forward, each behind a LayerNorm and added to the residual stream.</summary>
public sealed class Gpt2Block : Block
{
    private readonly int _width;
    private readonly int _headWidth;
    private readonly double _dropout;
    private readonly AttentionForm _attention;

    internal Gpt2Block(ParameterSource source, int layer, Gpt2Config config)
        : base(layer)
    {
        _width = config.Width;
        _headWidth = config.HeadWidth;
        _dropout = config.Dropout;
        _attention = new AttentionForm { Dropout = (float)config.AttentionDropout };
        var deviation = config.InitialDeviation;
        var outputDeviation = deviation / Math.Sqrt(2.0 * config.LayerCount);
        AttentionNorm = new LayerNorm(source.In("attention_norm"), config.Width, config.NormEpsilon);
        QueryKeyValue = new Linear(source.In("attention.query_key_value"), config.Width, 3 * config.Width, bias: true, deviation);
        Output = new Linear(source.In("attention.output"), config.Width, config.Width, bias: true, outputDeviation);
        FeedForwardNorm = new LayerNorm(source.In("feed_forward_norm"), config.Width, config.NormEpsilon);
        FeedForward = new PlainFeedForward(source.In("feed_forward"), config.Width, config.Inside, UnaryFunction.GeluTanh, bias: true, deviation, outputDeviation);
    }

    /// <summary>The norm before attention.</summary>
    public LayerNorm AttentionNorm { get; }

    /// <summary>Rows to queries, keys and values side by side, one product as in the published files.</summary>
    public Linear QueryKeyValue { get; }

    /// <summary>Attention's result back to the stream.</summary>
    public Linear Output { get; }

    /// <summary>The norm before the feed-forward.</summary>
    public LayerNorm FeedForwardNorm { get; }

    /// <summary>The feed-forward.</summary>
    public PlainFeedForward FeedForward { get; }

    /// <inheritdoc/>
    public override IEnumerable<Module> Children => [AttentionNorm, QueryKeyValue, Output, FeedForwardNorm, FeedForward];

    /// <inheritdoc/>
    public override IReadOnlyList<ScaleFold> Folds =>
    [
        ScaleFold.Of(AttentionNorm, QueryKeyValue),
        new ScaleFold(_width, [new(QueryKeyValue.Matrix, 2 * _width), new(QueryKeyValue.Bias!, 2 * _width)], [Output.Matrix]),
        ScaleFold.Of(FeedForwardNorm, FeedForward.Up),
    ];

    /// <inheritdoc/>
    public override long FlopsPerRow => QueryKeyValue.FlopsPerRow + Output.FlopsPerRow + FeedForward.FlopsPerRow;

    /// <inheritdoc/>
    public override Tensor Forward(Tensor x, Pass pass)
    {
        var h = pass.Tap(Layer, Site.AttentionNorm, AttentionNorm.Forward(x));
        Span<Tensor> parts = [default, default, default];
        QueryKeyValue.Forward(h, pass).Split(1, [_width, _width, _width], parts);
        var attended = pass.Attend(Layer, parts[0].SplitHeads(_headWidth), parts[1].SplitHeads(_headWidth), parts[2].SplitHeads(_headWidth), _attention);
        x += pass.Drop(Output.Forward(attended.MergeHeads(), pass), _dropout, Layer, "attention output");
        h = pass.Tap(Layer, Site.FeedForwardNorm, FeedForwardNorm.Forward(x));
        h = pass.Tap(Layer, Site.FeedForward, FeedForward.Forward(h, pass));
        return pass.Tap(Layer, Site.Residual, x + pass.Drop(h, _dropout, Layer, "feed-forward output"));
    }
}
