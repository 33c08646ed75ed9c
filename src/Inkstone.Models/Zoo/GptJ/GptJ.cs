using Inkstone.Foundation.Randomness;
using Inkstone.Tensors;

namespace Inkstone.Models;

/// <summary>A decoder of the GPT-J family.</summary>
public sealed class GptJ : DecoderModel<GptJConfig>
{
    /// <summary>Builds the network with first values drawn from a stream.</summary>
    /// <exception cref="Foundation.Errors.InkstoneRequestException">The configuration is not possible.</exception>
    public GptJ(GptJConfig config, Rng rng, Backend? backend = null)
        : this(config, ParameterSource.Root(rng, backend))
    {
    }

    internal GptJ(GptJConfig config, ParameterSource source)
        : base(config, source, Build)
    {
    }

    private static Parts Build(GptJConfig config, ParameterSource source)
    {
        var rotary = new Rotary(config.Rotary, config.ContextLength, RotaryPairing.Interleaved, source.Backend);
        return Parts.Of(
            config, source, NormKind.Layer, isTied: false,
            (part, layer) => new GptJBlock(part, layer, config, rotary),
            _ => new(config.HeadCount, config.HeadCount, config.HeadWidth, config.HeadWidth), headBias: true) with
        {
            Rotaries = [rotary],
        };
    }
}

/// <summary>One block of GPT-J: x + attention(norm(x)) + feed-forward(norm(x)), with one norm for both.</summary>
public sealed class GptJBlock : Block
{
    private readonly Rotary _rotary;
    private readonly AttentionForm _attention = new();
    private readonly int _headWidth;

    internal GptJBlock(ParameterSource source, int layer, GptJConfig config, Rotary rotary)
        : base(layer)
    {
        _rotary = rotary;
        _headWidth = config.HeadWidth;
        var deviation = config.InitialDeviation;
        var outputDeviation = deviation / Math.Sqrt(2.0 * config.LayerCount);
        var attention = source.In("attention");
        Norm = new LayerNorm(source.In("norm"), config.Width, config.NormEpsilon);
        Query = new Linear(attention.In("query"), config.Width, config.Width, bias: false, deviation);
        Key = new Linear(attention.In("key"), config.Width, config.Width, bias: false, deviation);
        Value = new Linear(attention.In("value"), config.Width, config.Width, bias: false, deviation);
        Output = new Linear(attention.In("output"), config.Width, config.Width, bias: false, outputDeviation);
        FeedForward = new PlainFeedForward(source.In("feed_forward"), config.Width, config.Inside, UnaryFunction.GeluTanh, bias: true, deviation, outputDeviation);
    }

    /// <summary>The norm before both halves.</summary>
    public LayerNorm Norm { get; }

    /// <summary>Rows to queries.</summary>
    public Linear Query { get; }

    /// <summary>Rows to keys.</summary>
    public Linear Key { get; }

    /// <summary>Rows to values.</summary>
    public Linear Value { get; }

    /// <summary>Attention's result back to the stream.</summary>
    public Linear Output { get; }

    /// <summary>The feed-forward.</summary>
    public PlainFeedForward FeedForward { get; }

    /// <inheritdoc/>
    public override IEnumerable<Module> Children => [Norm, Query, Key, Value, Output, FeedForward];

    /// <inheritdoc/>
    public override long FlopsPerRow => Query.FlopsPerRow + Key.FlopsPerRow + Value.FlopsPerRow + Output.FlopsPerRow + FeedForward.FlopsPerRow;

    /// <inheritdoc/>
    public override Tensor Forward(Tensor x, Pass pass)
    {
        var h = pass.Tap(Layer, Site.AttentionNorm, Norm.Forward(x));
        var q = _rotary.Apply(Query.Forward(h, pass).SplitHeads(_headWidth), pass);
        var k = _rotary.Apply(Key.Forward(h, pass).SplitHeads(_headWidth), pass);
        var attended = pass.Attend(Layer, q, k, Value.Forward(h, pass).SplitHeads(_headWidth), _attention);
        x += Output.Forward(attended.MergeHeads(), pass);
        return pass.Tap(Layer, Site.Residual, x + pass.Tap(Layer, Site.FeedForward, FeedForward.Forward(h, pass)));
    }
}
