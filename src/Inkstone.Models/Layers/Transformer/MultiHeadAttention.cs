using Inkstone.Tensors;

namespace Inkstone.Models;

/// <summary>The four projections of multi-head attention (Vaswani et al. 2017, section 3.2.2): what it attends to is said by <see cref="SelfAttention"/> and <see cref="SourceAttention"/>.</summary>
public abstract class MultiHeadAttention : Module
{
    private protected MultiHeadAttention(ParameterSource source, TransformerOptions options, AttentionForm form)
    {
        options.Validate();
        (HeadWidth, Form) = (options.WidthOfHead, form);
        var inner = options.HeadCount * HeadWidth;
        Query = new Linear(source.In("query"), options.Width, inner, options.Bias, options.InitialDeviation);
        Key = new Linear(source.In("key"), options.Width, inner, options.Bias, options.InitialDeviation);
        Value = new Linear(source.In("value"), options.Width, inner, options.Bias, options.InitialDeviation);
        Output = new Linear(source.In("output"), inner, options.Width, options.Bias, options.InitialDeviation);
    }

    /// <summary>Rows to queries.</summary>
    public Linear Query { get; }

    /// <summary>Rows that are attended to, to keys.</summary>
    public Linear Key { get; }

    /// <summary>Rows that are attended to, to values.</summary>
    public Linear Value { get; }

    /// <summary>The heads' results back to the stream.</summary>
    public Linear Output { get; }

    /// <inheritdoc/>
    public override IEnumerable<Module> Children => [Query, Key, Value, Output];

    private protected int HeadWidth { get; }

    private protected AttentionForm Form { get; }
}
