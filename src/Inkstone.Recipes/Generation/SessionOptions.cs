using Inkstone.Foundation.Errors;
using Inkstone.Inference;
using Inkstone.Models;
using Inkstone.Tensors;

namespace Inkstone.Recipes;

/// <summary>How a model on disk is opened for writing text.</summary>
public sealed record SessionOptions
{
    /// <summary>
    /// The longest sequence, prompt and answer, in tokens; null means what the model was trained for, or less where that does not fit in memory. Rotary scalings that depend on it
    /// are chosen by it.
    /// </summary>
    public int? ContextLength { get; init; }

    /// <summary>How keys and values are stored.</summary>
    public RowStorage CacheStorage { get; init; } = RowStorage.Half;

    /// <summary>Whether weights may be read where the file is mapped; see <see cref="LoadOptions.Mapped"/>.</summary>
    public bool Mapped { get; init; } = true;

    /// <summary>Whether block formats are laid out anew for speed; see <see cref="LoadOptions.Interleave"/>.</summary>
    public bool Interleave { get; init; } = true;

    /// <summary>Threads that compute; null means one for each logical processor.</summary>
    public int? Threads { get; init; }

    /// <summary>A smaller model of the same vocabulary that guesses ahead; null for none.</summary>
    public string? DraftModel { get; init; }

    /// <summary>Whether a model is loaded that does not seem to fit in memory.</summary>
    public bool IgnoresMemory { get; init; }

    /// <summary>What becomes of the weights.</summary>
    internal LoadOptions Loading => new() { Mapped = Mapped, Interleave = Interleave };

    /// <summary>Throws when a value is out of its range, naming it.</summary>
    /// <exception cref="InkstoneRequestException">A value is out of its range.</exception>
    public void Validate()
    {
        if (ContextLength is < 2 or > 1 << 24)
            throw new InkstoneRequestException("the value is out of range", nameof(ContextLength), "2 to 16,777,216", $"{ContextLength}");
        if (Threads is < 1 or > 1_024)
            throw new InkstoneRequestException("the value is out of range", nameof(Threads), "1 to 1,024", $"{Threads}");
    }

    /// <summary>The engine of a model whose whole context its cache holds once.</summary>
    internal static EngineOptions EngineFor(ServingMemory memory, SessionOptions options, IReadOnlyList<int> endTokens, Model? draft) => new()
    {
        CacheBytes = Math.Max(1, memory.CacheBytes),
        CacheStorage = options.CacheStorage,
        TokensPerTurn = ServingMemory.TokensPerTurn,
        EndTokens = endTokens,
        DraftModel = draft,
        DraftCacheBytes = Math.Max(1, memory.DraftCacheBytes),
    };
}
