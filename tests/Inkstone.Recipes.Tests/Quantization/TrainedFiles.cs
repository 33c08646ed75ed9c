using System.Text;
using Inkstone.Foundation.Formats;
using Inkstone.Foundation.Randomness;
using Inkstone.Models;
using Inkstone.Tensors;
using Inkstone.Training;

namespace Inkstone.Recipes.Tests;

/// <summary>
/// A small network that has learned its text, in a file; and the same function with outlier channels: some numbers between its parts are forty times as large, and the columns
/// that read them a fortieth, as it is found in large trained networks; and again the same function with channels of sizes that differ less.
/// </summary>
public sealed class TrainedFiles : IDisposable
{
    private const float Outlier = 40;
    private const int Context = 128;

    public TrainedFiles()
    {
        Calibration = Runs.WriteFile("calibration.txt", SmallRuns.Sentences(1, 260));
        Held = Runs.WriteFile("held.txt", SmallRuns.Sentences(77, 120));
        var model = new Llama(ByteModelFile.Llama, Rng.From(3));
        var documents = Enumerable.Range(2, 40).Select(i => Encoding.UTF8.GetBytes(SmallRuns.Sentences(i, 6)).Select(b => b == ' ' ? ByteModelFile.Vocabulary - 1 : b + 3).ToArray());
        var trainer = new Trainer(
            model, TokenDataset.FromTokens(documents, ByteModelFile.Begin, ByteModelFile.End, Context), new NextToken(),
            new TrainingOptions { Steps = 160, BatchRows = 1_024, LearningRate = 4e-3, WarmupSteps = 10 });
        foreach (var step in trainer.Run())
            LastLoss = step.Loss;
        Plain = ByteModelFile.Write(Runs.In("plain.gguf"), model);
        var folds = model.Stack.Blocks.SelectMany(block => block.Folds).ToList();
        foreach (var fold in folds)
            Enlarge(fold, i => i % 29 == 7 ? Outlier : 1);
        WithOutliers = ByteModelFile.Write(Runs.In("outliers.gguf"), model);
        foreach (var fold in folds)
            Enlarge(fold, i => MathF.Exp(0.8f * Rng.From(6).NormalAt((ulong)i)) / (i % 29 == 7 ? Outlier : 1));
        Uneven = ByteModelFile.Write(Runs.In("uneven.gguf"), model);
    }

    public double LastLoss { get; }

    public string Plain { get; }

    public string WithOutliers { get; }

    public string Uneven { get; }

    public string Calibration { get; }

    public string Held { get; }

    public string In(string name) => Runs.In(name);

    private SmallRuns Runs { get; } = new();

    public static PlacedModel Load(string path)
    {
        using var file = GgufFile.Open(path);
        return GgufModel.LoadPlaced(file);
    }

    public void Dispose() => Runs.Dispose();

    private static void Enlarge(ScaleFold fold, Func<int, float> size)
    {
        foreach (var source in fold.Sources)
            Change(source.Parameter, (row, _) => row >= source.First && row < source.First + fold.Count ? size(row - source.First) : 1);
        foreach (var target in fold.Targets)
            Change(target, (_, column) => 1 / size(fold.SourceOfColumn?[column] ?? column));
    }

    private static void Change(Parameter parameter, Func<int, int, float> factor)
    {
        var numbers = parameter.Value.ToArray();
        var columns = parameter.Value.Rank == 1 ? 1 : parameter.Value.Shape[-1];
        for (var i = 0; i < numbers.Length; i++)
            numbers[i] *= factor(i / columns, i % columns);
        parameter.Set(Tensor.From(numbers, parameter.Value.Shape, parameter.Value.Backend));
    }
}
