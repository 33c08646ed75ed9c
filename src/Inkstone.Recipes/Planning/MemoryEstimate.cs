using Inkstone.Models;

namespace Inkstone.Recipes;

/// <summary>What a training step holds in memory, counted tensor by tensor; the estimate behind <c>inkstone plan</c>.</summary>
public static class MemoryEstimate
{
    private const long RuntimeBytes = 90L << 20;

    /// <summary>Trained numbers of a network.</summary>
    public static long Parameters(LlamaConfig c)
    {
        long attention = (long)c.Width * c.HeadWidth * (2 * c.HeadCount + 2 * c.KeyValueHeadCount);
        var feedForward = (long)c.Width * c.HiddenWidth * (c.FeedForward == FeedForwardKind.SwiGlu ? 3 : 2);
        var norms = 2L * c.Width + (c.QueryKeyNorm ? 2 * c.HeadWidth : 0);
        return (long)c.VocabularySize * c.Width * (c.TiedHead ? 1 : 2) + c.LayerCount * (attention + feedForward + norms) + c.Width;
    }

    /// <summary>
    /// Peak bytes of a training step in single precision: the parameters, their gradients and two moments (Muon keeps one for matrices, which this counts as two), each block's saved
    /// activations, the loss's chunk of logits and its two gradients, and the runtime itself.
    /// </summary>
    public static long TrainingBytes(LlamaConfig c, int rows, bool recompute)
    {
        var parameters = Parameters(c);
        var heads = (long)c.HeadCount * c.HeadWidth;
        var keyValue = (long)c.KeyValueHeadCount * c.HeadWidth;
        // norm, queries, keys and values (before and after their norm and turn), attention and its projection, two sums, norm, the feed-forward's three and its projection
        var perRow = 6L * c.Width + 4 * heads + 4 * keyValue + (c.FeedForward == FeedForwardKind.SwiGlu ? 3L : 2L) * c.HiddenWidth;
        var block = perRow * rows;
        var stored = recompute ? (long)c.Width * rows * c.LayerCount + block : block * c.LayerCount;
        var loss = Math.Max(2L << 20, 64L * c.VocabularySize) + (long)c.Width * rows + (long)c.Width * c.VocabularySize;
        return sizeof(float) * (4 * parameters + stored + block + loss) + RuntimeBytes;
    }
}
