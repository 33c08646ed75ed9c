using Inkstone.Foundation.Randomness;
using Inkstone.Tensors;

namespace Inkstone.Models.Tests;

/// <summary>The networks whose files are made wrong, and how one that was accepted is used.</summary>
internal static class MutantNetworks
{
    /// <summary>The small networks of every family.</summary>
    public static List<Model> All(Func<ModelFamily, bool> isWanted) =>
        [.. ModelFamilies.All.Where(isWanted).SelectMany(family => family.TinyConfigs.Select(config => family.Create(config, Rng.From(1))))];

    /// <summary>Three rows through the network; whatever numbers come out, some do.</summary>
    public static void Run(Model model)
    {
        using var pause = Tape.Pause();
        using var scope = PoolScope.Open();
        var count = Math.Min(3, model.ContextLength);
        int[] tokens = [.. Enumerable.Range(0, count).Select(i => i % model.VocabularySize)];
        var layout = new TokenLayout(0, count);
        var source = model.ReadsSource ? FullPass.Over(tokens, layout, model.Backend) : null;
        Assert.Equal(count, model.Forward(FullPass.Over(tokens, layout, model.Backend, source: source)).Shape[0]);
    }
}
