using Inkstone.Foundation.Errors;
using Inkstone.Foundation.Machine;
using Inkstone.Inference;
using Inkstone.Models;
using Inkstone.Tensors;

namespace Inkstone.Recipes.Tests;

/// <summary>Checkpoints as the world publishes them, opened for writing text: what is said of generation, what fits in memory and what is refused.</summary>
public sealed class ModelSessionTests : IDisposable
{
    private const long Giga = 1L << 30;
    private readonly string _folder = Directory.CreateTempSubdirectory("inkstone-session-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task AFoldersDefaultsReachTheEngine()
    {
        var folder = SampleFiles.WriteFolder(In("hf"), """{"eos_token_id": [3, 4], "temperature": 0.5}""");
        await using var session = ModelSession.Open(folder);
        Assert.Equal([3, 4, session.Tokenizer.EndOfText!.Value], session.Defaults.EndTokens);
        Assert.Equal(0.5, session.Defaults.Over(new()).Temperature);
        Assert.Equal(256, session.Memory.ContextLength);
        await Generate(session);
    }

    [Fact]
    public async Task AFilesDefaultsReachTheEngine()
    {
        await using var session = ModelSession.Open(SampleFiles.WriteGguf(In("model.gguf"), values: values => values.Set("tokenizer.ggml.eot_token_id", 5u)));
        Assert.Equal([2, 5, 4], session.Defaults.EndTokens);
        await Generate(session);
    }

    [Fact]
    public async Task ARunOfOurOwnHasItsTokenizersEnd()
    {
        using var runs = new SmallRuns();
        PretrainRecipe.Run(runs.Options("run"));
        await using var session = ModelSession.Open(runs.In("run"));
        Assert.Equal([session.Tokenizer.EndOfText!.Value], session.Defaults.EndTokens);
        Assert.Equal("", session.Defaults.Source);
        Assert.Empty(session.Defaults.NotApplied);
    }

    [Theory]
    [InlineData(RowStorage.Single, true, true)]
    [InlineData(RowStorage.Half, false, false)]
    [InlineData(RowStorage.Rounded, true, false)]
    public async Task EveryWayOfKeepingThingsAnswersAlike(RowStorage storage, bool mapped, bool interleave)
    {
        var path = SampleFiles.WriteGguf(In("model.gguf"), format: WeightFormat.Q8_0);
        await using var plain = ModelSession.Open(path, null, new() { CacheStorage = storage });
        await using var other = ModelSession.Open(path, null, new() { CacheStorage = storage, Mapped = mapped, Interleave = interleave, Threads = 1, ContextLength = 128 });
        Assert.Equal(await Generate(plain), await Generate(other));
        Assert.Equal(128, other.Model.ContextLength);
        Assert.True(other.Memory.CacheBytes < plain.Memory.CacheBytes);
    }

    [Fact]
    public async Task ADraftModelChangesNoGreedyAnswer()
    {
        var path = SampleFiles.WriteGguf(In("model.gguf"));
        var draft = SampleFiles.WriteGguf(In("draft.gguf"), SampleFiles.Small with { LayerCount = 1 });
        await using var plain = ModelSession.Open(path);
        await using var guessed = ModelSession.Open(path, null, new() { DraftModel = draft });
        Assert.True(guessed.Memory.DraftCacheBytes > 0);
        Assert.True(guessed.Memory.DraftWeights.TotalBytes > 0);
        var options = new GenerationOptions { MaxTokens = 24, Temperature = 0, IgnoreEndOfText = true };
        Assert.Equal(await Generate(plain, options), await Generate(guessed, options with { Speculation = Speculation.DraftModel }));
    }

    [Fact]
    public void AnEncoderWritesNoText()
    {
        var bert = new BertConfig { VocabularySize = 400 };
        ModelFolder.Save(ModelFamilies.Named(bert.Family, "test").Create(bert, Foundation.Randomness.Rng.From(1)), In("bert"));
        Assert.Contains("inkstone embed", Assert.Throws<InkstoneRequestException>(() => ModelSession.Open(In("bert"))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void TheRotaryScalingIsThatOfTheLengthServed()
    {
        var scaling = new LongRotaryScaling([.. Enumerable.Repeat(1f, 16)], [.. Enumerable.Repeat(4f, 16)], 128) { AttentionFactor = 1.1 };
        var folder = SampleFiles.WriteFolder(In("phi"), config: SampleFiles.Small with { PublishedAs = "phi3", ContextLength = 1_024, RotaryScaling = scaling, RotaryPairing = RotaryPairing.Halves });
        var (shorter, longer) = (Answer(folder, 128), Answer(folder, 1_024));
        Assert.Equal(longer, Answer(folder, null));
        Assert.NotEqual(shorter, longer);
    }

    [Fact]
    public void TheMemoryIsSaidBeforeLoading()
    {
        var notes = new Notes();
        var session = ModelSession.Open(SampleFiles.WriteGguf(In("model.gguf"), format: WeightFormat.Q8_0), notes, new() { ContextLength = 64 });
        var note = Assert.Single(notes.Said);
        foreach (var part in (string[])["weights", "mapped", "of their own", "cache", "64 tokens", "scratch", "free", "trained for 256"])
            Assert.Contains(part, note, StringComparison.Ordinal);
        Assert.True(session.Machine.FreeBytes > 0);
    }

    [Fact]
    public void CopiesThatLiveWhileBlocksAreLaidOutCount()
    {
        var wide = SampleFiles.Small with { Width = 512, HeadCount = 16, KeyValueHeadCount = 16, HiddenWidth = 2_048, LayerCount = 4 };
        using var checkpoint = OpenCheckpoint.Open(SampleFiles.WriteGguf(In("model.gguf"), wide, WeightFormat.Q8_0));
        var (mapped, copied, stored) = (Of(true, true), Of(false, true), Of(false, false));
        // the feed-forward's are the largest matrices
        Assert.Equal(WeightFormats.ByteLength(WeightFormat.Q8_0, 512 * 2_048), copied.Weights.TemporaryBytes);
        Assert.Equal(mapped.TotalBytes + copied.Weights.TemporaryBytes, copied.TotalBytes);
        Assert.Equal((0, 0), (mapped.Weights.TemporaryBytes, stored.Weights.TemporaryBytes));
        Assert.Contains("1.1 MiB of copies", copied.ToString(), StringComparison.Ordinal);
        var error = Assert.Throws<InkstoneResourceException>(() => Choose(checkpoint, new() { Mapped = false }, (long)((copied.TotalBytes - (copied.Weights.TemporaryBytes / 2)) / 0.95)));
        Assert.Contains("without --no-mmap", error.Message, StringComparison.Ordinal);

        ServingMemory Of(bool mapped, bool interleave) => Choose(checkpoint, new() { Mapped = mapped, Interleave = interleave }, 8 * Giga).Memory;
    }

    [Fact]
    public void CopiesOfStacksOfExpertsAreHeldTogether()
    {
        var mixture = SampleFiles.Small with { Experts = new() { Count = 4, Chosen = 2, HiddenWidth = 128 } };
        using var checkpoint = OpenCheckpoint.Open(SampleFiles.WriteGguf(In("model.gguf"), mixture, WeightFormat.Q8_0));
        var copies = Choose(checkpoint, new() { Mapped = false }, 8 * Giga).Memory.Weights.TemporaryBytes;
        var stacks = 2L * 3 * 4 * WeightFormats.ByteLength(WeightFormat.Q8_0, 64 * 128);
        Assert.Equal(stacks + WeightFormats.ByteLength(WeightFormat.Q8_0, 400 * 64), copies);
    }

    [Fact]
    public void PerplexitySaysWhatMemoryItTakes()
    {
        var (path, text, notes) = (SampleFiles.WriteGguf(In("model.gguf")), In("text.txt"), new Notes());
        File.WriteAllText(text, string.Concat(Enumerable.Repeat("the river ran past the moon. ", 40)));
        PerplexityRecipe.Measure(path, text, new() { Window = 64 }, notes);
        Assert.Matches("^memory .* free: weights .* mapped, .* of their own.*scratch .* for 64 tokens at once, program", Assert.Single(notes.Said));
        var other = SampleFiles.WriteGguf(In("other.gguf"), SampleFiles.Small with { LayerCount = 3 });
        PerplexityRecipe.Measure(path, text, new() { Against = other }, notes);
        Assert.Matches("the model compared with .*scratch .* for 256 tokens at once", notes.Said[1]);
        var smaller = SampleFiles.WriteGguf(In("smaller.gguf"), SampleFiles.Small with { VocabularySize = 390 });
        Assert.Throws<InkstoneRequestException>(() => PerplexityRecipe.Measure(path, text, new() { Against = smaller }, notes));
        Assert.Equal(2, notes.Said.Count); // before anything is told or read
    }

    [Fact]
    public void WhatPassesTakeIsRefusedWithWhatWouldDo()
    {
        using var checkpoint = OpenCheckpoint.Open(SampleFiles.WriteGguf(In("model.gguf"), SampleFiles.Small with { ContextLength = 1 << 20 }));
        var prepared = checkpoint.Prepare();
        var free = 400L << 20;
        var error = Assert.Throws<InkstoneResourceException>(() => Passes(1 << 20, ignores: false));
        Assert.Contains("--window ", error.Message, StringComparison.Ordinal);
        var named = int.Parse(error.Fix!.Split("(--window ")[1].Split(')')[0], System.Globalization.CultureInfo.InvariantCulture);
        Assert.InRange(Passes(named, ignores: false).TotalBytes, 0, free);
        Assert.Throws<InkstoneResourceException>(() => Passes(2 * named, ignores: false));
        Assert.True(Passes(1 << 20, ignores: true).TotalBytes > free);
        // a model beside it takes its own
        var beside = Passes(named, ignores: false);
        Assert.Equal(beside.TotalBytes + beside.Weights.TotalBytes + beside.ScratchBytes, Passes(named, ignores: true, beside).TotalBytes);

        ServingMemory Passes(int rows, bool ignores, ServingMemory? beside = null) => MemoryFit.OfPasses(
            _folder, checkpoint, prepared, new(rows, LoadOptions.ForUse, ignores, "--window"), new MachineMemory(64 * Giga, free, false), beside);
    }

    [Fact]
    public void AContextThatIsNotAskedForIsTheLongestThatFits()
    {
        using var checkpoint = OpenCheckpoint.Open(SampleFiles.WriteGguf(In("model.gguf"), SampleFiles.Small with { ContextLength = 1 << 20 }));
        var perToken = 2L * 2 * 32 * 2; // keys and values of two layers, 32 wide, in half precision
        var free = 200L << 20;
        var (prepared, memory) = Choose(checkpoint, new(), free);
        Assert.InRange(prepared.ContextLength, 256, (1 << 20) - 1);
        Assert.Equal(0, prepared.ContextLength % 64);
        Assert.InRange(memory.TotalBytes, 0, free);
        Assert.True(memory.TotalBytes + 64 * perToken * 2 > 0.95 * free, "more would have fitted");
        Assert.Equal(1 << 20, Choose(checkpoint, new(), 8 * Giga).Prepared.ContextLength);
    }

    [Fact]
    public void WhatDoesNotFitIsRefusedWithWhatWould()
    {
        using var checkpoint = OpenCheckpoint.Open(SampleFiles.WriteGguf(In("model.gguf"), SampleFiles.Small with { ContextLength = 1 << 20 }));
        var error = Assert.Throws<InkstoneResourceException>(() => Choose(checkpoint, new() { ContextLength = 1 << 20 }, 200L << 20));
        Assert.Equal(5, error.ExitCode);
        Assert.Contains("--context ", error.Message, StringComparison.Ordinal);
        // what it says fits does
        var named = int.Parse(error.Fix!.Split("(--context ")[1].Split(')')[0], System.Globalization.CultureInfo.InvariantCulture);
        Choose(checkpoint, new() { ContextLength = named }, 200L << 20);
        Assert.Throws<InkstoneResourceException>(() => Choose(checkpoint, new() { ContextLength = named + 64 }, 200L << 20));
        // and whoever knows better may load it all the same
        Choose(checkpoint, new() { ContextLength = 1 << 20, IgnoresMemory = true }, 200L << 20);
    }

    [Fact]
    public void ACacheOfEightBitsIsOfferedWhereThatWouldDo()
    {
        using var checkpoint = OpenCheckpoint.Open(SampleFiles.WriteGguf(In("model.gguf"), SampleFiles.Small with { ContextLength = 1 << 20 }));
        var half = Choose(checkpoint, new() { ContextLength = 1 << 20 }, 8 * Giga).Memory.TotalBytes;
        var rounded = Choose(checkpoint, new() { ContextLength = 1 << 20, CacheStorage = RowStorage.Rounded }, 8 * Giga).Memory.TotalBytes;
        var free = (long)((half + rounded) / 2 / 0.95);
        Assert.Contains("--cache q8", Assert.Throws<InkstoneResourceException>(() => Choose(checkpoint, new() { ContextLength = 1 << 20 }, free)).Message, StringComparison.Ordinal);
        Choose(checkpoint, new() { ContextLength = 1 << 20, CacheStorage = RowStorage.Rounded }, free);
    }

    [Fact]
    public void ASmallerFormatIsOfferedWhereThatWouldDo()
    {
        var wide = SampleFiles.Small with { Width = 1_024, HeadCount = 32, KeyValueHeadCount = 8, HiddenWidth = 4_096, LayerCount = 4 };
        using var checkpoint = OpenCheckpoint.Open(SampleFiles.WriteGguf(In("model.gguf"), wide, WeightFormat.F32));
        var needed = Choose(checkpoint, new(), 8 * Giga).Memory;
        Assert.InRange(needed.Weights.TotalBytes, 200L << 20, 300L << 20);
        var error = Assert.Throws<InkstoneResourceException>(() => Choose(checkpoint, new(), needed.TotalBytes - (100L << 20)));
        Assert.Contains("Q8_0", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("--context", error.Message, StringComparison.Ordinal); // a shorter one would not help
        Assert.Contains("Use a smaller model", Assert.Throws<InkstoneResourceException>(() => Choose(checkpoint, new(), 50L << 20)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void TheFormOfTheFileIsOfferedWhereItIsSmaller()
    {
        using var checkpoint = OpenCheckpoint.Open(SampleFiles.WriteGguf(In("model.gguf"), SampleFiles.Small with { Width = 512, HeadCount = 16, HiddenWidth = 2_048, LayerCount = 4 }, WeightFormat.Q5_0));
        var (laid, stored) = (Choose(checkpoint, new(), 8 * Giga).Memory, Choose(checkpoint, new() { Interleave = false }, 8 * Giga).Memory);
        if (laid.TotalBytes - stored.TotalBytes < 1 << 20)
            return; // the backend lays this format as tightly as the file
        var error = Assert.Throws<InkstoneResourceException>(() => Choose(checkpoint, new(), (long)((laid.TotalBytes + stored.TotalBytes) / 2 / 0.95)));
        Assert.Contains("--no-repack", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ExpertsCountInTheMemoryOfTraining()
    {
        var plain = LlamaConfig.Tiny;
        var one = plain with { Experts = new() { Count = 1, Chosen = 1, HiddenWidth = plain.HiddenWidth } };
        // one expert that every row goes to is the feed-forward again, but for the router and the rows that are brought together
        Assert.InRange(MemoryEstimate.TrainingBytes(one, 512, false), MemoryEstimate.TrainingBytes(plain, 512, false), MemoryEstimate.TrainingBytes(plain, 512, false) * 1.25);
        var activations = Activations(one with { Experts = one.Experts! with { Count = 16 } });
        // the chosen ones' intermediates are kept, not those of all
        Assert.InRange(activations, Activations(one), 1.1 * Activations(one));
        Assert.True(Activations(one with { Experts = one.Experts! with { Count = 16, Chosen = 4 } }) > 1.8 * activations);
        Assert.True(Activations(one with { Experts = one.Experts! with { SharedHiddenWidth = 512 } }) > 1.2 * Activations(one));
        Assert.True(Activations(one with { Experts = one.Experts! with { Count = 16, Chosen = 4 }, ExpertLayers = LayerPattern.AllButEvery(2) })
            < Activations(one with { Experts = one.Experts! with { Count = 16, Chosen = 4 } }));

        static double Activations(LlamaConfig config) => MemoryEstimate.TrainingBytes(config, 4_096, false) - MemoryEstimate.TrainingBytes(config, 1, false);
    }

    private (Model Prepared, ServingMemory Memory) Choose(OpenCheckpoint checkpoint, SessionOptions options, long free) =>
        MemoryFit.Choose(_folder, checkpoint, options, Backend.Default, new MachineMemory(64 * Giga, free, false));

    private static string Answer(string folder, int? context)
    {
        var session = ModelSession.Open(folder, null, new() { ContextLength = context });
        return Generate(session, new() { MaxTokens = 30, Temperature = 0, IgnoreEndOfText = true }).GetAwaiter().GetResult();
    }

    private static async Task<string> Generate(ModelSession session, GenerationOptions? options = null)
    {
        var ids = new List<int>();
        await foreach (var piece in session.Engine.GenerateAsync("the river ran past the moon", options ?? new() { MaxTokens = 16 }))
            ids.Add(piece.Token);
        return string.Join(' ', ids);
    }

    private string In(string name) => Path.Combine(_folder, name);

    private sealed class Notes : IRecipeObserver
    {
        public List<string> Said { get; } = [];

        public void Note(string text) => Said.Add(text);
    }
}
