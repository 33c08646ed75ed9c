using Inkstone.Tensors;

namespace Inkstone.Models;

/// <summary>
/// Multi-head attention of rows to rows of their own stream (Vaswani et al. 2017, section 3.2.2): [rows, width] → [rows, width].
/// </summary>
public sealed class SelfAttention : Module
{
    private readonly int _headWidth;
    private readonly AttentionForm _form;

    /// <summary>Makes the four projections.</summary>
    public SelfAttention(ParameterSource source, TransformerOptions options, AttentionMask mask)
    {
        options.Validate();
        _headWidth = options.WidthOfHead;
        _form = options.Attention with { Mask = mask };
        var inner = options.HeadCount * _headWidth;
        Query = new Linear(source.In("query"), options.Width, inner, options.Bias, options.InitialDeviation);
        Key = new Linear(source.In("key"), options.Width, inner, options.Bias, options.InitialDeviation);
        Value = new Linear(source.In("value"), options.Width, inner, options.Bias, options.InitialDeviation);
        Output = new Linear(source.In("output"), inner, options.Width, options.Bias, options.InitialDeviation);
    }

    /// <summary>Rows to queries.</summary>
    public Linear Query { get; }

    /// <summary>Rows to keys.</summary>
    public Linear Key { get; }

    /// <summary>Rows to values.</summary>
    public Linear Value { get; }

    /// <summary>The heads' results back to the stream.</summary>
    public Linear Output { get; }

    /// <summary>The tensor of the form's score bias, when it has one; blocks that share a table (T5) have the same object.</summary>
    public Parameter? ScoreBias { get; set; }

    /// <inheritdoc/>
    public override IEnumerable<Module> Children => [Query, Key, Value, Output];

    /// <inheritdoc/>
    protected override IEnumerable<Parameter> OwnParameters => ScoreBias is null ? [] : [ScoreBias];

    /// <summary>Floating-point operations of a row's matrix products, attention's own left out.</summary>
    public long FlopsPerRow => Query.FlopsPerRow + Key.FlopsPerRow + Value.FlopsPerRow + Output.FlopsPerRow;

    /// <summary>What is added to the stream.</summary>
    public Tensor Forward(Tensor x, Pass pass, int layer)
    {
        var attended = pass.Attend(
            layer, Query.Forward(x, pass).SplitHeads(_headWidth), Key.Forward(x, pass).SplitHeads(_headWidth), Value.Forward(x, pass).SplitHeads(_headWidth),
            _form, default, ScoreBias?.Value ?? default);
        return Output.Forward(attended.MergeHeads(), pass);
    }
}
