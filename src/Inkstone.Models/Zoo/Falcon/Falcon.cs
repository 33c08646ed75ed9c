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

    private static Parts Build(FalconConfig config, ParameterSource source) => Parts.Turned(
        config, source, NormKind.Layer, config.TiedHead, RotaryPairing.Halves,
        (part, layer, rotary) => new FalconBlock(part, layer, config, rotary),
        _ => new(config.HeadCount, config.KeyValueHeadCount, config.HeadWidth, config.HeadWidth));
}

/// <summary>One block of Falcon: x + attention(norm(x)) + feed-forward(norm(x)), with one norm for both or one each.</summary>
public sealed class FalconBlock : FusedBlock
{
    private readonly Rotary _rotary;
    private readonly AttentionForm _attention = new();

    internal FalconBlock(ParameterSource source, int layer, FalconConfig config, Rotary rotary)
        : base(source, layer, config, config.KeyValueHeadCount, config.HiddenWidth, config.Activation, bias: false, config.HasTwoNorms) => _rotary = rotary;

    /// <inheritdoc/>
    public override Tensor Forward(Tensor x, Pass pass)
    {
        var h = pass.Tap(Layer, Site.AttentionNorm, AttentionNorm.Forward(x));
        var attended = Attend(h, pass, _attention, _rotary);
        h = FeedForwardNorm is null ? h : pass.Tap(Layer, Site.FeedForwardNorm, FeedForwardNorm.Forward(x));
        return pass.Tap(Layer, Site.Residual, x + attended + pass.Tap(Layer, Site.FeedForward, FeedForward.Forward(h, pass)));
    }
}
