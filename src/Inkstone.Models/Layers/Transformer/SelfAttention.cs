using Inkstone.Tensors;

namespace Inkstone.Models;

/// <summary>
/// Multi-head attention of rows to rows of their own stream (Vaswani et al. 2017, section 3.2.2): [rows, width] → [rows, width].
/// </summary>
public sealed class SelfAttention : MultiHeadAttention
{
    /// <summary>Makes the four projections.</summary>
    public SelfAttention(ParameterSource source, TransformerOptions options, AttentionMask mask)
        : base(source, options, options.Attention with { Mask = mask, BidirectionalBuckets = mask == AttentionMask.Bidirectional })
    {
    }

    /// <summary>The tensor of the form's score bias, when it has one; blocks that share a table (T5) have the same object.</summary>
    public Parameter? ScoreBias { get; set; }

    /// <inheritdoc/>
    protected override IEnumerable<Parameter> OwnParameters => ScoreBias is null ? [] : [ScoreBias];

    /// <summary>Floating-point operations of a row's matrix products, attention's own left out.</summary>
    public long FlopsPerRow => Query.FlopsPerRow + Key.FlopsPerRow + Value.FlopsPerRow + Output.FlopsPerRow;

    /// <summary>What is added to the stream.</summary>
    public Tensor Forward(Tensor x, Pass pass, int layer)
    {
        var attended = pass.Attend(
            layer, Query.Forward(x, pass).SplitHeads(HeadWidth), Key.Forward(x, pass).SplitHeads(HeadWidth), Value.Forward(x, pass).SplitHeads(HeadWidth),
            Form, default, ScoreBias?.Value ?? default);
        return Output.Forward(attended.MergeHeads(), pass);
    }
}
