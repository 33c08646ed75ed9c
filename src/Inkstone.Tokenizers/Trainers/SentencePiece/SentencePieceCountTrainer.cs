using System.Text;

namespace Inkstone.Tokenizers;

/// <summary>
/// Makes SentencePiece models of whole words or of characters: the most frequent ones, of equally frequent ones the lower; the score is the natural logarithm of
/// the share of all words, or of all covered characters. Words with characters that need not be covered are left out.
/// </summary>
internal static class SentencePieceCountTrainer
{
    /// <summary>Trains a model.</summary>
    /// <param name="texts">The texts, read once, in order.</param>
    /// <param name="ofWords">Whether words are counted; else characters are.</param>
    /// <param name="options">The options; null for the defaults.</param>
    /// <param name="progress">Told now and then how far it has come.</param>
    /// <param name="cancellation">Stops the training.</param>
    /// <exception cref="Foundation.Errors.InkstoneRequestException">An option is out of range, or the text supports fewer pieces than asked for.</exception>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public static SentencePieceTrainingResult Train(
        IEnumerable<string> texts, bool ofWords, SentencePieceTrainerOptions? options = null, IProgress<BpeTrainingProgress>? progress = null,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(texts);
        options ??= new();
        options.Validate();
        var counter = new PieceCounter(options.MaximumDistinctBytes, options.Threads, new SentencePieceCutter(options).Cut, cancellation);
        counter.Count(texts, progress);
        TrainerChecks.RequireText(counter);
        var words = UnigramWords.Of(counter.Parts);
        var learnt = ofWords ? Words(words, SentencePieceTraining.Covered(words, options), options) : Characters(SentencePieceTraining.Required(words, options));
        var file = SentencePieceTraining.ToFile(learnt, ofWords ? SentencePieceAlgorithm.Word : SentencePieceAlgorithm.Character, options);
        return new(file, counter.Bytes, counter.Pieces, counter.Distinct, counter.Dropped);
    }

    private static List<(byte[] Text, double Score)> Characters(List<(Rune Character, long Count)> characters)
    {
        var logTotal = Math.Log(characters.Sum(entry => entry.Count));
        return characters.ConvertAll(entry => (Encoding.UTF8.GetBytes(entry.Character.ToString()), Math.Log(entry.Count) - logTotal));
    }

    private static List<(byte[] Text, double Score)> Words(UnigramWords words, List<(Rune Character, long Count)> characters, SentencePieceTrainerOptions options)
    {
        var covered = characters.Select(entry => entry.Character).ToHashSet();
        var reserved = SentencePieceTraining.Reserved(options);
        var logTotal = Math.Log(words.Counts.Sum());
        // Words are in the order of their bytes, and sorting keeps it among equals.
        return [.. Enumerable.Range(0, words.Count).OrderByDescending(word => words.Counts[word])
            .Where(word => IsCovered(words[word], covered) && !reserved.Contains(SentencePieceTraining.Print(words[word])))
            .Take(options.VocabularySize - options.FixedPieces).Select(word => (words[word].ToArray(), Math.Log(words.Counts[word]) - logTotal))];
    }

    private static bool IsCovered(ReadOnlySpan<byte> word, HashSet<Rune> covered)
    {
        foreach (var character in UnigramWords.Characters(word))
        {
            if (!covered.Contains(character))
                return false;
        }
        return true;
    }
}
