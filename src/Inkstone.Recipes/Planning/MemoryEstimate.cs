using Inkstone.Foundation.Errors;
using Inkstone.Foundation.Machine;
using Inkstone.Models;

namespace Inkstone.Recipes;

/// <summary>What a training step holds in memory, counted tensor by tensor; the estimate behind <c>inkstone plan</c>.</summary>
public static class MemoryEstimate
{
    private const long RuntimeBytes = 90L << 20;

    /// <summary>Trained numbers of a network.</summary>
    public static long Parameters(LlamaConfig c) => c.ParameterCount;

    /// <summary>
    /// Peak bytes of a training step in single precision: the parameters, their gradients and two moments (Muon keeps one for matrices, which this counts as two), each block's saved
    /// activations, the loss's chunk of logits and its two gradients, and the runtime itself.
    /// </summary>
    public static long TrainingBytes(LlamaConfig c, int rows, bool recompute)
    {
        // no configuration is too large for 128 bits
        Int128 parameters = Parameters(c);
        var heads = (Int128)c.HeadCount * c.HeadWidth;
        var keyValue = (Int128)c.KeyValueHeadCount * c.HeadWidth;
        // norm, queries, keys and values (before and after their norm and turn), attention and its projection, two sums, norm, the feed-forward's own and its projection
        var around = (Int128)6 * c.Width + 4 * heads + 4 * keyValue;
        var plain = around + (c.FeedForward == FeedForwardKind.SwiGlu ? 3 : 2) * (Int128)c.HiddenWidth;
        var mixed = around + (c.Experts is { } experts ? ExpertsPerRow(experts, c.Width) : 0);
        var mixedCount = c.Experts is null ? 0 : Enumerable.Range(0, c.LayerCount).Count(c.ExpertLayers.Has);
        var all = (plain * (c.LayerCount - mixedCount) + mixed * mixedCount) * rows;
        var block = Int128.Max(mixedCount > 0 ? mixed : 0, mixedCount < c.LayerCount ? plain : 0) * rows;
        var stored = recompute ? (Int128)c.Width * rows * c.LayerCount + block : all;
        var loss = Math.Max(2L << 20, 64L * c.VocabularySize) + (Int128)c.Width * rows + (Int128)c.Width * c.VocabularySize;
        return (long)Int128.Min(sizeof(float) * (4 * parameters + stored + block + loss) + RuntimeBytes, long.MaxValue);
    }

    /// <summary>
    /// Numbers that a mixture of experts keeps of a row: the router's scores, and for each chosen expert the row again, the three of its feed-forward, its projection and that weighed.
    /// </summary>
    private static Int128 ExpertsPerRow(ExpertOptions experts, int width) =>
        2 * (Int128)experts.Count + experts.Chosen * (3 * (Int128)experts.HiddenWidth + 3 * (Int128)width)
        + (experts.SharedHiddenWidth > 0 ? 3 * (Int128)experts.SharedHiddenWidth + 3 * (Int128)width : 0);

    /// <summary>Throws when training would not fit in the machine's memory.</summary>
    /// <exception cref="InkstoneResourceException">It would not.</exception>
    public static void RequireToFit(LlamaConfig config, int rows, bool recompute)
    {
        var needed = TrainingBytes(config, rows, recompute);
        var available = MachineMemory.Read().TotalBytes;
        if (needed > available)
            throw new InkstoneResourceException("training this model does not fit in memory", "the model", $"at most {available >> 20} MiB", $"about {needed >> 20} MiB",
                "Choose a smaller model or fewer rows a batch, or let blocks be recomputed.");
    }
}
