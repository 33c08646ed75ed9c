using Inkstone.Tensors;

namespace Inkstone.Models;

/// <summary>What encoder and decoder blocks share: each part is added to the stream, and a norm stands before the part or after the addition.</summary>
public abstract class TransformerBlock : Block
{
    private readonly NormPlacement _placement;
    private readonly double _dropout;

    private protected TransformerBlock(ParameterSource source, int layer, TransformerOptions options, AttentionMask mask)
        : base(layer)
    {
        options.Validate();
        (_placement, _dropout) = (options.NormPlacement, options.Dropout);
        Attention = new SelfAttention(source.In("attention"), options, mask);
        AttentionNorm = options.NewNorm(source.In("attention_norm"));
        FeedForward = options.NewFeedForward(source.In("feed_forward"));
        FeedForwardNorm = options.NewNorm(source.In("feed_forward_norm"));
    }

    /// <summary>Attention to rows of the block's own stream.</summary>
    public SelfAttention Attention { get; }

    /// <summary>The norm of attention.</summary>
    public Norm AttentionNorm { get; }

    /// <summary>The feed-forward.</summary>
    public FeedForward FeedForward { get; }

    /// <summary>The norm of the feed-forward.</summary>
    public Norm FeedForwardNorm { get; }

    /// <inheritdoc/>
    public override IEnumerable<Module> Children => [Attention, AttentionNorm, FeedForward, FeedForwardNorm];

    /// <inheritdoc/>
    public override long FlopsPerRow => Attention.FlopsPerRow + FeedForward.FlopsPerRow;

    /// <summary>The stream with attention to itself.</summary>
    private protected Tensor AddAttention(Tensor x, Pass pass) =>
        Leave(AttentionNorm, Site.AttentionNorm, x, Attention.Forward(Enter(AttentionNorm, Site.AttentionNorm, x, pass), pass, Layer), pass, "attention output");

    /// <summary>The stream with the feed-forward, which ends the block.</summary>
    private protected Tensor AddFeedForward(Tensor x, Pass pass)
    {
        var h = pass.Tap(Layer, Site.FeedForward, FeedForward.Forward(Enter(FeedForwardNorm, Site.FeedForwardNorm, x, pass), pass));
        return pass.Tap(Layer, Site.Residual, Leave(FeedForwardNorm, Site.FeedForwardNorm, x, h, pass, "feed-forward output"));
    }

    /// <summary>What a part is given of the stream.</summary>
    private protected Tensor Enter(Norm norm, Site site, Tensor x, Pass pass) =>
        _placement == NormPlacement.Before ? pass.Tap(Layer, site, norm.Forward(x)) : x;

    /// <summary>The stream with what a part gave.</summary>
    private protected Tensor Leave(Norm norm, Site site, Tensor x, Tensor added, Pass pass, string use)
    {
        x += pass.Drop(added, _dropout, Layer, use);
        return _placement == NormPlacement.After ? pass.Tap(Layer, site, norm.Forward(x)) : x;
    }
}
