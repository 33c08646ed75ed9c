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

    private static Parts Build(GptJConfig config, ParameterSource source) => Parts.Turned(
        config, source, NormKind.Layer, isTied: false, RotaryPairing.Interleaved,
        (part, layer, rotary) => new GptJBlock(part, layer, config, rotary),
        _ => new(config.HeadCount, config.HeadCount, config.HeadWidth, config.HeadWidth), headBias: true);
}

/// <summary>One block of GPT-J: x + attention(norm(x)) + feed-forward(norm(x)), with one norm for both.</summary>
public sealed class GptJBlock : SplitBlock
{
    private readonly Rotary _rotary;
    private readonly AttentionForm _attention = new();

    internal GptJBlock(ParameterSource source, int layer, GptJConfig config, Rotary rotary)
        : base(source, layer, config, config.HeadWidth, config.HeadCount)
    {
        _rotary = rotary;
        var (deviation, outputDeviation) = (config.InitialDeviation, config.OutputDeviation);
        Norm = new LayerNorm(source.In("norm"), config.Width, config.NormEpsilon);
        FeedForward = new PlainFeedForward(source.In("feed_forward"), config.Width, config.Inside, UnaryFunction.GeluTanh, bias: true, deviation, outputDeviation);
    }

    /// <summary>The norm before both halves.</summary>
    public LayerNorm Norm { get; }

    /// <inheritdoc/>
    public override PlainFeedForward FeedForward { get; }

    /// <inheritdoc/>
    public override IEnumerable<Module> Children => [Norm, Query, Key, Value, Output, FeedForward];

    /// <inheritdoc/>
    public override Tensor Forward(Tensor x, Pass pass)
    {
        var h = pass.Tap(Layer, Site.AttentionNorm, Norm.Forward(x));
        x += Attend(h, pass, _attention, _rotary);
        return pass.Tap(Layer, Site.Residual, x + pass.Tap(Layer, Site.FeedForward, FeedForward.Forward(h, pass)));
    }
}
