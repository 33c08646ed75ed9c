using Inkstone.Models;
using Inkstone.Tensors;

namespace Inkstone.Inference;

/// <summary>How many blocks the layers of each span get: whole sequences first (window 0), then each window.</summary>
/// <param name="Windows">The windows, ascending.</param>
/// <param name="BlockCounts">The blocks of each.</param>
internal sealed record CachePlan(int[] Windows, int[] BlockCounts)
{
    /// <summary>As many blocks for every span.</summary>
    public static CachePlan Of(Model model, int blockCount)
    {
        var windows = WindowsOf(model);
        return new CachePlan(windows, [.. windows.Select(_ => blockCount)]);
    }

    /// <summary>
    /// The most blocks within a number of bytes, of one whole context at least and of as many as there are sequences at most. A window has no more than all
    /// sequences of a turn can hold at once: what their windows reach over, and the rows of the turn.
    /// </summary>
    public static CachePlan Within(Model model, long bytes, EngineOptions options)
    {
        var windows = WindowsOf(model);
        var context = BlockPool.BlocksFor(model.ContextLength);
        long least = context, most = Math.Min((long)options.SequencesPerTurn * context, int.MaxValue / BlockPool.BlockSize);
        while (least < most)
        {
            var middle = least + (most - least + 1) / 2;
            if (Bytes(model, new CachePlan(windows, Counts(middle)), options.CacheStorage) <= bytes)
                least = middle;
            else
                most = middle - 1;
        }
        return new CachePlan(windows, Counts(least));

        int[] Counts(long blocks) => [.. windows.Select(window => (int)(window == 0 ? blocks : Math.Min(blocks, MostFor(window))))];

        long MostFor(int window) =>
            (long)options.SequencesPerTurn * (BlockPool.BlocksFor(window) + 2) + BlockPool.BlocksFor(options.TokensPerTurn);
    }

    /// <summary>Whose blocks a layer has.</summary>
    public int SpanOf(LayerMemory layer, Model model) => Array.IndexOf(Windows, Effective(layer, model));

    private static int[] WindowsOf(Model model) => [.. model.Memory.Select(layer => Effective(layer, model)).DefaultIfEmpty(0).Distinct().Order()];

    /// <summary>A layer's window; 0 where it never ends before the context does.</summary>
    private static int Effective(LayerMemory layer, Model model) => layer.Window < model.ContextLength ? layer.Window : 0;

    private static long Bytes(Model model, CachePlan plan, RowStorage storage) =>
        model.Memory.Sum(layer => KeyValueCache.BytesPerBlock(layer, storage) * plan.BlockCounts[plan.SpanOf(layer, model)])
        + model.SourceMemory.Sum(layer => KeyValueCache.BytesPerBlock(layer, storage) * plan.BlockCounts[0]);
}
