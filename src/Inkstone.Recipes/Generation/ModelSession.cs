using Inkstone.Foundation.Errors;
using Inkstone.Foundation.Machine;
using Inkstone.Inference;
using Inkstone.Models;
using Inkstone.Tensors;
using Inkstone.Tokenizers;

namespace Inkstone.Recipes;

/// <summary>A model on disk, opened for writing text: network, tokenizer and engine.</summary>
public sealed class ModelSession : IAsyncDisposable
{
    private ModelSession(LoadedModel loaded, ServingMemory memory, MachineMemory machine, int trainedLength, SessionOptions options, Model? draft)
    {
        (Loaded, Memory, Machine, TrainedContextLength) = (loaded, memory, machine, trainedLength);
        Engine = new InferenceEngine(loaded.Model, loaded.Tokenizer, SessionOptions.EngineFor(memory, options, loaded.Defaults.EndTokens, draft));
    }

    /// <summary>What was read.</summary>
    public LoadedModel Loaded { get; }

    /// <summary>Where it was read from.</summary>
    public string Folder => Loaded.Path;

    /// <summary>The network.</summary>
    public Model Model => Loaded.Model;

    /// <summary>The tokenizer.</summary>
    public Tokenizer Tokenizer => Loaded.Tokenizer;

    /// <summary>What the checkpoint says of generation.</summary>
    public GenerationDefaults Defaults => Loaded.Defaults;

    /// <summary>What it was estimated to take of memory.</summary>
    public ServingMemory Memory { get; }

    /// <summary>What was free before it was loaded.</summary>
    public MachineMemory Machine { get; }

    /// <summary>The longest sequence of the checkpoint's configuration.</summary>
    public int TrainedContextLength { get; }

    /// <summary>The engine.</summary>
    public InferenceEngine Engine { get; }

    /// <summary>Opens a run (its newest checkpoint), a checkpoint, a model folder or a GGUF file. Files that have a digest on record are checked against it.</summary>
    /// <param name="path">The folder or file.</param>
    /// <param name="observer">Who is told of checkpoints that are passed over, of the memory it takes, and how far the reading has come.</param>
    /// <param name="options">How; null for the defaults.</param>
    /// <exception cref="InkstoneNotFoundException">There is no model.</exception>
    /// <exception cref="InkstoneFormatException">A file is not what it must be.</exception>
    /// <exception cref="InkstoneResourceException">The model does not fit in memory; the error says what would.</exception>
    /// <exception cref="InkstoneRequestException">An option is not possible, or networks of the family are not decoded.</exception>
    public static ModelSession Open(string path, IRecipeObserver? observer = null, SessionOptions? options = null)
    {
        options ??= new();
        options.Validate();
        observer ??= SilentObserver.Instance;
        var backend = options.Threads is { } threads ? new CpuBackend(null, threads) : Backend.Default;
        var machine = MachineMemory.Read();
        using var opened = OpenedModel.Open(path, observer);
        RequireDecoder(opened);
        using var draft = options.DraftModel is { } name ? OpenedModel.Open(name, observer) : null;
        var draftPlan = draft is null ? default((Model Prepared, ServingMemory Memory)?) : Drafting(draft, opened, options, backend);
        var (prepared, memory) = MemoryFit.Choose(opened.Path, opened.Checkpoint, options, backend, machine, draftPlan?.Memory);
        var trained = opened.Checkpoint.Config.ContextLength;
        observer.Note(memory.Sentence(machine) + (prepared.ContextLength != trained ? FormattableString.Invariant($"; the model was trained for {trained:N0}") : ""));
        if (draftPlan is { } plan)
            draft!.Checkpoint.Load(plan.Prepared, options.Loading.Watched(observer));
        var loaded = opened.Load(prepared, options.Loading.Watched(observer));
        return new ModelSession(loaded, memory, machine, trained, options, draftPlan?.Prepared);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => Engine.DisposeAsync();

    private static (Model Prepared, ServingMemory Memory) Drafting(OpenedModel draft, OpenedModel main, SessionOptions options, Backend backend)
    {
        RequireDecoder(draft);
        var length = Math.Min(draft.Checkpoint.Config.ContextLength, options.ContextLength ?? main.Checkpoint.Config.ContextLength);
        var prepared = draft.Checkpoint.Prepare(backend, length);
        return (prepared, ServingMemory.Of(prepared, draft.Checkpoint.Measure(prepared, options.Loading), options.CacheStorage));
    }

    private static void RequireDecoder(OpenedModel opened)
    {
        if (opened.Checkpoint.Family.NotDecodedBecause is { } reason)
            throw new InkstoneRequestException("the model writes no text", opened.Path, "a decoder", $"{opened.Checkpoint.Config.Family}: {reason}",
                "For vectors of texts there is inkstone embed.");
    }
}
