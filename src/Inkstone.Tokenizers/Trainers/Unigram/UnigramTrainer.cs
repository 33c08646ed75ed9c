using System.Text;

namespace Inkstone.Tokenizers;

/// <summary>
/// Trains a unigram model (Kudo 2018) as SentencePiece's trainer does: words are counted, strings that recur are the seeds, expectation
/// and maximisation make them probable, the least useful go, in turns, until the vocabulary is as large as asked for.
/// <para>
/// Ids: the unknown piece, the special tokens, the user-defined pieces, the 256 bytes where there is byte fallback, then the learnt pieces,
/// the most probable first. The result depends on texts and options, not on the order of texts (unless words had to be dropped) nor on
/// threads.
/// </para>
/// </summary>
internal static class UnigramTrainer
{
    /// <summary>Trains a model.</summary>
    /// <param name="texts">The texts, read once, in order.</param>
    /// <param name="options">The options; null for the defaults.</param>
    /// <param name="progress">Told now and then how far it has come.</param>
    /// <param name="cancellation">Stops the training.</param>
    /// <exception cref="Foundation.Errors.InkstoneRequestException">An option is out of range, or the text supports fewer pieces than asked for.</exception>
    public static UnigramTrainingResult Train(
        IEnumerable<string> texts, UnigramTrainerOptions? options = null, IProgress<BpeTrainingProgress>? progress = null,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(texts);
        options ??= new();
        options.Validate();
        var counter = new PieceCounter(options.MaximumDistinctBytes, options.Threads, new SentencePieceCutter(options).Cut, cancellation);
        counter.Count(texts, progress);
        TrainerChecks.RequireText(counter);
        var words = UnigramWords.Of(counter.Parts);
        var characters = SentencePieceTraining.Required(words, options);
        var wanted = options.VocabularySize - options.FixedPieces;
        var seeds = new UnigramSeeds(words, characters, options);
        var (pieces, scores) = seeds.Find(counter.Work);
        var learner = new UnigramLearner(words, pieces, scores, options, counter.Work);
        // A tenth more than wanted, of which the most probable stay.
        learner.Learn((int)(1.1 * wanted), count => progress?.Report(new(BpeTrainingStage.Merging, count, options.VocabularySize)));
        var learnt = Finish(learner, characters, options);
        return new(SentencePieceTraining.ToFile(learnt, SentencePieceAlgorithm.Unigram, options), counter.Bytes, counter.Pieces, words.Count, counter.Dropped, seeds.Share, learner.MeanLogLikelihood);
    }

    /// <summary>All required characters, and the most probable pieces; best first.</summary>
    private static List<(byte[] Text, double Score)> Finish(UnigramLearner learner, List<(Rune Character, long Count)> characters, UnigramTrainerOptions options)
    {
        var wanted = options.VocabularySize - options.FixedPieces;
        var required = characters.Select(entry => Encoding.UTF8.GetBytes(entry.Character.ToString())).ToList();
        var learnt = new List<(byte[] Text, double Score)>();
        var isTaken = new bool[learner.Pieces.Count];
        var trie = ByteTrie.Build(learner.Pieces, [.. Enumerable.Range(0, learner.Pieces.Count)]);
        var least = learner.Scores.Min();
        var below = 0;
        foreach (var character in required)
        {
            var id = trie.Find(character);
            if (id >= 0)
                isTaken[id] = true;
            // Those that went are a little less probable than any other, no two alike.
            learnt.Add((character, id >= 0 ? learner.Scores[id] : least - 0.0001 * ++below));
        }
        var reserved = SentencePieceTraining.Reserved(options);
        var others = Enumerable.Range(0, isTaken.Length).Where(id => !isTaken[id] && !reserved.Contains(SentencePieceTraining.Print(learner.Pieces[id]))).OrderByDescending(id => learner.Scores[id]).ThenBy(id => id);
        learnt.AddRange(others.Take(Math.Max(0, wanted - learnt.Count)).Select(id => (learner.Pieces[id].ToArray(), learner.Scores[id])));
        // Equally probable ones stay as they were: characters by frequency, then pieces by their bytes.
        return [.. learnt.OrderByDescending(entry => entry.Score).Take(Math.Max(wanted, required.Count))];
    }
}

/// <summary>A trained unigram model and what its training saw.</summary>
/// <param name="File">The model.</param>
/// <param name="Bytes">The length of all texts in UTF-8.</param>
/// <param name="Words">How many words there were.</param>
/// <param name="DistinctWords">How many different words were left to learn from.</param>
/// <param name="DroppedWords">How many different words were dropped for the limit of memory; 0 means that all counts are exact.</param>
/// <param name="SeedShare">The share of the words, by characters, that seed pieces were looked for in.</param>
/// <param name="MeanLogLikelihood">The mean natural logarithm of a word's probability in the last round of learning.</param>
internal sealed record UnigramTrainingResult(
    SentencePieceFile File, long Bytes, long Words, int DistinctWords, long DroppedWords, double SeedShare, double MeanLogLikelihood);
