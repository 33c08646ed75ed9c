using Inkstone.Tensors;

namespace Inkstone.Models;

/// <summary>One block of GPT-2: attention and feed-forward, each behind a LayerNorm and added to the residual stream.</summary>
public sealed class Gpt2Block : FusedBlock
{
    private readonly int _width;
    private readonly double _dropout;
    private readonly AttentionForm _attention;

    internal Gpt2Block(ParameterSource source, int layer, Gpt2Config config)
        : base(source, layer, config, config.HeadCount, config.Inside, UnaryFunction.GeluTanh, bias: true)
    {
        _width = config.Width;
        _dropout = config.Dropout;
        _attention = new AttentionForm { Dropout = (float)config.AttentionDropout };
    }

    /// <inheritdoc/>
    public override IReadOnlyList<ScaleFold> Folds =>
    [
        ScaleFold.Of(AttentionNorm, QueryKeyValue),
        new ScaleFold(_width, [new(QueryKeyValue.Matrix, 2 * _width), new(QueryKeyValue.Bias!, 2 * _width)], [Output.Matrix]),
        ScaleFold.Of(FeedForwardNorm!, FeedForward.Up),
    ];

    /// <inheritdoc/>
    public override Tensor Forward(Tensor x, Pass pass)
    {
        var h = pass.Tap(Layer, Site.AttentionNorm, AttentionNorm.Forward(x));
        x += pass.Drop(Attend(h, pass, _attention), _dropout, Layer, "attention output");
        h = pass.Tap(Layer, Site.FeedForwardNorm, FeedForwardNorm!.Forward(x));
        h = pass.Tap(Layer, Site.FeedForward, FeedForward.Forward(h, pass));
        return pass.Tap(Layer, Site.Residual, x + pass.Drop(h, _dropout, Layer, "feed-forward output"));
    }
}
