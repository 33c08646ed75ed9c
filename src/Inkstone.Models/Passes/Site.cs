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

    /// <summary>The embedded rows, before the first block (layer −1).</summary>
    Embedding,

    /// <summary>What the final norm gives (layer −1).</summary>
    FinalNorm,
}
