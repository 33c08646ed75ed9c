using Inkstone.Foundation.Randomness;
using Inkstone.Tensors;

namespace Inkstone.Models;

/// <summary>A decoder of the GPT-NeoX family.</summary>
public sealed class GptNeoX : DecoderModel<GptNeoXConfig>
{
    /// <summary>Builds the network with first values drawn from a stream.</summary>
    /// <exception cref="Foundation.Errors.InkstoneRequestException">The configuration is not possible.</exception>
    public GptNeoX(GptNeoXConfig config, Rng rng, Backend? backend = null)
        : this(config, ParameterSource.Root(rng, backend))
    {
    }

    internal GptNeoX(GptNeoXConfig config, ParameterSource source)
        : base(config, source, Build)
    {
    }

    private static Parts Build(GptNeoXConfig config, ParameterSource source)
    {
        var rotary = new Rotary(config.Rotary, config.ContextLength, RotaryPairing.Halves, source.Backend);
        return Parts.Of(
            config, source, NormKind.Layer, config.TiedHead,
            (part, layer) => new GptNeoXBlock(part, layer, config, rotary),
            _ => new(config.HeadCount, config.HeadCount, config.HeadWidth, config.HeadWidth)) with
        {
            Rotaries = [rotary],
        };
    }
}

/// <summary>One block of GPT-NeoX: with y = x + attention(norm(x)), it gives y + feed-forward(norm(x)), or y + feed-forward(norm(y)).</summary>
public sealed class GptNeoXBlock : Block
{
    private readonly Rotary _rotary;
    private readonly AttentionForm _attention = new();
    private readonly int _width;
    private readonly int _headWidth;
    private readonly bool _isParallel;

    internal GptNeoXBlock(ParameterSource source, int layer, GptNeoXConfig config, Rotary rotary)
        : base(layer)
    {
        _rotary = rotary;
        _width = config.Width;
        _headWidth = config.HeadWidth;
        _isParallel = config.IsParallel;
        var deviation = config.InitialDeviation;
        var outputDeviation = deviation / Math.Sqrt(2.0 * config.LayerCount);
        AttentionNorm = new LayerNorm(source.In("attention_norm"), config.Width, config.NormEpsilon);
        QueryKeyValue = new Linear(source.In("attention.query_key_value"), config.Width, 3 * config.Width, bias: true, deviation);
        Output = new Linear(source.In("attention.output"), config.Width, config.Width, bias: true, outputDeviation);
        FeedForwardNorm = new LayerNorm(source.In("feed_forward_norm"), config.Width, config.NormEpsilon);
        FeedForward = new PlainFeedForward(source.In("feed_forward"), config.Width, config.HiddenWidth, config.Activation, bias: true, deviation, outputDeviation);
    }

    /// <summary>The norm before attention.</summary>
    public LayerNorm AttentionNorm { get; }

    /// <summary>Rows to all queries, then all keys, then all values.</summary>
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
    public override long FlopsPerRow => QueryKeyValue.FlopsPerRow + Output.FlopsPerRow + FeedForward.FlopsPerRow;

    /// <inheritdoc/>
    public override Tensor Forward(Tensor x, Pass pass)
    {
        var h = pass.Tap(Layer, Site.AttentionNorm, AttentionNorm.Forward(x));
        Span<Tensor> parts = [default, default, default];
        QueryKeyValue.Forward(h, pass).Split(1, [_width, _width, _width], parts);
        var q = _rotary.Apply(parts[0].SplitHeads(_headWidth), pass);
        var k = _rotary.Apply(parts[1].SplitHeads(_headWidth), pass);
        var y = x + Output.Forward(pass.Attend(Layer, q, k, parts[2].SplitHeads(_headWidth), _attention).MergeHeads(), pass);
        h = pass.Tap(Layer, Site.FeedForwardNorm, FeedForwardNorm.Forward(_isParallel ? x : y));
        return pass.Tap(Layer, Site.Residual, y + pass.Tap(Layer, Site.FeedForward, FeedForward.Forward(h, pass)));
    }
}
