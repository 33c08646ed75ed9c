using Inkstone.Tensors;

namespace Inkstone.Models;

/// <summary>A decoder's block with LayerNorms, one matrix for queries, keys and values, and a feed-forward without a gate. In which order they run is the family's.</summary>
public abstract class FusedBlock : Block
{
    private readonly int _headWidth;
    private readonly int _queries;
    private readonly int _keys;

    private protected FusedBlock(
        ParameterSource source, int layer, DecoderConfig config, int keyValueHeadCount, int hiddenWidth, UnaryFunction activation, bool bias, bool hasTwoNorms = true)
        : base(layer)
    {
        _headWidth = config.Width / config.HeadCount;
        (_queries, _keys) = (config.Width, keyValueHeadCount * _headWidth);
        AttentionNorm = new LayerNorm(source.In("attention_norm"), config.Width, config.NormEpsilon);
        QueryKeyValue = new Linear(source.In("attention.query_key_value"), config.Width, _queries + 2 * _keys, bias, config.InitialDeviation);
        Output = new Linear(source.In("attention.output"), config.Width, config.Width, bias, config.OutputDeviation);
        FeedForwardNorm = hasTwoNorms ? new LayerNorm(source.In("feed_forward_norm"), config.Width, config.NormEpsilon) : null;
        FeedForward = new PlainFeedForward(source.In("feed_forward"), config.Width, hiddenWidth, activation, bias, config.InitialDeviation, config.OutputDeviation);
    }

    /// <summary>The norm before attention.</summary>
    public LayerNorm AttentionNorm { get; }

    /// <summary>Rows to all queries, then all keys, then all values.</summary>
    public Linear QueryKeyValue { get; }

    /// <summary>Attention's result back to the stream.</summary>
    public Linear Output { get; }

    /// <summary>The norm before the feed-forward; null where that reads what attention reads.</summary>
    public LayerNorm? FeedForwardNorm { get; }

    /// <summary>The feed-forward.</summary>
    public PlainFeedForward FeedForward { get; }

    /// <inheritdoc/>
    public override IEnumerable<Module> Children => ((Module?[])[AttentionNorm, QueryKeyValue, Output, FeedForwardNorm, FeedForward]).OfType<Module>();

    /// <inheritdoc/>
    public override long FlopsPerRow => QueryKeyValue.FlopsPerRow + Output.FlopsPerRow + FeedForward.FlopsPerRow;

    /// <summary>What attention gives for normalised rows, back in the stream's width.</summary>
    private protected Tensor Attend(Tensor rows, Pass pass, AttentionForm form, Rotary? rotary = null)
    {
        Span<Tensor> parts = [default, default, default];
        QueryKeyValue.Forward(rows, pass).Split(1, [_queries, _keys, _keys], parts);
        var q = rotary.OrSame(parts[0].SplitHeads(_headWidth), pass);
        var k = rotary.OrSame(parts[1].SplitHeads(_headWidth), pass);
        return Output.Forward(pass.Attend(Layer, q, k, parts[2].SplitHeads(_headWidth), form).MergeHeads(), pass);
    }
}
