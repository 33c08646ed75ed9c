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

    private static Parts Build(GptOssConfig config, ParameterSource source)
    {
        var rotary = new Rotary(config.Rotary, config.ContextLength, RotaryPairing.Halves, source.Backend);
        return Parts.Of(
            config, source, NormKind.RootMeanSquare, config.TiedHead,
            (part, layer) => new GptOssBlock(part, layer, config, rotary),
            layer => new(config.HeadCount, config.KeyValueHeadCount, config.HeadWidth, config.HeadWidth, config.WindowOf(layer))) with
        {
            Rotaries = [rotary],
        };
    }
}

/// <summary>One block of gpt-oss: attention with sinks and a mixture of experts, each behind a norm and added to the residual stream.</summary>
public sealed class GptOssBlock : Block
{
    private readonly Rotary _rotary;
    private readonly AttentionForm _attention;
    private readonly int _headWidth;

    internal GptOssBlock(ParameterSource source, int layer, GptOssConfig config, Rotary rotary)
        : base(layer)
    {
        _rotary = rotary;
        _headWidth = config.HeadWidth;
        _attention = new AttentionForm { Window = config.WindowOf(layer) };
        var deviation = config.InitialDeviation;
        var outputDeviation = deviation / Math.Sqrt(2.0 * config.LayerCount);
        var attention = source.In("attention");
        var (queries, keys) = (config.HeadCount * _headWidth, config.KeyValueHeadCount * _headWidth);
        AttentionNorm = new RmsNorm(source.In("attention_norm"), config.Width, config.NormEpsilon);
        Query = new Linear(attention.In("query"), config.Width, queries, bias: true, deviation);
        Key = new Linear(attention.In("key"), config.Width, keys, bias: true, deviation);
        Value = new Linear(attention.In("value"), config.Width, keys, bias: true, deviation);
        Sinks = attention.Constant("sinks", [config.HeadCount], 0);
        Output = new Linear(attention.In("output"), queries, config.Width, bias: true, outputDeviation);
        FeedForwardNorm = new RmsNorm(source.In("feed_forward_norm"), config.Width, config.NormEpsilon);
        FeedForward = new ExpertFeedForward(source.In("feed_forward"), config.Width, config.Experts, deviation, outputDeviation);
    }

    /// <summary>The norm before attention.</summary>
    public RmsNorm AttentionNorm { get; }

    /// <summary>Rows to queries.</summary>
    public Linear Query { get; }

    /// <summary>Rows to keys.</summary>
    public Linear Key { get; }

    /// <summary>Rows to values.</summary>
    public Linear Value { get; }

    /// <summary>A score a head without a value, [heads].</summary>
    public Parameter Sinks { get; }

    /// <summary>Attention's result back to the stream.</summary>
    public Linear Output { get; }

    /// <summary>The norm before the feed-forward.</summary>
    public RmsNorm FeedForwardNorm { get; }

    /// <summary>The experts.</summary>
    public ExpertFeedForward FeedForward { get; }

    /// <inheritdoc/>
    public override IEnumerable<Module> Children => [AttentionNorm, Query, Key, Value, Output, FeedForwardNorm, FeedForward];

    /// <inheritdoc/>
    public override long FlopsPerRow => Query.FlopsPerRow + Key.FlopsPerRow + Value.FlopsPerRow + Output.FlopsPerRow + FeedForward.FlopsPerRow;

    /// <inheritdoc/>
    protected override IEnumerable<Parameter> OwnParameters => [Sinks];

    /// <inheritdoc/>
    public override Tensor Forward(Tensor x, Pass pass)
    {
        var h = pass.Tap(Layer, Site.AttentionNorm, AttentionNorm.Forward(x));
        var q = _rotary.Apply(Query.Forward(h, pass).SplitHeads(_headWidth), pass);
        var k = _rotary.Apply(Key.Forward(h, pass).SplitHeads(_headWidth), pass);
        var attended = pass.Attend(Layer, q, k, Value.Forward(h, pass).SplitHeads(_headWidth), _attention, Sinks.Value);
        x += Output.Forward(attended.MergeHeads(), pass);
        h = pass.Tap(Layer, Site.FeedForwardNorm, FeedForwardNorm.Forward(x));
        return pass.Tap(Layer, Site.Residual, x + pass.Tap(Layer, Site.FeedForward, FeedForward.Forward(h, pass)));
    }
}
