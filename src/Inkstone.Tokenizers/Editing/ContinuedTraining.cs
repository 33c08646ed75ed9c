using System.Globalization;
using Inkstone.Foundation.Errors;

namespace Inkstone.Tokenizers;

/// <summary>New text from which a tokenizer learns more.</summary>
/// <param name="Tokenizer">The tokenizer.</param>
/// <param name="Texts">The text.</param>
/// <param name="Options">How much it learns.</param>
/// <param name="Progress">Told how far it has come.</param>
/// <param name="Cancellation">Stops it.</param>
internal sealed record ContinuedTraining(
    Tokenizer Tokenizer, IEnumerable<string> Texts, ContinuedTrainingOptions Options, IProgress<BpeTrainingProgress>? Progress, CancellationToken Cancellation)
{
    // Where a tokenizer cuts nothing, words still end before a space, as spaces are written there.
    private static readonly PreTokenizerStage BeforeSpaces = new PreTokenizerSequence(
        [new SplitStage(new LiteralPattern("\u2581"), SplitBehavior.MergedWithNext), new SplitStage(new LiteralPattern(" "), SplitBehavior.MergedWithNext)]);

    private readonly HashSet<string> _taken = Tokenizer.AddedTokens.Select(token => token.Content).ToHashSet(StringComparer.Ordinal);

    /// <summary>Whether an added token has this text, which no learnt piece may have.</summary>
    public bool IsTaken(string text) => _taken.Contains(text);

    /// <summary>Cuts text as the tokenizer does.</summary>
    public TextCutter StageCutter() => Tokenizer is { PreTokenizer: { } scanner, Parts.Normalizer: null } ? PieceCounter.CutBy(scanner)
        : TextCutters.OfStages(Tokenizer.Parts.Normalizer, Tokenizer.Parts.PreTokenizer ?? BeforeSpaces);

    /// <summary>Counts what the text is cut into.</summary>
    public PieceCounter Count(TextCutter cutter)
    {
        var counter = new PieceCounter(Options.MaximumDistinctBytes, Options.Threads, cutter, Cancellation);
        counter.Count(Texts, Progress);
        return counter;
    }

    /// <summary>Refuses a vocabulary that is smaller than asked for, unless that is allowed.</summary>
    /// <exception cref="InkstoneRequestException">It is.</exception>
    public void CheckSize(int count, PieceCounter counter)
    {
        if (count < Options.VocabularySize && !Options.AllowSmaller)
            throw new InkstoneRequestException("the text supports fewer tokens", nameof(Options),
                string.Create(CultureInfo.InvariantCulture, $"at most {count} in all ({counter.Bytes} bytes of text)"),
                Options.VocabularySize.ToString(CultureInfo.InvariantCulture), $"Ask for fewer, give more text, or set {nameof(Options.AllowSmaller)}.");
    }
}
