using Inkstone.Foundation.Errors;
using Inkstone.Foundation.Formats;
using Inkstone.Models;
using Inkstone.Tensors;

namespace Inkstone.Inference.Tests;

/// <summary>Every registered family, all of its numbers drawn, through folders and GGUF files: the same hidden rows to the bit.</summary>
public sealed class FamilyFileTests
{
    private const int Length = 70;

    public static TheoryData<string, int> Families => ParityMatrixTests.Families();

    [Theory, MemberData(nameof(Families))]
    public void AFolderKeepsEveryBit(string family, int config) => InFolder(folder =>
    {
        var model = Drawn(family, config);
        ModelFolder.Save(model, folder);
        var loaded = ModelFolder.Load(folder);
        Assert.Equal(model.Config, loaded.Config);
        Assert.Equal(Hidden(model), Hidden(loaded));
        Assert.Equal(model.Config.ParameterCount, model.ParameterCount);
        // matrices in the form of the file give the same numbers
        Assert.Equal(Hidden(ModelFolder.Load(folder, options: LoadOptions.ForUse with { Mapped = false })), Hidden(loaded), Close);
    });

    [Theory, MemberData(nameof(Families))]
    public void FolderToGgufToFolderKeepsEveryBit(string family, int config) => InFolder(folder =>
    {
        var model = Drawn(family, config);
        if (!IsInGguf(model))
            return;
        ModelFolder.Save(model, Path.Combine(folder, "first"));
        var path = Path.Combine(folder, "model.gguf");
        WriteGguf(ModelFolder.Load(Path.Combine(folder, "first")), path);
        using (var file = GgufFile.Open(path))
        {
            var fromFile = GgufModel.Load(file, options: LoadOptions.Trainable);
            Assert.Equal(Hidden(model), Hidden(fromFile), Close);
            Assert.Equal(model.TargetStart, fromFile.TargetStart);
            ModelFolder.Save(fromFile, Path.Combine(folder, "second"));
        }
        Assert.Equal(Hidden(model), Hidden(ModelFolder.Load(Path.Combine(folder, "second"))));
    });

    private static float[] Hidden(Model model)
    {
        using var scope = PoolScope.Open();
        var pass = ParityMatrixTests.WholePass(model, [.. Enumerable.Range(0, Length).Select(i => i * 31 % model.VocabularySize)], new TokenLayout(0, Length));
        var hidden = model.Forward(pass);
        return [.. hidden.ToArray(), .. model.Head.Forward(hidden, pass).ToArray()];
    }

    /// <summary>Rows of another order make sums of another order.</summary>
    private static bool Close(float a, float b) => Math.Abs(a - b) <= 2e-4f * Math.Max(1, Math.Abs(a));

    private static Model Drawn(string family, int config) => PeerFile.Drawn(ModelFamilies.Named(family, "test").TinyConfigs[config], 7);

    private static bool IsInGguf(Model model)
    {
        try
        {
            GgufModel.ValuesOf(model.Config);
            return true;
        }
        catch (InkstoneRequestException)
        {
            return false;
        }
    }

    private static void WriteGguf(Model model, string path)
    {
        using var file = File.Create(path);
        GgufWriter.Write(GgufModel.ValuesOf(model.Config), GgufModel.TensorsOf(model), file);
    }

    private static void InFolder(Action<string> test)
    {
        var folder = Directory.CreateTempSubdirectory("inkstone-family-").FullName;
        try
        {
            test(folder);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
