using System.Globalization;
using Inkstone.Foundation.Machine;
using Inkstone.Inference;
using Inkstone.Models;
using Inkstone.Tensors;

namespace Inkstone.Recipes;

/// <summary>What serving a model takes of memory, worked out before any weight is read.</summary>
/// <param name="Weights">Of the weights, mapped and of their own.</param>
/// <param name="CacheBytes">Of keys and values, for one sequence of the whole context.</param>
/// <param name="ScratchBytes">Of a turn's intermediates and scores.</param>
/// <param name="ContextLength">The longest sequence served; of passes over whole texts, the tokens that are read at once.</param>
public sealed record ServingMemory(WeightMemory Weights, long CacheBytes, long ScratchBytes, int ContextLength)
{
    /// <summary>Rows of a turn.</summary>
    public const int TokensPerTurn = 512;

    /// <summary>The runtime itself, its compiled code and the tokenizer's own tables, without those that grow with the vocabulary.</summary>
    public const long RuntimeBytes = 90L << 20;

    private const int BytesPerVocabularyEntry = 300;
    private const int ScoreBytesPerEntry = 40;

    /// <summary>Of a draft model's keys and values; 0 without one.</summary>
    public long DraftCacheBytes { get; init; }

    /// <summary>Of a draft model's weights.</summary>
    public WeightMemory DraftWeights { get; init; }

    /// <summary>Of another model's weights, which is loaded beside it to be compared.</summary>
    public WeightMemory OtherWeights { get; init; }

    /// <summary>What cannot be dropped and read again: everything but mapped weights.</summary>
    public long PrivateBytes =>
        checked(TotalBytes - Weights.MappedBytes - DraftWeights.MappedBytes - OtherWeights.MappedBytes);

    /// <summary>Everything, where it is most.</summary>
    public long TotalBytes => checked(Weights.PeakBytes + DraftWeights.PeakBytes + OtherWeights.PeakBytes + CacheBytes + DraftCacheBytes + ScratchBytes + RuntimeBytes);

    /// <summary>What serving a prepared network takes.</summary>
    /// <param name="prepared">The network without its numbers; its context is the one served.</param>
    /// <param name="weights">Of its weights.</param>
    /// <param name="storage">How keys and values are stored.</param>
    public static ServingMemory Of(Model prepared, WeightMemory weights, RowStorage storage) =>
        new(weights, checked(KeyValueCache.BytesPerBlock(prepared, storage) * BlockPool.BlocksFor(prepared.ContextLength)), Scratch(prepared, Math.Min(TokensPerTurn, prepared.ContextLength)),
            prepared.ContextLength);

    /// <summary>What passes over whole texts take, of which nothing is cached: perplexities, vectors.</summary>
    /// <param name="prepared">The network without its numbers.</param>
    /// <param name="weights">Of its weights.</param>
    /// <param name="rows">Tokens that are read at once.</param>
    internal static ServingMemory OfPasses(Model prepared, WeightMemory weights, int rows) => new(weights, 0, Scratch(prepared, rows), rows);

    /// <summary>With a model that guesses ahead beside it.</summary>
    internal ServingMemory With(ServingMemory draft) => this with
    {
        DraftWeights = draft.Weights,
        DraftCacheBytes = draft.CacheBytes,
        ScratchBytes = checked(ScratchBytes + draft.ScratchBytes),
    };

    /// <summary>With a model beside it whose results are compared.</summary>
    internal ServingMemory Beside(ServingMemory other) => this with { OtherWeights = other.Weights, ScratchBytes = checked(ScratchBytes + other.ScratchBytes) };

    /// <summary>The line that is told before anything is loaded.</summary>
    internal string Sentence(MachineMemory machine) => $"memory {Size(TotalBytes)} of {Size(machine.FreeBytes)} free: {this}";

    /// <summary>
    /// A block's intermediates (of every product what it is given and what it gives, and the stream some times), the stream after every block, and the scores of the rows that
    /// are sampled; memory is taken in classes an eighth of an octave wide.
    /// </summary>
    private static long Scratch(Model model, int rows)
    {
        var width = model.Head.Weight.InputWidth;
        var block = model.Stack.Blocks.Select(block => block.FlopsPerRow / (2.0 * width)).DefaultIfEmpty().Max();
        var numbers = rows * (1.25 * block + (8.0 + model.Stack.Blocks.Count) * width);
        return (long)(numbers * sizeof(float) * 1.125) + (long)model.VocabularySize * (ScoreBytesPerEntry + BytesPerVocabularyEntry);
    }

    /// <inheritdoc/>
    public override string ToString()
    {
        var copies = Weights.TemporaryBytes > 0 ? $", {Size(Weights.TemporaryBytes)} of copies until all are laid out" : "";
        var parts = new List<string> { $"weights {Size(Weights.PeakBytes)} ({Size(Weights.MappedBytes)} mapped, {Size(Weights.PrivateBytes)} of their own{copies})" };
        if (DraftWeights.TotalBytes > 0)
            parts.Add($"draft model {Size(DraftWeights.PeakBytes + DraftCacheBytes)}");
        if (OtherWeights.TotalBytes > 0)
            parts.Add($"the model compared with {Size(OtherWeights.PeakBytes)}");
        if (CacheBytes > 0)
            parts.Add(string.Create(CultureInfo.InvariantCulture, $"cache {Size(CacheBytes)} for {ContextLength:N0} tokens"));
        parts.Add(CacheBytes > 0 ? $"scratch {Size(ScratchBytes)}" : string.Create(CultureInfo.InvariantCulture, $"scratch {Size(ScratchBytes)} for {ContextLength:N0} tokens at once"));
        parts.Add($"program {Size(RuntimeBytes)}");
        return string.Join(", ", parts);
    }

    /// <summary>Bytes as people read them.</summary>
    internal static string Size(long bytes) =>
        bytes < 10L << 20 ? FormattableString.Invariant($"{bytes / 1048576.0:F1} MiB")
        : bytes < 1L << 30 ? FormattableString.Invariant($"{bytes / 1048576.0:F0} MiB") : FormattableString.Invariant($"{bytes / 1073741824.0:F2} GiB");
}
