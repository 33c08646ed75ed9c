using Inkstone.Foundation.Randomness;
using Inkstone.Tensors;

namespace Inkstone.Models;

/// <summary>A decoder of the gpt-oss family.</summary>
public sealed class GptOss : DecoderModel<GptOssConfig>
{
    /// <summary>Builds the network with first values drawn from a stream.</summary>
    /// <exception cref="Foundation.Errors.InkstoneRequestException">The configuration is not possible.</exception>
    public GptOss(GptOssConfig config, Rng rng, Backend? backend = null)
        : this(config, ParameterSource.Root(rng, backend))
    {
    }

    internal GptOss(GptOssConfig config, ParameterSource source)
        : base(config, source, Build)
    {
    }

    /// <inheritdoc/>
    private protected override bool IsMatrix(Parameter parameter) => parameter.Value.Rank >= 2 && !parameter.Name.EndsWith(".bias", StringComparison.Ordinal);

    private static Parts Build(GptOssConfig config, ParameterSource source) => Parts.Turned(
        config, source, NormKind.RootMeanSquare, config.TiedHead, RotaryPairing.Halves,
        (part, layer, rotary) => new GptOssBlock(part, layer, config, rotary),
        layer => new(config.HeadCount, config.KeyValueHeadCount, config.HeadWidth, config.HeadWidth, config.WindowOf(layer)));
}

/// <summary>One block of gpt-oss: attention with sinks and a mixture of experts, each behind a norm and added to the residual stream.</summary>
public sealed class GptOssBlock : SplitBlock
{
    private readonly Rotary _rotary;
    private readonly AttentionForm _attention;

    internal GptOssBlock(ParameterSource source, int layer, GptOssConfig config, Rotary rotary)
        : base(source, layer, config, config.HeadWidth, config.KeyValueHeadCount, bias: true, outputBias: true)
    {
        _rotary = rotary;
        _attention = new AttentionForm { Window = config.WindowOf(layer) };
        var (deviation, outputDeviation) = (config.InitialDeviation, config.OutputDeviation);
        AttentionNorm = new RmsNorm(source.In("attention_norm"), config.Width, config.NormEpsilon);
        Sinks = source.Constant("attention.sinks", [config.HeadCount], 0);
        FeedForwardNorm = new RmsNorm(source.In("feed_forward_norm"), config.Width, config.NormEpsilon);
        FeedForward = new ExpertFeedForward(source.In("feed_forward"), config.Width, config.Experts, deviation, outputDeviation);
    }

    /// <summary>The norm before attention.</summary>
    public RmsNorm AttentionNorm { get; }

    /// <summary>A score a head without a value, [heads].</summary>
    public Parameter Sinks { get; }

    /// <summary>The norm before the feed-forward.</summary>
    public RmsNorm FeedForwardNorm { get; }

    /// <inheritdoc/>
    public override ExpertFeedForward FeedForward { get; }

    /// <inheritdoc/>
    public override IEnumerable<Module> Children => [AttentionNorm, Query, Key, Value, Output, FeedForwardNorm, FeedForward];

    /// <inheritdoc/>
    protected override IEnumerable<Parameter> OwnParameters => [Sinks];

    /// <inheritdoc/>
    public override Tensor Forward(Tensor x, Pass pass)
    {
        var h = pass.Tap(Layer, Site.AttentionNorm, AttentionNorm.Forward(x));
        x += Attend(h, pass, _attention, _rotary, sinks: Sinks.Value);
        h = pass.Tap(Layer, Site.FeedForwardNorm, FeedForwardNorm.Forward(x));
        return pass.Tap(Layer, Site.Residual, x + pass.Tap(Layer, Site.FeedForward, FeedForward.Forward(h, pass)));
    }
}
