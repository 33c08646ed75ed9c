using System.Text;

namespace Inkstone.Tokenizers;

/// <summary>
/// Makes a vocabulary of whole words: those that occur most often, of equally frequent ones those with the lower bytes. Ids: the special tokens, then the words in
/// that order. The result depends on texts and options, not on the order of texts (unless words had to be dropped) nor on threads.
/// <para>
/// Memory: words are held up to <see cref="WordTrainerOptions.MaximumDistinctBytes"/>, some six times that in all. Above it the rarest go and are counted from
/// nothing if they come again, so a count may be too low, never too high.
/// </para>
/// </summary>
internal static class WordTrainer
{
    /// <summary>Trains a vocabulary.</summary>
    /// <param name="texts">The texts, read once, in order.</param>
    /// <param name="cutter">Cuts a text into words, as <see cref="TextCutters.WordsAndPunctuation"/> does.</param>
    /// <param name="options">The options; null for the defaults.</param>
    /// <param name="progress">Told now and then how far it has come.</param>
    /// <param name="cancellation">Stops the training.</param>
    /// <exception cref="Foundation.Errors.InkstoneRequestException">An option is out of range, or there is no text.</exception>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public static CountedVocabulary Train(
        IEnumerable<string> texts, TextCutter cutter, WordTrainerOptions? options = null, IProgress<BpeTrainingProgress>? progress = null,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(texts);
        options ??= new();
        options.Validate();
        var counter = new PieceCounter(options.MaximumDistinctBytes, options.Threads, cutter, cancellation);
        counter.Count(texts, progress);
        TrainerChecks.RequireText(counter);
        var reserved = options.SpecialTokens.Select(Encoding.UTF8.GetBytes).ToList();
        var found = CountedPieces.ByCount(counter.Parts, options.MinimumFrequency)
            .Where(piece => !reserved.Exists(token => token.AsSpan().SequenceEqual(counter.Parts[piece.Part].Bytes(counter.Parts[piece.Part].Entries[piece.Index]))))
            .Take(options.VocabularySize - options.SpecialTokens.Count);
        return CountedVocabulary.Of(options.SpecialTokens, found, counter);
    }
}

/// <summary>How a vocabulary of whole words is trained.</summary>
internal sealed record WordTrainerOptions
{
    /// <summary>How many tokens at most, special ones included. Default 30,000.</summary>
    public int VocabularySize { get; init; } = 30_000;

    /// <summary>A word must occur this often. Default 1.</summary>
    public long MinimumFrequency { get; init; } = 1;

    /// <summary>The control tokens; they take the first ids, and no word becomes one. Default <c>[UNK]</c>.</summary>
    public IReadOnlyList<string> SpecialTokens { get; init; } = ["[UNK]"];

    /// <summary>A limit to memory: as <see cref="BpeTrainerOptions.MaximumDistinctBytes"/>. Default 64 MiB.</summary>
    public long MaximumDistinctBytes { get; init; } = 64L << 20;

    /// <summary>How many threads count words; 0 for one a processor. The result does not depend on it. Default 0.</summary>
    public int Threads { get; init; }

    /// <summary>Checks every value.</summary>
    /// <exception cref="Foundation.Errors.InkstoneRequestException">One is out of range.</exception>
    public void Validate()
    {
        TrainerChecks.Specials(SpecialTokens, VocabularySize);
        TrainerChecks.Common(MinimumFrequency, MaximumDistinctBytes, Threads);
    }
}
