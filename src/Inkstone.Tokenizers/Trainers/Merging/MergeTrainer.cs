namespace Inkstone.Tokenizers;

/// <summary>
/// Trains a vocabulary by merging (Sennrich et al. 2016, algorithm 1): of all pairs of neighbouring tokens within pieces the most frequent becomes a token, again
/// and again. From bytes it makes byte-level BPE, from characters the BPE of <c>vocab.json</c> and <c>merges.txt</c>, with a continuing prefix WordPiece.
/// <para>
/// Ids: the special tokens, the alphabet (bytes by the characters they print as, characters by code point), marked forms of it (by how
/// many places of distinct pieces they occur at; Hugging Face's order of these is a matter of chance), then what merging makes, in the order of its making. A merge whose text is a
/// token already leads to that token. The result depends on the texts and the options, not on the order of texts (unless pieces had to be dropped), and not on
/// threads. Counts have 64 bits.
/// </para>
/// </summary>
internal static class MergeTrainer
{
    /// <summary>Trains a vocabulary.</summary>
    /// <param name="texts">The texts, read once, in order.</param>
    /// <param name="cutter">Cuts a text into the pieces that merges stay within, and counts them.</param>
    /// <param name="options">The options; null for the defaults.</param>
    /// <param name="progress">Told now and then how far it has come.</param>
    /// <param name="cancellation">Stops the training.</param>
    /// <exception cref="Foundation.Errors.InkstoneRequestException">An option is out of range, there is no text, or the alphabet is larger than the vocabulary asked for.</exception>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public static MergeTrainingResult Train(
        IEnumerable<string> texts, TextCutter cutter, MergeTrainerOptions? options = null, IProgress<BpeTrainingProgress>? progress = null,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(texts);
        options ??= new();
        options.Validate();
        var counter = new PieceCounter(options.MaximumDistinctBytes, options.Threads, cutter, cancellation);
        counter.Count(texts, progress);
        TrainerChecks.RequireText(counter);
        var vocabulary = new MergeVocabulary(counter.Parts, options);
        if (vocabulary.Count > options.VocabularySize)
            throw TrainerChecks.NoRoom(vocabulary.Count, options.VocabularySize, nameof(MergeTrainerOptions.AlphabetLimit));
        MergeLearner.Learn(
            counter, vocabulary, new(options.VocabularySize, options.MinimumFrequency, options.MaximumTokenLength, options.Ties), progress, cancellation);
        return new(vocabulary.Tokens, vocabulary.Merges, counter.Bytes, counter.Pieces, counter.Distinct, counter.Dropped);
    }
}

/// <summary>A trained vocabulary and what its training saw.</summary>
/// <param name="Tokens">The tokens by id, as files print them (bytes as <see cref="ByteLevel"/> does).</param>
/// <param name="Merges">The rules, in order.</param>
/// <param name="Bytes">The length of all texts in UTF-8.</param>
/// <param name="Pieces">How many pieces the texts were cut into.</param>
/// <param name="DistinctPieces">How many different pieces were left to learn from.</param>
/// <param name="DroppedPieces">How many different pieces were dropped for the limit of memory; 0 means that all counts are exact.</param>
internal sealed record MergeTrainingResult(
    IReadOnlyList<string> Tokens, IReadOnlyList<Merge> Merges, long Bytes, long Pieces, int DistinctPieces, long DroppedPieces);
