using Inkstone.Tensors;

namespace Inkstone.Models;

/// <summary>
/// A block of an encoder-decoder's decoder (Vaswani et al. 2017, section 3.1): attention to the rows before, attention to the source, feed-forward.
/// </summary>
public sealed class DecoderBlock : TransformerBlock
{
    /// <summary>Makes the block's parts.</summary>
    public DecoderBlock(ParameterSource source, int layer, TransformerOptions options)
        : base(layer, options)
    {
        Attention = new SelfAttention(source.In("attention"), options, AttentionMask.Causal);
        AttentionNorm = options.NewNorm(source.In("attention_norm"));
        SourceAttention = new SourceAttention(source.In("source_attention"), options);
        SourceNorm = options.NewNorm(source.In("source_norm"));
        FeedForward = new PlainFeedForward(
            source.In("feed_forward"), options.Width, options.HiddenWidth, options.Activation, options.Bias, options.InitialDeviation, options.InitialDeviation);
        FeedForwardNorm = options.NewNorm(source.In("feed_forward_norm"));
    }

    /// <summary>Attention to the rows up to one's own.</summary>
    public SelfAttention Attention { get; }

    /// <summary>The norm of attention.</summary>
    public Norm AttentionNorm { get; }

    /// <summary>Attention to what the encoder made of the source.</summary>
    public SourceAttention SourceAttention { get; }

    /// <summary>The norm of cross-attention.</summary>
    public Norm SourceNorm { get; }

    /// <summary>The feed-forward.</summary>
    public PlainFeedForward FeedForward { get; }

    /// <summary>The norm of the feed-forward.</summary>
    public Norm FeedForwardNorm { get; }

    /// <inheritdoc/>
    public override IEnumerable<Module> Children => [Attention, AttentionNorm, SourceAttention, SourceNorm, FeedForward, FeedForwardNorm];

    /// <inheritdoc/>
    /// <remarks>A source row costs <see cref="Models.SourceAttention.FlopsPerSourceRow"/> besides.</remarks>
    public override long FlopsPerRow => Attention.FlopsPerRow + SourceAttention.FlopsPerRow + FeedForward.FlopsPerRow;

    /// <inheritdoc/>
    public override Tensor Forward(Tensor x, Pass pass)
    {
        var h = Attention.Forward(Enter(AttentionNorm, Site.AttentionNorm, x, pass), pass, Layer);
        x = Leave(AttentionNorm, Site.AttentionNorm, x, h, pass, "attention output");
        h = SourceAttention.Forward(Enter(SourceNorm, Site.SourceNorm, x, pass), pass, Layer);
        x = Leave(SourceNorm, Site.SourceNorm, x, h, pass, "source attention output");
        h = pass.Tap(Layer, Site.FeedForward, FeedForward.Forward(Enter(FeedForwardNorm, Site.FeedForwardNorm, x, pass), pass));
        return pass.Tap(Layer, Site.Residual, Leave(FeedForwardNorm, Site.FeedForwardNorm, x, h, pass, "feed-forward output"));
    }
}
