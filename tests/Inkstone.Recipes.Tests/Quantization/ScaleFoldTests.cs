using Inkstone.Foundation.Formats;
using Inkstone.Foundation.Randomness;
using Inkstone.Models;
using Inkstone.Tensors;

namespace Inkstone.Recipes.Tests;

/// <summary>Scales that are moved in a file leave what its network computes as it was.</summary>
public sealed class ScaleFoldTests : IDisposable
{
    private const int Length = 24;

    private readonly SmallRuns _runs = new();

    public static TheoryData<string, int> Families
    {
        get
        {
            var families = new TheoryData<string, int>();
            foreach (var family in ModelFamilies.All.Where(family => family.Architectures.Count > 0))
                for (var i = 0; i < family.TinyConfigs.Count; i++)
                    families.Add(family.Names[0], i);
            return families;
        }
    }

    public void Dispose() => _runs.Dispose();

    [Theory, MemberData(nameof(Families))]
    public void TheNetworkComputesTheSame(string family, int config)
    {
        var made = ModelFamilies.Named(family, "test");
        var model = made.Create(made.TinyConfigs[config], Rng.From(7));
        if (model.ReadsSource || !IsInGguf(made, model))
            return;
        foreach (var parameter in model.Parameters)
            parameter.Set(Tensor.RandomNormal(parameter.Value.Shape, Rng.From(9).Split(parameter.Name), parameter.Value.Rank == 1 ? 0.3 : 0.15, parameter.Value.Rank == 1 ? 1 : 0));
        var (before, after) = (_runs.In("before.gguf"), _runs.In("after.gguf"));
        using (var file = File.Create(before))
            GgufWriter.Write(GgufModel.ValuesOf(model.Config), GgufModel.TensorsOf(model), file);
        var placed = TrainedFiles.Load(before);
        var scales = new Dictionary<string, TensorScales>();
        foreach (var (fold, number) in placed.Folds.Select((fold, number) => (fold, number)))
            Draw(fold, Rng.From(number), placed, before, scales);
        if (scales.Count == 0)
            return;
        Rewrite(before, after, scales);
        var (expected, found) = (Logits(placed.Model), Logits(TrainedFiles.Load(after).Model));
        for (var i = 0; i < expected.Length; i++)
            Assert.True(Math.Abs(expected[i] - found[i]) <= 1e-3f * Math.Max(1, Math.Abs(expected[i])), $"{expected[i]} and {found[i]} at {i}");
    }

    [Theory]
    [InlineData("llama", 4)]
    [InlineData("gemma", 4)]
    [InlineData("gpt2", 3)]
    [InlineData("olmo2", 2)]
    public void FamiliesHaveTheirFolds(string family, int least)
    {
        var made = ModelFamilies.Named(family, "test");
        Assert.Contains(made.TinyConfigs, config => made.Create(config, Rng.From(1)).Stack.Blocks[0].Folds.Count >= least);
    }

    private static bool IsInGguf(ModelFamily family, Model model)
    {
        try
        {
            family.ArchitectureOf(model.Config);
            GgufModel.ValuesOf(model.Config);
            return true;
        }
        catch (Foundation.Errors.InkstoneRequestException)
        {
            return false;
        }
    }

    private static void Draw(PlacedFold fold, Rng rng, PlacedModel placed, string path, Dictionary<string, TensorScales> all)
    {
        using var file = GgufFile.Open(path);
        TensorScales Of(string name) => all.TryGetValue(name, out var known) ? known : all[name] = new();
        var scales = Enumerable.Range(0, fold.Count).Select(i => MathF.Exp(rng.NormalAt((ulong)i))).ToArray();
        foreach (var target in fold.Targets)
            Of(target).Columns = [.. Enumerable.Range(0, placed.Places.Single(place => place.Name == target).Columns).Select(column => scales[fold.SourceOfColumn?[column] ?? column])];
        foreach (var source in fold.Sources)
        {
            var rows = Of(source.Tensor).Rows ??= [.. Enumerable.Repeat(1f, (int)file.Get(source.Tensor).Shape[0])];
            for (var i = 0; i < scales.Length; i++)
                rows[source.Rows[i]] /= scales[i];
        }
    }

    private static void Rewrite(string before, string after, Dictionary<string, TensorScales> scales)
    {
        using var file = GgufFile.Open(before);
        using var store = GgufStore.Over(file);
        using var stream = File.Create(after);
        var tensors = file.Tensors.Select(tensor => new GgufSource(tensor.Name, tensor.Type, tensor.Shape,
            to => TensorWriter.Write(store.Find(tensor.Name)!, WeightFormat.F32, null, scales.GetValueOrDefault(tensor.Name), to, default))).ToList();
        GgufWriter.Write(GgufValues.CopyOf(file.Metadata), tensors, stream);
    }

    private static float[] Logits(Model model)
    {
        using var scope = PoolScope.Open();
        var pass = FullPass.Over([.. Enumerable.Range(0, Length).Select(i => i * 31 % model.VocabularySize)], new TokenLayout(0, Length), model.Backend);
        return model.Head.Forward(model.Forward(pass), pass).ToArray();
    }
}
