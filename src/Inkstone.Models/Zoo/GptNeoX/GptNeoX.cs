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

    private static Parts Build(GptNeoXConfig config, ParameterSource source) => Parts.Turned(
        config, source, NormKind.Layer, config.TiedHead, RotaryPairing.Halves,
        (part, layer, rotary) => new GptNeoXBlock(part, layer, config, rotary),
        _ => new(config.HeadCount, config.HeadCount, config.HeadWidth, config.HeadWidth));
}

/// <summary>One block of GPT-NeoX: with y = x + attention(norm(x)), it gives y + feed-forward(norm(x)), or y + feed-forward(norm(y)).</summary>
public sealed class GptNeoXBlock : FusedBlock
{
    private readonly Rotary _rotary;
    private readonly AttentionForm _attention = new();
    private readonly bool _isParallel;

    internal GptNeoXBlock(ParameterSource source, int layer, GptNeoXConfig config, Rotary rotary)
        : base(source, layer, config, config.HeadCount, config.HiddenWidth, config.Activation, bias: true)
    {
        _rotary = rotary;
        _isParallel = config.IsParallel;
    }

    /// <inheritdoc/>
    public override Tensor Forward(Tensor x, Pass pass)
    {
        var h = pass.Tap(Layer, Site.AttentionNorm, AttentionNorm.Forward(x));
        var y = x + Attend(h, pass, _attention, _rotary);
        h = pass.Tap(Layer, Site.FeedForwardNorm, FeedForwardNorm!.Forward(_isParallel ? x : y));
        return pass.Tap(Layer, Site.Residual, y + pass.Tap(Layer, Site.FeedForward, FeedForward.Forward(h, pass)));
    }
}
