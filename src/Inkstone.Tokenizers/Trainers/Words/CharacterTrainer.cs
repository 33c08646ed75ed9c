using System.Text;

namespace Inkstone.Tokenizers;

/// <summary>
/// Makes a vocabulary of characters: the most frequent ones that together make up the share of the text that must be covered (SentencePiece's
/// <c>character_coverage</c>), of equally frequent ones the lower. Ids: the special tokens, then the characters in that order. There are at most 1,112,064 of them,
/// so memory is bounded and all counts are exact.
/// </summary>
internal static class CharacterTrainer
{
    /// <summary>Trains a vocabulary.</summary>
    /// <param name="texts">The texts, read once, in order.</param>
    /// <param name="options">The options; null for the defaults.</param>
    /// <param name="progress">Told now and then how far it has come.</param>
    /// <param name="cancellation">Stops the training.</param>
    /// <exception cref="Foundation.Errors.InkstoneRequestException">An option is out of range, or there is no text.</exception>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public static CountedVocabulary Train(
        IEnumerable<string> texts, CharacterTrainerOptions? options = null, IProgress<BpeTrainingProgress>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(texts);
        options ??= new();
        options.Validate();
        var counter = new PieceCounter(long.MaxValue, options.Threads, TextCutters.Characters, cancellation);
        counter.Count(texts, progress);
        TrainerChecks.RequireText(counter);
        var reserved = options.SpecialTokens.ToHashSet(StringComparer.Ordinal);
        var covered = 0L;
        var found = new List<(int Part, int Index)>();
        foreach (var (part, index) in CountedPieces.ByCount(counter.Parts, options.MinimumFrequency))
        {
            if ((double)covered / counter.Pieces >= options.CharacterCoverage || found.Count == options.VocabularySize - options.SpecialTokens.Count)
                break;
            var entry = counter.Parts[part].Entries[index];
            covered += entry.Count;
            if (!reserved.Contains(Encoding.UTF8.GetString(counter.Parts[part].Bytes(entry))))
                found.Add((part, index));
        }
        return CountedVocabulary.Of(options.SpecialTokens, found, counter);
    }
}

/// <summary>How a vocabulary of characters is trained.</summary>
internal sealed record CharacterTrainerOptions
{
    /// <summary>How many tokens at most, special ones included. Default 30,000.</summary>
    public int VocabularySize { get; init; } = 30_000;

    /// <summary>The share of all characters of the text that must have a token of their own, if there is room. Default 1: all.</summary>
    public double CharacterCoverage { get; init; } = 1;

    /// <summary>A character must occur this often. Default 1.</summary>
    public long MinimumFrequency { get; init; } = 1;

    /// <summary>The control tokens; they take the first ids. Default <c>[UNK]</c>.</summary>
    public IReadOnlyList<string> SpecialTokens { get; init; } = ["[UNK]"];

    /// <summary>How many threads count; 0 for one a processor. The result does not depend on it. Default 0.</summary>
    public int Threads { get; init; }

    /// <summary>Checks every value.</summary>
    /// <exception cref="Foundation.Errors.InkstoneRequestException">One is out of range.</exception>
    public void Validate()
    {
        TrainerChecks.Specials(SpecialTokens, VocabularySize);
        TrainerChecks.Require(CharacterCoverage is > 0.5 and <= 1, nameof(CharacterCoverage), CharacterCoverage, "above 0.5, at most 1");
        TrainerChecks.Common(MinimumFrequency, 1 << 20, Threads);
    }
}
