using Inkstone.Foundation.Errors;
using Inkstone.Training;

namespace Inkstone.Recipes.Tests;

/// <summary>Configurations with unknown keys or values that are out of range: of a run, and of a model.</summary>
public sealed class ConfigFaultTests : IDisposable
{
    private readonly SmallRuns _runs = new();

    public void Dispose() => _runs.Dispose();

    [Theory]
    [InlineData("", "")]
    [InlineData("{", "")]
    [InlineData("null", "")]
    [InlineData("[]", "")]
    [InlineData("{ \"surprise\": 1 }", "surprise")]
    [InlineData("{ \"seed\": 1, \"seed\": 2 }", "seed")]
    [InlineData("{ \"seed\": \"one\" }", "seed")]
    [InlineData("{ \"seed\": 1.5 }", "seed")]
    [InlineData("{ \"model\": null }", "model")]
    [InlineData("{ \"model\": { \"depth\": 3 } }", "depth")]
    [InlineData("{ \"model\": { \"width\": 0 } }", "Width")]
    [InlineData("{ \"model\": { \"width\": -8 } }", "Width")]
    [InlineData("{ \"model\": { \"width\": 99999999999 } }", "width")]
    [InlineData("{ \"model\": { \"headCount\": 4, \"keyValueHeadCount\": 3 } }", "KeyValueHeadCount")]
    [InlineData("{ \"model\": { \"feedForward\": \"Round\" } }", "feedForward")]
    [InlineData("{ \"vocabularySize\": 10 }", "VocabularySize")]
    [InlineData("{ \"training\": { \"steps\": 0 } }", "Steps")]
    [InlineData("{ \"training\": { \"learningRate\": -1 } }", "LearningRate")]
    [InlineData("{ \"training\": { \"learningRate\": \"fast\" } }", "learningRate")]
    [InlineData("{ \"training\": { \"optimizer\": { \"beta9\": 1 } } }", "beta9")]
    public void ARunsConfiguration(string json, string named)
    {
        var path = _runs.WriteFile("run.json", json);
        var error = Assert.Throws<InkstoneFormatException>(() => PretrainOptions.Read(path));
        Assert.StartsWith(path, error.Message, StringComparison.Ordinal);
        Assert.Contains(named, error.Message, StringComparison.Ordinal);
        Assert.Equal(4, error.ExitCode);
    }

    [Fact]
    public void ARunsConfigurationThatIsNoFile()
    {
        Assert.Equal(3, Assert.ThrowsAny<InkstoneException>(() => PretrainOptions.Read(_runs.In("nowhere.json"))).ExitCode);
        Assert.Equal(5, Assert.ThrowsAny<InkstoneException>(() => PretrainOptions.Read(_runs.Root)).ExitCode);
        Assert.Equal(4, Assert.ThrowsAny<InkstoneException>(() => PretrainOptions.Read(_runs.WriteFile("large.json", new string(' ', 2 << 20)))).ExitCode);
    }

    [Fact]
    public void AModelThatDoesNotFitIsRefusedBeforeAnythingIsDone()
    {
        var options = _runs.Options("run");
        var error = Assert.Throws<InkstoneResourceException>(() => PretrainRecipe.Run(options with { Model = options.Model with { Width = 1 << 20, HiddenWidth = 1 << 22, LayerCount = 4_096 } }));
        Assert.Contains("does not fit in memory", error.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(options.Output));
    }

