using System.Text.Json.Nodes;
using Inkstone.Foundation.Errors;
using Inkstone.Foundation.Randomness;
using Xunit.Abstractions;

namespace Inkstone.Tokenizers.Tests;

public sealed class WordPieceTrainerTests(ITestOutputHelper output)
{
    [Fact]
    public void EqualsCountingAfresh()
    {
        for (var seed = 0; seed < 60; seed++)
        {
            var random = Rng.From(seed).Split("wordpiece").Cursor();
            var words = Enumerable.Range(0, 30).Select(_ => string.Concat(Enumerable.Range(0, 1 + random.NextInt(9)).Select(_ => "aab中é"[random.NextInt(5)]))).ToList();
            var options = new WordPieceTrainerOptions
            {
                VocabularySize = 45,
                MinimumFrequency = 1 + seed % 2,
                AlphabetLimit = seed % 5 == 0 ? 3 : 1000,
                SpecialTokens = seed % 3 == 0 ? ["[UNK]", "aa"] : ["[UNK]"],
                Ties = (BpeTies)(seed % 2),
            };
            Assert.Equal(NaiveMergeTrainer.Train(words, options.ToMerging()).Tokens, WordPieceTrainer.Train([string.Join(' ', words)], TextCutters.Whitespace, options));
        }
    }

    [Fact]
    public void ThreadsAndTheOrderOfTextsChangeNothing()
    {
        var options = new WordPieceTrainerOptions { VocabularySize = 900 };
        var one = WordPieceTrainer.Train(Samples.VariedLines, TextCutters.Whitespace, options with { Threads = 1 });
        Assert.Equal(one, WordPieceTrainer.Train(Samples.VariedLines.Reverse(), TextCutters.Whitespace, options with { Threads = 3 }));
        Assert.Equal("[PAD]", one[0]);
        Assert.Contains("##e", one);
    }

    [Fact]
    public void RefusesWhatCannotBe()
    {
        Assert.Throws<InkstoneRequestException>(() => WordPieceTrainer.Train([], TextCutters.Whitespace));
        Assert.Throws<InkstoneRequestException>(() => WordPieceTrainer.Train(["a"], TextCutters.Whitespace, new() { AlphabetLimit = 0 }));
        Assert.Throws<InkstoneRequestException>(() => WordPieceTrainer.Train(["a"], TextCutters.Whitespace, new() { SpecialTokens = ["[UNK]", "[UNK]"] }));
    }

    [WordPieceRunsFact]
    public void SharesWithHuggingFacesAsManyPiecesAsItsRunsDo()
    {
        foreach (var (name, entry) in JsonNode.Parse(File.ReadAllText(Path.Combine(WordPieceRunsFactAttribute.Folder!, "runs.json")))!.AsObject())
        {
            var lines = entry!["files"]!.AsArray().SelectMany(file => Samples.Lines(File.ReadAllText(SharedData.Path((string)file!))));
            var options = new WordPieceTrainerOptions { MinimumFrequency = 1, AlphabetLimit = int.MaxValue, SpecialTokens = [] };
            var ours = WordPieceTrainer.Train(lines, TextCutters.Whitespace, options).ToHashSet();
            var runs = entry["runs"]!.AsArray().Select(run => run!.AsArray().Select(token => (string)token!).ToHashSet()).ToList();
            double shared = runs[0].Count(runs[1].Contains);
            foreach (var run in runs)
            {
                var common = run.Count(ours.Contains);
                output.WriteLine($"{name}: {ours.Count} pieces, {common} in common with a run, two runs {shared}");
                Assert.InRange(common / shared, 0.995, 1.005);
            }
        }
    }
}

/// <summary>A test that needs runs of npm's WordPiece trainer: tests/oracles/wordpiece-runs.js.</summary>
internal sealed class WordPieceRunsFactAttribute : FactAttribute
{
    public WordPieceRunsFactAttribute() => Skip = Folder is null || SharedData.Root is null ? "needs INKSTONE_WORDPIECE_RUNS and ../shared/data" : null;

    public static string? Folder { get; } = Environment.GetEnvironmentVariable("INKSTONE_WORDPIECE_RUNS");
}
