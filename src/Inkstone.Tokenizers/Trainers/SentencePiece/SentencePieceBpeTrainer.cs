using System.Text;

namespace Inkstone.Tokenizers;

/// <summary>
/// Trains a BPE model in SentencePiece's form: within words, each with the space before it, the most frequent pair of neighbouring pieces becomes a piece, of equally
/// frequent ones the shorter, then the one whose text comes first. Its score is minus its rank; behind merged pieces stand the characters that must be covered,
/// the most frequent first. Characters that need not be covered part words.
/// <para>
/// The encoder of such a model joins any two pieces whose text together is a piece, so once a piece is there, each pair that makes it is merged here too. The
/// result depends on texts and options, not on the order of texts (unless words had to be dropped) nor on threads.
/// </para>
/// </summary>
internal static class SentencePieceBpeTrainer
{
    /// <summary>Trains a model.</summary>
    /// <param name="texts">The texts, read once, in order.</param>
    /// <param name="options">The options; null for the defaults.</param>
    /// <param name="progress">Told now and then how far it has come.</param>
    /// <param name="cancellation">Stops the training.</param>
    /// <exception cref="Foundation.Errors.InkstoneRequestException">An option is out of range, or the text supports fewer pieces than asked for.</exception>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public static SentencePieceTrainingResult Train(
        IEnumerable<string> texts, SentencePieceTrainerOptions? options = null, IProgress<BpeTrainingProgress>? progress = null,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(texts);
        options ??= new();
        options.Validate();
        var counter = new PieceCounter(options.MaximumDistinctBytes, options.Threads, new SentencePieceCutter(options).Cut, cancellation);
        counter.Count(texts, progress);
        TrainerChecks.RequireText(counter);
        var characters = SentencePieceTraining.Required(UnigramWords.Of(counter.Parts), options);
        var vocabulary = new SentencePieceBpeVocabulary(characters.ConvertAll(entry => entry.Character), options);
        var wanted = options.VocabularySize - options.FixedPieces + 1;
        MergeLearner.Learn(counter, vocabulary, new(wanted, 1, options.MaximumPieceLength, BpeTies.GreaterPair), progress, cancellation);
        var learnt = new List<(byte[] Text, double Score)>();
        foreach (var piece in vocabulary.Merged)
            learnt.Add((piece, -learnt.Count));
        foreach (var (character, _) in characters)
            learnt.Add((Encoding.UTF8.GetBytes(character.ToString()), -learnt.Count));
        var file = SentencePieceTraining.ToFile(learnt, SentencePieceAlgorithm.BytePair, options);
        return new(file, counter.Bytes, counter.Pieces, counter.Distinct, counter.Dropped);
    }
}

/// <summary>A trained SentencePiece model and what its training saw.</summary>
/// <param name="File">The model.</param>
/// <param name="Bytes">The length of all texts in UTF-8.</param>
/// <param name="Words">How many words there were.</param>
/// <param name="DistinctWords">How many different words were left to learn from.</param>
/// <param name="DroppedWords">How many different words were dropped for the limit of memory; 0 means that all counts are exact.</param>
internal sealed record SentencePieceTrainingResult(SentencePieceFile File, long Bytes, long Words, int DistinctWords, long DroppedWords);