    [Theory]
    [InlineData("\"model_type\": \"llama\"", "\"model_type\": \"camel\"", "camel")]
    [InlineData("\"hidden_size\": 8", "\"hidden_size\": 0", "hidden_size")]
    [InlineData("\"hidden_size\": 8", "\"hidden_size\": \"eight\"", "hidden_size")]
    [InlineData("\"hidden_size\": 8", "\"hidden_size\": 1000000", "larger model than the weights")]
    [InlineData("\"hidden_size\": 8", "\"hidden_size\": 16", "shape")]
    [InlineData("\"num_hidden_layers\": 1", "\"num_hidden_layers\": 2", "missing")]
    [InlineData("\"num_hidden_layers\": 1", "\"num_hidden_layers\": 99999", "num_hidden_layers")]
    [InlineData("\"num_key_value_heads\": 1", "\"num_key_value_heads\": 3", "KeyValueHeadCount")]
    [InlineData("\"head_dim\": 8", "\"head_dim\": 7", "HeadWidth")]
    [InlineData("\"hidden_act\": \"silu\"", "\"hidden_act\": \"gelu\"", "hidden_act")]
    [InlineData("\"vocab_size\": 300", "\"vocab_size\": 299", "")]
    [InlineData("\"model_type\"", "\"auto_map\": {}, \"model_type\"", "auto_map")]
    [InlineData("\"model_type\"", "\"surprise\": 1, \"model_type\"", "surprise")]
    [InlineData("\"rms_norm_eps\"", "\"rms_norm_epsilon\"", "rms_norm_epsilon")]
    [InlineData("{", "", "JSON")]
    public void AModelsConfiguration(string old, string changed, string named)
    {
        PretrainRecipe.Run(_runs.Options("run", 1));
        var folder = _runs.In("model");
        Directory.CreateDirectory(folder);
        foreach (var name in (string[])["config.json", "model.safetensors", "tokenizer.json"])
            File.Copy(Path.Combine(RunDirectory.NewestCheckpoint(_runs.In("run")), name), Path.Combine(folder, name));
        var config = Path.Combine(folder, "config.json");
        var json = File.ReadAllText(config);
        var compact = json.Contains(old, StringComparison.Ordinal) ? old : old.Replace("\": ", "\":", StringComparison.Ordinal);
        Assert.Contains(compact, json, StringComparison.Ordinal);
        var at = json.IndexOf(compact, StringComparison.Ordinal);
        File.WriteAllText(config, json[..at] + changed + json[(at + compact.Length)..]);
        var error = Assert.Throws<InkstoneFormatException>(() => ModelSession.Open(folder));
        Assert.Contains(folder, error.Message, StringComparison.Ordinal);
        Assert.Contains(named, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AnotherModelsTokenizerIsRefused()
    {
        PretrainRecipe.Run(_runs.Options("run", 1));
        TokenizerRecipe.Train(_runs.Text(), _runs.In("larger.json"), new() { VocabularySize = 320 });
        var folder = _runs.In("model");
        Directory.CreateDirectory(folder);
        foreach (var name in (string[])["config.json", "model.safetensors"])
            File.Copy(Path.Combine(RunDirectory.NewestCheckpoint(_runs.In("run")), name), Path.Combine(folder, name));
        File.Copy(_runs.In("larger.json"), Path.Combine(folder, "tokenizer.json"));
        Assert.Contains("more tokens than the model", Assert.Throws<InkstoneFormatException>(() => ModelSession.Open(folder)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task APromptLongerThanTheContextIsRefusedAndTheEngineGoesOn()
    {
        PretrainRecipe.Run(_runs.Options("run", 1));
        await using var session = ModelSession.Open(_runs.In("run"));
        var error = Assert.Throws<InkstoneRequestException>(() => session.Engine.GenerateAsync(SmallRuns.Sentences(1, 20)));
        Assert.Contains("at most 31 tokens", error.Message, StringComparison.Ordinal);
        Assert.Contains("Shorten the prompt", error.Message, StringComparison.Ordinal);
        await foreach (var piece in session.Engine.GenerateAsync("The", new() { MaxTokens = 2 }))
            Assert.InRange(piece.Token, 0, 299);
    }

    [Fact]
    public void ALossThatIsNotFiniteStopsTheRunAndKeepsItsCheckpoint()
    {
        var stopped = _runs.Stopped("run", options => options with { Training = options.Training with { Optimizer = new() { Kind = OptimizerKind.Sgd } } });
        var record = RunRecord.Read(stopped);
        var exploding = record.Plan with { Training = record.Plan.Training with { Steps = 500, LearningRate = 1_000, GradientClip = 0 }, PlannedSteps = 500 };
        File.WriteAllBytes(Path.Combine(stopped, "run.json"), (record with { Plan = exploding }).ToJson());
        var notes = new Notes();
        var before = Files(Path.Combine(stopped, "checkpoints"));
        var error = Assert.ThrowsAny<InkstoneException>(() => ResumeRecipe.Run(stopped, null, notes));
        Assert.True(error.ExitCode == 6, error.Message);
        Assert.Contains("Lower the learning rate", error.Message, StringComparison.Ordinal);
        Assert.Contains(notes.All, note => note.Contains($"the checkpoint of step 6 is kept: go on from it with inkstone resume {stopped}", StringComparison.Ordinal));
        Assert.Contains("gradient", File.ReadAllText(Path.Combine(stopped, "failure.txt")), StringComparison.Ordinal);
        Assert.Equal(before, Files(Path.Combine(stopped, "checkpoints")));
    }

    [Fact]
    public void ARunThatHasEndedIsNotResumed()
    {
        PretrainRecipe.Run(_runs.Options("run", 1));
        var report = File.ReadAllBytes(_runs.In("run", "report.md"));
        Assert.Equal(2, Assert.Throws<InkstoneRequestException>(() => ResumeRecipe.Run(_runs.In("run"))).ExitCode);
        Assert.Equal(report, File.ReadAllBytes(_runs.In("run", "report.md")));
    }

    private static List<string> Files(string folder) =>
        [.. Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal).Select(file => $"{file} {Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(File.ReadAllBytes(file)))}")];
}
