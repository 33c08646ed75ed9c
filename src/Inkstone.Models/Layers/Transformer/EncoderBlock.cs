using Inkstone.Tensors;

namespace Inkstone.Models;

/// <summary>A block of an encoder (Vaswani et al. 2017, section 3.1): every row sees its whole sequence, then the feed-forward.</summary>
public sealed class EncoderBlock : TransformerBlock
{
    /// <summary>Makes the block's parts.</summary>
    public EncoderBlock(ParameterSource source, int layer, TransformerOptions options)
        : base(source, layer, options, AttentionMask.Bidirectional)
    {
    }

    /// <inheritdoc/>
    public override Tensor Forward(Tensor x, Pass pass) => AddFeedForward(AddAttention(x, pass), pass);
}
