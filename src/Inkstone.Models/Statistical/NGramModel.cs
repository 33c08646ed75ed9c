using Inkstone.Foundation.Errors;

namespace Inkstone.Models;

/// <summary>
/// An n-gram language model with interpolated modified Kneser-Ney smoothing (Chen and Goodman 1998, section 3.2), over tokens or
/// over bytes. With h the n − 1 tokens before w, and h′ the same without its first,
/// <code>
/// P(w | h) = max(c(hw) − D(c(hw)), 0) / c(h) + γ(h) P(w | h′),   γ(h) = (D₁ N₁(h) + D₂ N₂(h) + D₃₊ N₃₊(h)) / c(h)
/// </code>
/// down to the empty context, whose lower order is the uniform distribution over the vocabulary; so every token has some
/// probability in every context, and they sum to 1. At the highest order c counts occurrences, below it the different
/// tokens an n-gram was seen after. Near a document's start, where fewer than n − 1 tokens stand before, the order is
/// as much lower. A context never seen hands on to the shorter one.
/// </summary>
/// <remarks>
/// The tables take 12 bytes a distinct n-gram and 40 to 48 bytes a distinct context, summed over the orders
/// (<see cref="TableBytes"/>). A model never changes, and any number of threads may ask it at once.
/// </remarks>
public sealed class NGramModel : ILanguageModel
{
    private readonly NGramTable[] _tables; // [length], 1 … Order
    private readonly int _tokenBits;

    internal NGramModel(NGramOptions options, NGramTable[] tables, long targetTokenCount, long tableBytes, long trainingPeakBytes)
    {
        _tables = tables;
        _tokenBits = options.TokenBits;
        Order = options.Order;
        VocabularySize = options.VocabularySize;
        TrainingTokenCount = targetTokenCount;
        TableBytes = tableBytes;
        TrainingPeakBytes = trainingPeakBytes;
    }

    /// <summary>The n of n-gram.</summary>
    public int Order { get; }

    /// <inheritdoc/>
    public int VocabularySize { get; }

    /// <summary>n − 1.</summary>
    public int ContextLength => Order - 1;

    /// <summary>Tokens the model was trained to predict.</summary>
    public long TrainingTokenCount { get; }

    /// <summary>Bytes of the tables.</summary>
    public long TableBytes { get; }

    /// <summary>The most bytes that the arrays of training held at one time, the tables included.</summary>
    public long TrainingPeakBytes { get; }

    /// <summary>Trains on documents in ragged flat form.</summary>
    /// <param name="tokens">The documents back to back, each BOS, text, EOS.</param>
    /// <param name="documentStarts">The index of each document's first token, as in <see cref="ILanguageModel.LogProbabilities"/>.</param>
    /// <param name="options">Order, vocabulary and memory limit.</param>
    /// <exception cref="InkstoneShapeException">The starts do not ascend from 0.</exception>
    /// <exception cref="InkstoneRequestException">An option or a token id is out of range, or there is nothing to predict.</exception>
    /// <exception cref="InkstoneResourceException">More memory would be needed than allowed.</exception>
    public static NGramModel Train(ReadOnlySpan<int> tokens, ReadOnlySpan<int> documentStarts, NGramOptions options)
    {
        DocumentBatch.CheckStarts(tokens.Length, documentStarts, nameof(Train));
        var trainer = new NGramTrainer(options);
        for (var i = 0; i < documentStarts.Length; i++)
            trainer.Add(tokens[documentStarts[i]..(i + 1 < documentStarts.Length ? documentStarts[i + 1] : tokens.Length)]);
        return trainer.Build();
    }

    /// <summary>Trains on a stream of documents, each read once and not kept.</summary>
    /// <param name="documents">Each BOS, text, EOS.</param>
    /// <param name="options">Order, vocabulary and memory limit.</param>
    /// <exception cref="InkstoneRequestException">An option or a token id is out of range, or there is nothing to predict.</exception>
    /// <exception cref="InkstoneResourceException">More memory would be needed than allowed.</exception>
    public static NGramModel Train(IEnumerable<ReadOnlyMemory<int>> documents, NGramOptions options)
    {
        var trainer = new NGramTrainer(options);
        foreach (var document in documents)
            trainer.Add(document.Span);
        return trainer.Build();
    }

