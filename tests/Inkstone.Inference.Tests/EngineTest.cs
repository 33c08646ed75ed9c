using Inkstone.Models;
using Inkstone.Tokenizers;

namespace Inkstone.Inference.Tests;

/// <summary>Starts engines for a test; when it has ended, every block of each must be free.</summary>
public abstract class EngineTest : IAsyncLifetime
{
    private readonly List<InferenceEngine> _engines = [];

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        while (_engines.Count > 0)
            await Stop(_engines[^1]);
    }

    /// <summary>Stops an engine before its test has ended; every block must be free.</summary>
    internal async Task Stop(InferenceEngine engine)
    {
        _engines.Remove(engine);
        await engine.DisposeAsync();
        AssertNothingHeld(engine);
    }

    /// <summary>Fails when a block of an engine that has nothing to do is held.</summary>
    private static void AssertNothingHeld(InferenceEngine engine)
    {
        var cache = engine.Parts.Cache;
        Assert.Equal(engine.BlockCount, engine.FreeBlockCount);
        Assert.Equal(engine.BlockCount, cache.Pool.CountUnheld() + (cache.Source?.Pool.CountUnheld() ?? 0));
        if (engine.Parts.Scheduler.Sequences.Count == 0 && engine.Parts.Drafter is { } drafter)
            Assert.Equal(drafter.Pool.BlockCount, drafter.Pool.CountUnheld());
    }

    internal static async Task<List<GeneratedPiece>> Pieces(InferenceEngine engine, string prompt, GenerationOptions options)
    {
        var pieces = new List<GeneratedPiece>();
        await foreach (var piece in engine.GenerateAsync(prompt, options))
            pieces.Add(piece);
        return pieces;
    }

    internal static async Task<List<GeneratedPiece>> Pieces(InferenceEngine engine, int[] prompt, GenerationOptions options)
    {
        var pieces = new List<GeneratedPiece>();
        await foreach (var piece in engine.GenerateAsync(prompt, options))
            pieces.Add(piece);
        return pieces;
    }

    internal static async Task<List<int>> Tokens(InferenceEngine engine, string prompt, GenerationOptions options) =>
        [.. (await Pieces(engine, prompt, options)).Select(piece => piece.Token)];

    internal static async Task<List<int>> Tokens(InferenceEngine engine, int[] prompt, GenerationOptions options) =>
        [.. (await Pieces(engine, prompt, options)).Select(piece => piece.Token)];

    internal static async Task<string> Text(InferenceEngine engine, string prompt, GenerationOptions options) =>
        string.Concat((await Pieces(engine, prompt, options)).Select(piece => piece.Text));

    /// <summary>An engine whose keys and values are in single precision, so that answers can be compared with passes that store nothing.</summary>
    internal InferenceEngine Start(Model model, EngineOptions? options = null, Tokenizer? tokenizer = null) =>
        StartAs(model, (options ?? new()) with { CacheStorage = Tensors.RowStorage.Single }, tokenizer);

    /// <summary>An engine of exactly these options. No test makes one otherwise: <see cref="EngineLeakTests"/>.</summary>
    internal InferenceEngine StartAs(Model model, EngineOptions options, Tokenizer? tokenizer = null)
    {
        var engine = new InferenceEngine(model, tokenizer ?? Samples.Words, options);
        _engines.Add(engine);
        return engine;
    }
}
