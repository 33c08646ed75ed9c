using Inkstone.Foundation.Errors;

namespace Inkstone.Tokenizers;

/// <summary>
/// Trains a WordPiece vocabulary as Hugging Face's trainer does: as BPE over characters, those within a word marked <c>##</c>, the most
/// frequent pair first.
/// <para>
/// Ids: the special tokens, the characters kept (by code point), those of them that occur within words with their mark (those at most places of
/// distinct words first: the reference's order is a matter of chance), then what merging makes, in the order of its making. The result
/// depends on texts and options alone.
/// </para>
/// </summary>
internal static class WordPieceTrainer
{
    /// <summary>Trains a vocabulary.</summary>
    /// <param name="texts">The texts, read once, in order.</param>
    /// <param name="cutter">Cuts a text into words and counts them.</param>
    /// <param name="options">The options; null for the defaults.</param>
    /// <param name="progress">Told now and then how far it has come.</param>
    /// <param name="cancellation">Stops the training.</param>
    /// <returns>The tokens, by id.</returns>
    /// <exception cref="InkstoneRequestException">An option is out of range, or there is no text.</exception>
    public static IReadOnlyList<string> Train(
        IEnumerable<string> texts, TextCutter cutter, WordPieceTrainerOptions? options = null, IProgress<BpeTrainingProgress>? progress = null,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(texts);
        options ??= new();
        options.Validate();
        return MergeTrainer.Train(texts, cutter, options.ToMerging(), progress, cancellation).Tokens;
    }
}

/// <summary>How a WordPiece vocabulary is trained.</summary>
internal sealed record WordPieceTrainerOptions
{
    /// <summary>How many tokens in all, if the text supports them. Default 30,000.</summary>
    public int VocabularySize { get; init; } = 30_000;

    /// <summary>A pair must occur this often to be merged. Default 2.</summary>
    public long MinimumFrequency { get; init; } = 2;

    /// <summary>The most characters that are kept; the rarest go, and words are learnt as if they were not there. Default 1,000.</summary>
    public int AlphabetLimit { get; init; } = 1_000;

    /// <summary>Characters that are kept whether they occur or not, and before others. Default none.</summary>
    public string InitialAlphabet { get; init; } = "";

    /// <summary>The longest piece, in characters, without its mark. Default: no limit.</summary>
    public int MaximumTokenLength { get; init; } = int.MaxValue;

    /// <summary>The control tokens; they take the first ids. Default BERT's.</summary>
    public IReadOnlyList<string> SpecialTokens { get; init; } = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"];

    /// <summary>What stands before pieces that do not begin a word. Default <c>##</c>.</summary>
    public string Mark { get; init; } = "##";

    /// <summary>Which of several pairs with equal counts is merged. Default <see cref="BpeTies.LowerIds"/>.</summary>
    public BpeTies Ties { get; init; } = BpeTies.LowerIds;

    /// <summary>A limit to memory: as <see cref="BpeTrainerOptions.MaximumDistinctBytes"/>. Default 64 MiB.</summary>
    public long MaximumDistinctBytes { get; init; } = 64L << 20;

    /// <summary>How many threads count words; 0 for one a processor. The result does not depend on it. Default 0.</summary>
    public int Threads { get; init; }

    /// <summary>Checks every value.</summary>
    /// <exception cref="InkstoneRequestException">One is out of range.</exception>
    public void Validate() => ToMerging().Validate();

    /// <summary>The options of the merging that this is.</summary>
    internal MergeTrainerOptions ToMerging() => new()
    {
        VocabularySize = VocabularySize,
        MinimumFrequency = MinimumFrequency,
        SpecialTokens = SpecialTokens,
        InitialAlphabet = [.. InitialAlphabet.EnumerateRunes().Select(character => character.Value)],
        AlphabetLimit = AlphabetLimit,
        MaximumTokenLength = MaximumTokenLength,
        ContinuingPrefix = Mark,
        Ties = Ties,
        MaximumDistinctBytes = MaximumDistinctBytes,
        Threads = Threads,
    };
}
