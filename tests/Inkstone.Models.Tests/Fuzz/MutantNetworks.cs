using Inkstone.Foundation.Errors;
using Inkstone.Foundation.Randomness;
using Inkstone.Tensors;

namespace Inkstone.Models.Tests;

/// <summary>The networks whose files are made wrong, and how one that was accepted is used.</summary>
internal static class MutantNetworks
{
    /// <summary>The small networks of every family.</summary>
    public static List<Model> All(Func<ModelFamily, bool> isWanted) =>
        [.. ModelFamilies.All.Where(isWanted).SelectMany(family => family.TinyConfigs.Select(config => family.Create(config, Rng.From(1))))];

    /// <summary>Loads a network and gives it three rows, where its file holds what it needs; whatever numbers come out, some do.</summary>
    public static bool TryRun(Model model, Action load)
    {
        try
        {
            load();
        }
        catch (InkstoneFormatException)
        {
            return false; // a tensor is missing, or of another shape
        }
        using var pause = Tape.Pause();
        var count = Math.Min(3, model.ContextLength);
        int[] tokens = [.. Enumerable.Range(0, count).Select(i => i % model.VocabularySize)];
        var layout = new TokenLayout(0, count);
        var source = model.ReadsSource ? FullPass.Over(tokens, layout, model.Backend) : null;
        Assert.Equal(count, model.Forward(FullPass.Over(tokens, layout, model.Backend, source: source)).Shape[0]);
        return true;
    }
}
