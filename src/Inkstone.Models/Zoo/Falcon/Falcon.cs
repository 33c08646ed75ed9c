using Inkstone.Foundation.Randomness;
using Inkstone.Tensors;

namespace Inkstone.Models;

/// <summary>A decoder of the Falcon family.</summary>
public sealed class Falcon : DecoderModel<FalconConfig>
{
    /// <summary>Builds the network with first values drawn from a stream.</summary>
    /// <exception cref="Foundation.Errors.InkstoneRequestException">The configuration is not possible.</exception>
    public Falcon(FalconConfig config, Rng rng, Backend? backend = null)
        : this(config, ParameterSource.Root(rng, backend))
    {
    }

    internal Falcon(FalconConfig config, ParameterSource source)
        : base(config, source, Build)
    {
    }

    private static Parts Build(FalconConfig config, ParameterSource source)
    {
        var rotary = new Rotary(config.Rotary, config.ContextLength, RotaryPairing.Halves, source.Backend);
        return Parts.Of(
            config, source, NormKind.Layer, config.TiedHead,
            (part, layer) => new FalconBlock(part, layer, config, rotary),
            _ => new(config.HeadCount, config.KeyValueHeadCount, config.HeadWidth, config.HeadWidth)) with
        {
            Rotaries = [rotary],
        };
    }
}

/// <summary>One block of Falcon: x + attention(norm(x)) + feed-forward(norm(x)), with one norm for both or one each.</summary>
public sealed class FalconBlock : Block
{
    private readonly Rotary _rotary;
    private readonly AttentionForm _attention = new();
    private readonly int _headWidth;
    private readonly int _queries;
    private readonly int _keys;

    internal FalconBlock(ParameterSource source, int layer, FalconConfig config, Rotary rotary)
        : base(layer)
    {
        _rotary = rotary;
        _headWidth = config.HeadWidth;
        (_queries, _keys) = (config.Width, config.KeyValueHeadCount * config.HeadWidth);
        var deviation = config.InitialDeviation;
        var outputDeviation = deviation / Math.Sqrt(2.0 * config.LayerCount);
        AttentionNorm = new LayerNorm(source.In("attention_norm"), config.Width, config.NormEpsilon);
        QueryKeyValue = new Linear(source.In("attention.query_key_value"), config.Width, _queries + 2 * _keys, bias: false, deviation);
        Output = new Linear(source.In("attention.output"), config.Width, config.Width, bias: false, outputDeviation);
        FeedForwardNorm = config.HasTwoNorms ? new LayerNorm(source.In("feed_forward_norm"), config.Width, config.NormEpsilon) : null;
        FeedForward = new PlainFeedForward(source.In("feed_forward"), config.Width, config.HiddenWidth, config.Activation, bias: false, deviation, outputDeviation);
    }

    /// <summary>The norm before attention.</summary>
    public LayerNorm AttentionNorm { get; }

    /// <summary>Rows to all queries, then all keys, then all values.</summary>
    public Linear QueryKeyValue { get; }

    /// <summary>Attention's result back to the stream.</summary>
    public Linear Output { get; }

    /// <summary>The norm before the feed-forward; null where it reads what attention reads.</summary>
    public LayerNorm? FeedForwardNorm { get; }

    /// <summary>The feed-forward.</summary>
    public PlainFeedForward FeedForward { get; }

    /// <inheritdoc/>
    public override IEnumerable<Module> Children => ((Module?[])[AttentionNorm, QueryKeyValue, Output, FeedForwardNorm, FeedForward]).OfType<Module>();

    /// <inheritdoc/>
    public override long FlopsPerRow => QueryKeyValue.FlopsPerRow + Output.FlopsPerRow + FeedForward.FlopsPerRow;

    /// <inheritdoc/>
    public override Tensor Forward(Tensor x, Pass pass)
    {
        var h = pass.Tap(Layer, Site.AttentionNorm, AttentionNorm.Forward(x));
        Span<Tensor> parts = [default, default, default];
        QueryKeyValue.Forward(h, pass).Split(1, [_queries, _keys, _keys], parts);
        var q = _rotary.Apply(parts[0].SplitHeads(_headWidth), pass);
        var k = _rotary.Apply(parts[1].SplitHeads(_headWidth), pass);
        var attended = Output.Forward(pass.Attend(Layer, q, k, parts[2].SplitHeads(_headWidth), _attention).MergeHeads(), pass);
        h = FeedForwardNorm is null ? h : pass.Tap(Layer, Site.FeedForwardNorm, FeedForwardNorm.Forward(x));
        return pass.Tap(Layer, Site.Residual, x + attended + pass.Tap(Layer, Site.FeedForward, FeedForward.Forward(h, pass)));
    }
}
