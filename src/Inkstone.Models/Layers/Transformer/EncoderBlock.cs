using Inkstone.Tensors;

namespace Inkstone.Models;

/// <summary>A block of an encoder (Vaswani et al. 2017, section 3.1): every row sees its whole sequence, then the feed-forward.</summary>
public sealed class EncoderBlock : TransformerBlock
{
    /// <summary>Makes the block's parts.</summary>
    public EncoderBlock(ParameterSource source, int layer, TransformerOptions options)
        : base(layer, options)
    {
        Attention = new SelfAttention(source.In("attention"), options, AttentionMask.Bidirectional);
        AttentionNorm = options.NewNorm(source.In("attention_norm"));
        FeedForward = new PlainFeedForward(
            source.In("feed_forward"), options.Width, options.HiddenWidth, options.Activation, options.Bias, options.InitialDeviation, options.InitialDeviation);
        FeedForwardNorm = options.NewNorm(source.In("feed_forward_norm"));
    }

    /// <summary>Attention to the whole sequence.</summary>
    public SelfAttention Attention { get; }

    /// <summary>The norm of attention.</summary>
    public Norm AttentionNorm { get; }

    /// <summary>The feed-forward.</summary>
    public PlainFeedForward FeedForward { get; }

    /// <summary>The norm of the feed-forward.</summary>
    public Norm FeedForwardNorm { get; }

    /// <inheritdoc/>
    public override IEnumerable<Module> Children => [Attention, AttentionNorm, FeedForward, FeedForwardNorm];

    /// <inheritdoc/>
    public override long FlopsPerRow => Attention.FlopsPerRow + FeedForward.FlopsPerRow;

    /// <inheritdoc/>
    public override Tensor Forward(Tensor x, Pass pass)
    {
        var h = Attention.Forward(Enter(AttentionNorm, Site.AttentionNorm, x, pass), pass, Layer);
        x = Leave(AttentionNorm, Site.AttentionNorm, x, h, pass, "attention output");
        h = pass.Tap(Layer, Site.FeedForward, FeedForward.Forward(Enter(FeedForwardNorm, Site.FeedForwardNorm, x, pass), pass));
        return pass.Tap(Layer, Site.Residual, Leave(FeedForwardNorm, Site.FeedForwardNorm, x, h, pass, "feed-forward output"));
    }
}
