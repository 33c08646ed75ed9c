using System.Globalization;
using Inkstone.Foundation.Errors;

namespace Inkstone.Tokenizers;

/// <summary>
/// Trains a byte-level BPE tokenizer (Sennrich et al. 2016, algorithm 1, on bytes): texts are cut into pieces, the pieces counted,
/// and the most frequent pair of neighbouring tokens becomes a token, again and again.
/// <para>
/// Ids: the special tokens, then the 256 bytes in the order of <see cref="ByteLevel.Alphabet"/>, then merged tokens in the order of
/// their making. Ties are settled as <see cref="BpeTrainerOptions.Ties"/> says. A merge whose bytes are already a token leads to that token; a pair that has its rule already and comes
/// about again is merged again at once, as the encoder will do. The result depends on the texts and the options, not on the order
/// of texts (unless pieces had to be dropped), and not on threads.
/// </para>
/// <para>
/// Cost: linear in the text for counting; after that, for N bytes of distinct pieces, every place is visited once for each token
/// that comes to begin there or next to it, in all O(N log N) with the heap of pairs, whose entries are corrected when they are
/// taken out rather than when counts fall.
/// </para>
/// </summary>
public static class BpeTrainer
{
    /// <summary>Trains a tokenizer.</summary>
    /// <param name="texts">The texts, read once, in order.</param>
    /// <param name="options">The options; null for the defaults.</param>
    /// <param name="progress">Told now and then how far it has come.</param>
    /// <param name="cancellation">Stops the training.</param>
    /// <exception cref="InkstoneRequestException">
    /// An option is out of range; there is no text; or the text supports fewer tokens than asked for and
    /// <see cref="BpeTrainerOptions.AllowSmaller"/> is off.
    /// </exception>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public static Tokenizer Train(
        IEnumerable<string> texts, BpeTrainerOptions? options = null, IProgress<BpeTrainingProgress>? progress = null,
        CancellationToken cancellation = default) => TrainWithResult(texts, options, progress, cancellation).Tokenizer;

    /// <summary>Trains a tokenizer and says what was seen on the way.</summary>
    /// <inheritdoc cref="Train"/>
    public static BpeTrainingResult TrainWithResult(
        IEnumerable<string> texts, BpeTrainerOptions? options = null, IProgress<BpeTrainingProgress>? progress = null,
        CancellationToken cancellation = default) => TrainCut(texts, options ?? new(), null, progress, cancellation);

    /// <summary>Trains on texts that are cut by other means than the options' scanner; null for that.</summary>
    internal static BpeTrainingResult TrainCut(
        IEnumerable<string> texts, BpeTrainerOptions options, TextCutter? cutter, IProgress<BpeTrainingProgress>? progress, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(texts);
        options.Validate();
        var counter = new PieceCounter(options.MaximumDistinctBytes, options.Threads, cutter ?? PieceCounter.CutBy(PreTokenizer.Of(options.PreTokenizer)), cancellation);
        counter.Count(texts, progress);
        if (counter.Pieces == 0)
            throw new InkstoneRequestException("there is no text to train a tokenizer on", nameof(texts), fix: "Check the path and the file types read.");

        var vocabulary = new MergeVocabulary(counter.Parts, options.ToMerging());
        MergeLearner.Learn(counter, vocabulary, new(options.VocabularySize, options.MinimumFrequency, options.MaximumTokenLength, options.Ties), progress, cancellation);
        if (vocabulary.Count < options.VocabularySize && !options.AllowSmaller)
            throw TooSmall(vocabulary.Count, options, counter);
        return new(ToTokenizer(vocabulary, options), options.VocabularySize, counter.Bytes, counter.Pieces, counter.Distinct, counter.Dropped);
    }

    private static Tokenizer ToTokenizer(MergeVocabulary vocabulary, BpeTrainerOptions options)
    {
        var specials = options.SpecialTokens.Count;
        var (starts, lengths) = (new int[vocabulary.Count], new int[vocabulary.Count]);
        for (int id = specials, start = 0; id < vocabulary.Count; start += lengths[id], id++)
            (starts[id], lengths[id]) = (start, vocabulary.Bytes(id).Length);
        byte[] bytes = [.. Enumerable.Range(specials, vocabulary.Count - specials).SelectMany(vocabulary.Bytes)];
        var model = new BytePairModel(new PieceTable(bytes, starts, lengths), new MergeTable([.. vocabulary.Merges]));
        var added = options.SpecialTokens.Select((content, id) => new AddedToken(id, content));
        return new Tokenizer(model, PreTokenizer.Of(options.PreTokenizer), added, options.Roles ?? SpecialRoles.FromNames([.. options.SpecialTokens]));
    }

    private static InkstoneRequestException TooSmall(int count, BpeTrainerOptions options, PieceCounter counter) => new(
        "the vocabulary asked for is larger than the text supports", nameof(BpeTrainerOptions.VocabularySize),
        string.Create(CultureInfo.InvariantCulture,
            $"at most {count} ({counter.Bytes} bytes of text, {counter.Distinct} different pieces, pairs that occur at least {options.MinimumFrequency} times)"),
        options.VocabularySize.ToString(CultureInfo.InvariantCulture),
        $"Ask for fewer tokens, give more text, or set {nameof(BpeTrainerOptions.AllowSmaller)}.");
}
