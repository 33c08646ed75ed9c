using Inkstone.Foundation.Errors;

namespace Inkstone.Recipes.Tests;

/// <summary>The whole recipe on a small text: it ends, repeats to the bit, resumes to the bit, and refuses what it cannot do.</summary>
public sealed class QuickstartTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("inkstone-recipes-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void ARunLeavesEverythingItPromises()
    {
        var outcome = QuickstartRecipe.Run(Options("first"));
        Assert.False(outcome.Stopped);
        Assert.NotNull(outcome.Score);
        Assert.True(outcome.Steps > 0);
        Assert.NotEmpty(outcome.Samples);
        foreach (var file in (string[])["run.json", "metrics.jsonl", "report.md", "loss.svg", "baselines.svg", "tokenizer.json"])
            Assert.True(new FileInfo(Path.Combine(outcome.Folder, file)).Length > 0, file);
        Assert.Equal(outcome.Steps, File.ReadLines(Path.Combine(outcome.Folder, "metrics.jsonl")).Count());
        Assert.StartsWith("<svg", File.ReadAllText(Path.Combine(outcome.Folder, "loss.svg")), StringComparison.Ordinal);
    }

    [Fact]
    public void ARecordedPlanRepeatsTheRunToTheBit()
    {
        var first = QuickstartRecipe.Run(Options("first"));
        var second = QuickstartRecipe.Run(Options("second") with { Plan = Path.Combine(first.Folder, "run.json") });
        Assert.Equal(Weights(first), Weights(second));
        Assert.Equal(first.DecayStart, second.DecayStart);
    }

    [Fact]
    public void AStoppedRunGoesOnToTheSameBits()
    {
        var whole = QuickstartRecipe.Run(Options("whole"));
        using var stop = new CancellationTokenSource();
        var stopped = QuickstartRecipe.Run(Options("stopped") with { Plan = Path.Combine(whole.Folder, "run.json") }, new StopsAt(4, stop), null, stop.Token);
        Assert.True(stopped.Stopped);
        Assert.Equal(4, stopped.Steps);
        var resumed = ResumeRecipe.Run(stopped.Folder);
        Assert.Equal(Weights(whole), Weights(resumed));
        Assert.Equal(whole.Steps, File.ReadLines(Path.Combine(resumed.Folder, "metrics.jsonl")).Count());
    }

    [Fact]
    public void ARunIsNotResumedOnAnotherText()
    {
        using var stop = new CancellationTokenSource();
        var stopped = QuickstartRecipe.Run(Options("stopped"), new StopsAt(2, stop), null, stop.Token);
        File.AppendAllText(Path.Combine(_folder, "text", "0.txt"), "\nAnother sentence that nobody had seen before.\n");
        Assert.Throws<InkstoneFormatException>(() => ResumeRecipe.Run(stopped.Folder));
    }

    [Fact]
    public void AFolderThatHoldsSomethingIsRefused()
    {
        Directory.CreateDirectory(Path.Combine(_folder, "taken"));
        File.WriteAllText(Path.Combine(_folder, "taken", "letter.txt"), "mine");
        Assert.Throws<InkstoneRequestException>(() => QuickstartRecipe.Run(Options("taken")));
        Assert.Equal("mine", File.ReadAllText(Path.Combine(_folder, "taken", "letter.txt")));
    }

    [Theory]
    [InlineData("{")]
    [InlineData("{}")]
    [InlineData("[1, 2]")]
    [InlineData("{\"recipe\": \"quickstart\", \"surprise\": 1}")]
    public void ADamagedRecordIsAnErrorThatNamesIt(string json)
    {
        var path = Path.Combine(_folder, "run.json");
        File.WriteAllText(path, json);
        var error = Assert.Throws<InkstoneFormatException>(() => RunRecord.Read(path));
        Assert.Contains(path, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ARunThatIsNotThereIsNotFound() => Assert.Throws<InkstoneNotFoundException>(() => ResumeRecipe.Run(Path.Combine(_folder, "nowhere")));

    [Theory]
    [InlineData(0.0, "nano", 4_096, 256)]
    [InlineData(double.NaN, "nano", 4_096, 256)]
    [InlineData(1.0, "enormous", 4_096, 256)]
    [InlineData(1.0, "nano", 10, 256)]
    [InlineData(1.0, "nano", 4_096, 1)]
    public void OptionsOutOfRangeAreRefused(double minutes, string size, int vocabulary, int context) =>
        Assert.Throws<InkstoneRequestException>(() => QuickstartRecipe.Run(new QuickstartOptions { Minutes = minutes, Size = size, VocabularySize = vocabulary, ContextLength = context }));

    [Fact]
    public void ThePlansParametersAreTheModels()
    {
        foreach (var size in ModelSize.All.Take(3))
        {
            var config = size.Config(500, 64);
            Assert.Equal(new Models.Llama(config, Foundation.Randomness.Rng.From(1)).ParameterCount, MemoryEstimate.Parameters(config));
        }
    }

    private QuickstartOptions Options(string name)
    {
        var text = Directory.CreateDirectory(Path.Combine(_folder, "text")).FullName;
        if (!File.Exists(Path.Combine(text, "0.txt")))
            for (var file = 0; file < 40; file++)
                File.WriteAllText(Path.Combine(text, $"{file}.txt"), string.Concat(Enumerable.Range(0, 30).Select(i =>
                    $"The {Word(file * 31 + i)} returns the {Word(file + i * 7)} of the {Word(i * 13 + file * 3)} when {Word(i + 5)} is set to {i * file}.\n")));
        return new QuickstartOptions { Text = text, Minutes = 0.1, Size = "nano", VocabularySize = 400, ContextLength = 64, Output = Path.Combine(_folder, name) };
    }

    private static string Word(int i)
    {
        string[] parts = ["buffer", "stream", "value", "index", "reader", "writer", "length", "token", "handle", "option", "name", "culture", "format"];
        return parts[i % parts.Length] + parts[i / parts.Length % parts.Length];
    }

    private static byte[] Weights(RunOutcome outcome) => File.ReadAllBytes(Path.Combine(RunDirectory.NewestCheckpoint(outcome.Folder), "model.safetensors"));
}
