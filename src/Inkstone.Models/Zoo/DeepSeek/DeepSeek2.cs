using Inkstone.Foundation.Randomness;
using Inkstone.Tensors;

namespace Inkstone.Models;

/// <summary>A decoder of the DeepSeek V2 family.</summary>
public sealed class DeepSeek2 : DecoderModel<DeepSeek2Config>
{
    /// <summary>Builds the network with first values drawn from a stream.</summary>
    /// <exception cref="Foundation.Errors.InkstoneRequestException">The configuration is not possible.</exception>
    public DeepSeek2(DeepSeek2Config config, Rng rng, Backend? backend = null)
        : this(config, ParameterSource.Root(rng, backend))
    {
    }

    internal DeepSeek2(DeepSeek2Config config, ParameterSource source)
        : base(config, source, Build)
    {
    }

    private static Parts Build(DeepSeek2Config config, ParameterSource source) => Parts.Turned(
        config, source, NormKind.RootMeanSquare, config.TiedHead, RotaryPairing.Interleaved,
        (part, layer, rotary) => new DeepSeek2Block(part, layer, config, rotary),
        _ => new(config.HeadCount, 1, config.LatentWidth + config.TurnedWidth, config.LatentWidth));
}

/// <summary>One block of DeepSeek V2: latent attention and a feed-forward or a mixture of experts, each behind a norm and added to the residual stream.</summary>
public sealed class DeepSeek2Block : Block
{
    internal DeepSeek2Block(ParameterSource source, int layer, DeepSeek2Config config, Rotary rotary)
        : base(layer)
    {
        var (deviation, outputDeviation) = (config.InitialDeviation, config.OutputDeviation);
        AttentionNorm = new RmsNorm(source.In("attention_norm"), config.Width, config.NormEpsilon);
        Attention = new LatentAttention(source.In("attention"), layer, config, rotary, outputDeviation);
        FeedForwardNorm = new RmsNorm(source.In("feed_forward_norm"), config.Width, config.NormEpsilon);
        FeedForward = layer < config.FirstExpertLayer
            ? new GatedFeedForward(source.In("feed_forward"), config.Width, config.HiddenWidth, deviation, outputDeviation)
            : new ExpertFeedForward(source.In("feed_forward"), config.Width, config.Experts, deviation, outputDeviation);
    }

    /// <summary>The norm before attention.</summary>
    public RmsNorm AttentionNorm { get; }

    /// <summary>Attention.</summary>
    public LatentAttention Attention { get; }

    /// <summary>The norm before the feed-forward.</summary>
    public RmsNorm FeedForwardNorm { get; }

    /// <summary>The feed-forward.</summary>
    public FeedForward FeedForward { get; }

    /// <inheritdoc/>
    public override IEnumerable<Module> Children => [AttentionNorm, Attention, FeedForwardNorm, FeedForward];

    /// <inheritdoc/>
    public override long FlopsPerRow => Attention.FlopsPerRow + FeedForward.FlopsPerRow;

    /// <inheritdoc/>
    public override Tensor Forward(Tensor x, Pass pass)
    {
        x += Attention.Forward(pass.Tap(Layer, Site.AttentionNorm, AttentionNorm.Forward(x)), pass);
        var h = pass.Tap(Layer, Site.FeedForwardNorm, FeedForwardNorm.Forward(x));
        return pass.Tap(Layer, Site.Residual, x + pass.Tap(Layer, Site.FeedForward, FeedForward.Forward(h, pass)));
    }
}
