using Inkstone.Tensors;

namespace Inkstone.Models;

/// <summary>
/// A block of an encoder-decoder's decoder (Vaswani et al. 2017, section 3.1): attention to the rows before, attention to the source, feed-forward.
/// </summary>
public sealed class DecoderBlock : TransformerBlock
{
    /// <summary>Makes the block's parts.</summary>
    public DecoderBlock(ParameterSource source, int layer, TransformerOptions options)
        : base(source, layer, options, AttentionMask.Causal)
    {
        SourceAttention = new SourceAttention(source.In("source_attention"), options);
        SourceNorm = options.NewNorm(source.In("source_norm"));
    }

    /// <summary>Attention to what the encoder made of the source.</summary>
    public SourceAttention SourceAttention { get; }

    /// <summary>The norm of cross-attention.</summary>
    public Norm SourceNorm { get; }

    /// <inheritdoc/>
    public override IEnumerable<Module> Children => [Attention, AttentionNorm, SourceAttention, SourceNorm, FeedForward, FeedForwardNorm];

    /// <inheritdoc/>
    /// <remarks>A source row costs <see cref="Models.SourceAttention.FlopsPerSourceRow"/> besides.</remarks>
    public override long FlopsPerRow => base.FlopsPerRow + SourceAttention.FlopsPerRow;

    /// <inheritdoc/>
    public override Tensor Forward(Tensor x, Pass pass)
    {
        x = AddAttention(x, pass);
        var h = SourceAttention.Forward(Enter(SourceNorm, Site.SourceNorm, x, pass), pass, Layer);
        return AddFeedForward(Leave(SourceNorm, Site.SourceNorm, x, h, pass, "source attention output"), pass);
    }
}
