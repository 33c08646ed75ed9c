using Inkstone.Foundation.Randomness;
using Inkstone.Tensors;

namespace Inkstone.Models;

/// <summary>A decoder of the DeepSeek V2 family.</summary>
public sealed class DeepSeek2 : DecoderModel
{
    /// <summary>Builds the network with first values drawn from a stream.</summary>
    /// <exception cref="Foundation.Errors.InkstoneRequestException">The configuration is not possible.</exception>
    public DeepSeek2(DeepSeek2Config config, Rng rng, Backend? backend = null)
        : this(config, new ParameterSource("", rng, backend ?? Backend.Default))
    {
    }

    internal DeepSeek2(DeepSeek2Config config, ParameterSource source)
        : base(config, source.Backend, Build(config, source)) => Settings = config;

    /// <summary>The configuration.</summary>
    public DeepSeek2Config Settings { get; }

    private static Parts Build(DeepSeek2Config config, ParameterSource source)
    {
        config.Validate();
        var rotary = new Rotary(config.TurnedWidth, config.ContextLength, config.RotaryTheta, RotaryPairing.Interleaved, source.Backend, config.RotaryScaling);
        var layers = Enumerable.Range(0, config.LayerCount);
        var blocks = source.In("blocks");
        return new(
            new Embedding(source.In("embedding"), config.VocabularySize, config.Width, config.InitialDeviation),
            new BlockStack([.. layers.Select(layer => new DeepSeek2Block(blocks.In(layer), layer, config, rotary))]),
            new RmsNorm(source.In("final_norm"), config.Width, config.NormEpsilon),
            config.TiedHead ? null : new Linear(source.In("head"), config.Width, config.VocabularySize, bias: false, config.InitialDeviation),
            [.. layers.Select(_ => new LayerMemory(config.HeadCount, 1, config.LatentWidth + config.TurnedWidth, config.LatentWidth))])
        {
            Rotaries = [rotary],
        };
    }
}

/// <summary>One block of DeepSeek V2: latent attention and a feed-forward or a mixture of experts, each behind a norm and added to the residual stream.</summary>
public sealed class DeepSeek2Block : Block
{
    internal DeepSeek2Block(ParameterSource source, int layer, DeepSeek2Config config, Rotary rotary)
        : base(layer)
    {
        var deviation = config.InitialDeviation;
        var outputDeviation = deviation / Math.Sqrt(2.0 * config.LayerCount);
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
