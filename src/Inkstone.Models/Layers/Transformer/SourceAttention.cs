using Inkstone.Foundation.Errors;
using Inkstone.Tensors;

namespace Inkstone.Models;

/// <summary>
/// Multi-head attention of a decoder's rows to what the encoder made of the source (Vaswani et al. 2017, section 3.2.3): [rows, width] → [rows, width].
/// </summary>
public sealed class SourceAttention : MultiHeadAttention, ISourceMemory
{
    /// <summary>Makes the four projections.</summary>
    public SourceAttention(ParameterSource source, TransformerOptions options)
        : base(source, options, FormOf(options.Attention))
    {
    }

    /// <summary>Floating-point operations of a decoder row's matrix products, attention's own left out.</summary>
    public long FlopsPerRow => Query.FlopsPerRow + Output.FlopsPerRow;

    /// <summary>Floating-point operations of a source row's matrix products.</summary>
    public long FlopsPerSourceRow => Key.FlopsPerRow + Value.FlopsPerRow;

    /// <summary>What is added to the stream.</summary>
    public Tensor Forward(Tensor x, Pass pass, int layer) =>
        Output.Forward(pass.AttendSource(layer, Query.Forward(x, pass).SplitHeads(HeadWidth), this, Form).MergeHeads(), pass);

    /// <inheritdoc/>
    /// <exception cref="InkstoneRequestException">The encoder has not run.</exception>
    public (Tensor Keys, Tensor Values) KeysAndValues(Pass source)
    {
        var encoded = source.Encoded;
        if (encoded.IsMissing)
            throw new InkstoneRequestException("cross-attention needs what the encoder made of the source", "Pass.Encoded", "[source rows, width]", "nothing",
                "Run the encoder, and set Encoded of the source's pass, before the decoder.");
        return (Key.Forward(encoded, source).SplitHeads(HeadWidth), Value.Forward(encoded, source).SplitHeads(HeadWidth));
    }

    /// <summary>As the decoder attends to itself, but to all of the source and without positions.</summary>
    private static AttentionForm FormOf(AttentionForm self) =>
        new() { Mask = AttentionMask.Bidirectional, Scale = self.Scale, SoftCap = self.SoftCap, Dropout = self.Dropout };
}
