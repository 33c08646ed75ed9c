namespace Inkstone.Models;

/// <summary>Where in a block a tap stands.</summary>
public enum Site
{
    /// <summary>The residual stream after the block.</summary>
    Residual,

    /// <summary>What the attention norm gives.</summary>
    AttentionNorm,

    /// <summary>The queries, before attention: [rows, heads, width].</summary>
    Query,

    /// <summary>The keys, before attention: [rows, heads, width].</summary>
    Key,

    /// <summary>The values, before attention: [rows, heads, width].</summary>
    Value,

    /// <summary>What attention gives, before its output projection: [rows, heads, width].</summary>
    Attention,

    /// <summary>What the feed-forward norm gives.</summary>
    FeedForwardNorm,

    /// <summary>What the feed-forward gives, before it is added.</summary>
    FeedForward,

    /// <summary>What the norm of a decoder's cross-attention gives.</summary>
    SourceNorm,

    /// <summary>What cross-attention gives, before its output projection: [rows, heads, width].</summary>
    SourceAttention,

    /// <summary>What the second stream's attention gives: [rows, heads, width].</summary>
    SecondAttention,

    /// <summary>What a recurrent layer gives: [rows, width].</summary>
    Recurrence,

    /// <summary>The embedded rows, before the first block (layer −1).</summary>
    Embedding,

    /// <summary>What the final norm gives (layer −1).</summary>
    FinalNorm,
}
