using Inkstone.Models;
using Inkstone.Tokenizers;

namespace Inkstone.Inference;

/// <summary>What an engine's requests work with; all of it belongs to the worker.</summary>
internal sealed class EngineParts
{
    public EngineParts(Model model, Tokenizer tokenizer, EngineOptions options)
    {
        (Model, Tokenizer, Options) = (model, tokenizer, options);
        EndTokens = options.EndTokens is { } tokens ? [.. tokens] : tokenizer.EndOfText is { } end ? [end] : [];
        Cache = KeyValueCache.Within(model, options.CacheBytes, options);
        Drafter = options.DraftModel is { } draft ? new Drafter(draft, options, Sampler) : null;
        Scheduler = new Scheduler(options, Cache.Pool.KeepsStates);
    }

    public Model Model { get; }

    public Tokenizer Tokenizer { get; }

    public EngineOptions Options { get; }

    public int[] EndTokens { get; }

    public KeyValueCache Cache { get; }

    public Scheduler Scheduler { get; }

    public Sampler Sampler { get; } = new();

    public Drafter? Drafter { get; }
}