    /// <summary>How many different n-grams of a length were seen.</summary>
    /// <param name="length">1 to <see cref="Order"/>.</param>
    public int NGramCount(int length) => _tables[CheckLength(length)].Count;

    /// <summary>The discounts of the n-grams of a length.</summary>
    /// <param name="length">1 to <see cref="Order"/>.</param>
    public KneserNeyDiscounts Discounts(int length) => _tables[CheckLength(length)].Discounts;

    /// <inheritdoc/>
    public void LogProbabilities(ReadOnlySpan<int> tokens, ReadOnlySpan<int> documentStarts, Span<float> logProbabilities)
    {
        DocumentBatch.CheckStarts(tokens.Length, documentStarts, nameof(LogProbabilities));
        DocumentBatch.CheckOutput(tokens.Length, logProbabilities.Length, nameof(LogProbabilities));
        DocumentBatch.CheckIds(tokens, VocabularySize, nameof(LogProbabilities));
        for (int i = 0, document = 0, start = 0; i < tokens.Length; i++)
        {
            if (document < documentStarts.Length && i == documentStarts[document])
            {
                start = i;
                document++;
                logProbabilities[i] = 0;
                continue;
            }
            logProbabilities[i] = (float)Math.Log(ProbabilityOf(tokens[start..i], tokens[i]));
        }
    }

    /// <summary>P(token | history), in double precision.</summary>
    /// <param name="history">The document from its BOS, or at least its last <see cref="ContextLength"/> tokens; a shorter one is taken for a document's beginning.</param>
    /// <param name="token">The token that may follow.</param>
    /// <exception cref="InkstoneRequestException">A token id is not in the vocabulary.</exception>
    public double Probability(ReadOnlySpan<int> history, int token)
    {
        DocumentBatch.CheckIds(history, VocabularySize, nameof(Probability));
        DocumentBatch.CheckIds([token], VocabularySize, nameof(Probability));
        return ProbabilityOf(history, token);
    }

    /// <summary>P(· | history) of the whole vocabulary, in double precision; sums to 1.</summary>
    /// <param name="history">As for <see cref="Probability"/>.</param>
    /// <param name="probabilities">Receives one entry a token id.</param>
    /// <exception cref="InkstoneRequestException">A token id is not in the vocabulary.</exception>
    /// <exception cref="InkstoneShapeException">The output is not as long as the vocabulary.</exception>
    public void Distribution(ReadOnlySpan<int> history, Span<double> probabilities)
    {
        DocumentBatch.CheckIds(history, VocabularySize, nameof(Distribution));
        DocumentBatch.CheckOutput(VocabularySize, probabilities.Length, nameof(Distribution));
        probabilities.Fill(1.0 / VocabularySize);
        var context = Pack(history, out var known);
        for (var length = 1; length <= known + 1; length++)
            if (!_tables[length].Interpolate(context & MaskOf(length - 1, _tokenBits), probabilities))
                break;
    }

    private double ProbabilityOf(ReadOnlySpan<int> history, int token)
    {
        var probability = 1.0 / VocabularySize;
        var context = Pack(history, out var known);
        for (var length = 1; length <= known + 1; length++)
            if (!_tables[length].Interpolate(context & MaskOf(length - 1, _tokenBits), token, ref probability))
                break; // every n-gram's suffix was entered one order below, so no longer context can have been seen either
        return probability;
    }

    /// <summary>The last n − 1 tokens as a key, and how many there were.</summary>
    private ulong Pack(ReadOnlySpan<int> history, out int known)
    {
        known = Math.Min(history.Length, ContextLength);
        var key = 0UL;
        foreach (var token in history[^known..])
            key = (key << _tokenBits) | (uint)token;
        return key;
    }

    /// <summary>The low bits that hold the last <paramref name="tokens"/> tokens of a key.</summary>
    internal static ulong MaskOf(int tokens, int tokenBits) =>
        tokens * tokenBits >= 64 ? ulong.MaxValue : (1UL << (tokens * tokenBits)) - 1;

    private int CheckLength(int length)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(length, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, Order);
        return length;
    }
}
