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
        foreach (var engine in _engines)
        {
            await engine.DisposeAsync();
            AssertNothingHeld(engine);
        }
    }

    /// <summary>Fails when a block of an engine that has nothing to do is held.</summary>
    internal static void AssertNothingHeld(InferenceEngine engine)
    {
        Assert.Equal(engine.BlockCount, engine.FreeBlockCount);
        Assert.Equal(engine.BlockCount, engine.Parts.Cache.Pool.CountUnheld());
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

    internal InferenceEngine Start(Model model, EngineOptions? options = null, Tokenizer? tokenizer = null)
    {
        // in single precision, so that answers can be compared with passes that store nothing
        var engine = new InferenceEngine(model, tokenizer ?? Samples.Words, (options ?? new()) with { CacheStorage = Tensors.RowStorage.Single });
        _engines.Add(engine);
        return engine;
    }
}
