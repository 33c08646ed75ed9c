using Inkstone.Foundation.Errors;
using Inkstone.Tensors;

namespace Inkstone.Models;

/// <summary>
/// Multi-head attention of a decoder's rows to what the encoder made of the source (Vaswani et al. 2017, section 3.2.3): [rows, width] → [rows, width].
/// </summary>
public sealed class SourceAttention : Module, ISourceMemory
{
    private readonly int _headWidth;
    private readonly AttentionForm _form;

    /// <summary>Makes the four projections.</summary>
    public SourceAttention(ParameterSource source, TransformerOptions options)
    {
        options.Validate();
        _headWidth = options.WidthOfHead;
        var self = options.Attention;
        _form = new AttentionForm { Mask = AttentionMask.Bidirectional, Scale = self.Scale, SoftCap = self.SoftCap, Dropout = self.Dropout };
        var inner = options.HeadCount * _headWidth;
        Query = new Linear(source.In("query"), options.Width, inner, options.Bias, options.InitialDeviation);
        Key = new Linear(source.In("key"), options.Width, inner, options.Bias, options.InitialDeviation);
        Value = new Linear(source.In("value"), options.Width, inner, options.Bias, options.InitialDeviation);
        Output = new Linear(source.In("output"), inner, options.Width, options.Bias, options.InitialDeviation);
    }

    /// <summary>The decoder's rows to queries.</summary>
    public Linear Query { get; }

    /// <summary>The source's rows to keys.</summary>
    public Linear Key { get; }

    /// <summary>The source's rows to values.</summary>
    public Linear Value { get; }

    /// <summary>The heads' results back to the stream.</summary>
    public Linear Output { get; }

    /// <inheritdoc/>
    public override IEnumerable<Module> Children => [Query, Key, Value, Output];

    /// <summary>Floating-point operations of a decoder row's matrix products, attention's own left out.</summary>
    public long FlopsPerRow => Query.FlopsPerRow + Output.FlopsPerRow;

    /// <summary>Floating-point operations of a source row's matrix products.</summary>
    public long FlopsPerSourceRow => Key.FlopsPerRow + Value.FlopsPerRow;

    /// <summary>What is added to the stream.</summary>
    public Tensor Forward(Tensor x, Pass pass, int layer) =>
        Output.Forward(pass.AttendSource(layer, Query.Forward(x, pass).SplitHeads(_headWidth), this, _form).MergeHeads(), pass);

    /// <inheritdoc/>
    /// <exception cref="InkstoneRequestException">The encoder has not run.</exception>
    public (Tensor Keys, Tensor Values) KeysAndValues(Pass source)
    {
        var encoded = source.Encoded;
        if (encoded.IsMissing)
            throw new InkstoneRequestException("cross-attention needs what the encoder made of the source", "Pass.Encoded", "[source rows, width]", "nothing",
                "Run the encoder, and set Encoded of the source's pass, before the decoder.");
        return (Key.Forward(encoded, source).SplitHeads(_headWidth), Value.Forward(encoded, source).SplitHeads(_headWidth));
    }
}
