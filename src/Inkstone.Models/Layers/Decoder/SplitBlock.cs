using Inkstone.Tensors;

namespace Inkstone.Models;

/// <summary>A decoder's block that has a matrix each for queries, keys and values. What it does with them, and the norms, are the family's.</summary>
public abstract class SplitBlock : Block
{
    private protected SplitBlock(ParameterSource source, int layer, DecoderConfig config, int headWidth, int keyValueHeadCount, bool bias = false, bool outputBias = false)
        : base(layer)
    {
        var attention = source.In("attention");
        var (queries, keys) = (config.HeadCount * headWidth, keyValueHeadCount * headWidth);
        HeadWidth = headWidth;
        Query = new Linear(attention.In("query"), config.Width, queries, bias, config.InitialDeviation);
        Key = new Linear(attention.In("key"), config.Width, keys, bias, config.InitialDeviation);
        Value = new Linear(attention.In("value"), config.Width, keys, bias, config.InitialDeviation);
        Output = new Linear(attention.In("output"), queries, config.Width, outputBias, config.OutputDeviation);
    }

    /// <summary>Rows to queries.</summary>
    public Linear Query { get; }

    /// <summary>Rows to keys.</summary>
    public Linear Key { get; }

    /// <summary>Rows to values.</summary>
    public Linear Value { get; }

    /// <summary>Attention's result back to the stream.</summary>
    public Linear Output { get; }

    /// <summary>The feed-forward.</summary>
    public abstract FeedForward FeedForward { get; }

    /// <inheritdoc/>
    public override long FlopsPerRow => Query.FlopsPerRow + Key.FlopsPerRow + Value.FlopsPerRow + Output.FlopsPerRow + FeedForward.FlopsPerRow;

    private protected int HeadWidth { get; }

    /// <summary>What attention gives for rows whose heads are turned, and before that normalised where there are norms of heads; back in the stream's width.</summary>
    private protected Tensor Attend(Tensor rows, Pass pass, AttentionForm form, Rotary? rotary, Norm? queryNorm = null, Norm? keyNorm = null, Tensor sinks = default)
    {
        var q = rotary.OrSame(queryNorm.OrSame(Query.Forward(rows, pass).SplitHeads(HeadWidth)), pass);
        var k = rotary.OrSame(keyNorm.OrSame(Key.Forward(rows, pass).SplitHeads(HeadWidth)), pass);
        return Attend(q, k, rows, pass, form, sinks);
    }

    /// <summary>What attention to the values of rows gives, back in the stream's width.</summary>
    private protected Tensor Attend(Tensor queries, Tensor keys, Tensor rows, Pass pass, AttentionForm form, Tensor sinks = default) =>
        Output.Forward(pass.Attend(Layer, queries, keys, Value.Forward(rows, pass).SplitHeads(HeadWidth), form, sinks).MergeHeads(), pass);
}
