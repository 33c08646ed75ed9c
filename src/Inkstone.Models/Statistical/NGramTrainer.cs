using Inkstone.Foundation.Errors;

namespace Inkstone.Models;

/// <summary>
/// Counts the n-grams of a stream of documents and makes an <see cref="NGramModel"/> of them. Documents are given one at a
/// time and not kept, so text need not fit in memory; only distinct n-grams must.
/// </summary>
/// <remarks>
/// Counting keeps, of each occurrence, one 64-bit key (the tokens of the n-gram, first token highest) in a buffer that is
/// sorted and merged when full. Training therefore holds at most 64 MiB of buffers, 16 bytes for each document and order where
/// documents begin, 32 bytes a distinct n-gram while it merges, and the finished tables. Of 23 MB of English technical prose
/// that is 73 MiB for bytes at order 5 (tables 11 MiB) and 79 MiB for 4,096 tokens at order 3 (tables 15 MiB).
/// <see cref="NGramOptions.MaximumBytes"/> bounds the whole, <see cref="NGramModel.TrainingPeakBytes"/> tells it.
/// </remarks>
public sealed class NGramTrainer
{
    private const int DefaultBufferKeys = 1 << 22;

    private readonly NGramOptions _options;
    private readonly MemoryMeter _memory;
    private readonly SortedCounts?[] _counts; // [length]: n-grams of the model's order; of shorter ones, those that begin a document
    private readonly ulong _keyMask;

    /// <summary>A trainer that has seen nothing.</summary>
    /// <exception cref="InkstoneRequestException">An option is out of range.</exception>
    public NGramTrainer(NGramOptions options)
        : this(options, DefaultBufferKeys)
    {
    }

    internal NGramTrainer(NGramOptions options, int bufferKeys)
    {
        options.Validate();
        _options = options;
        _memory = new(options.MaximumBytes);
        _counts = new SortedCounts[options.Order + 1];
        for (var length = 1; length <= options.Order; length++)
            _counts[length] = new(length * options.TokenBits, bufferKeys, _memory);
        _keyMask = NGramModel.MaskOf(options.Order, options.TokenBits);
    }

    /// <summary>Tokens counted as predicted: all but the first of each document.</summary>
    public long TargetTokenCount { get; private set; }

    /// <summary>Counts a document: BOS, text, EOS. One of fewer than two tokens predicts nothing and counts for nothing.</summary>
    /// <exception cref="InkstoneRequestException">A token id is not in the vocabulary.</exception>
    /// <exception cref="InkstoneResourceException">The n-grams need more than <see cref="NGramOptions.MaximumBytes"/>.</exception>
    /// <exception cref="InvalidOperationException">The model has been built.</exception>
    public void Add(ReadOnlySpan<int> document)
    {
        DocumentBatch.CheckIds(document, _options.VocabularySize, nameof(NGramTrainer));
        if (_counts[_options.Order] is null)
            throw new InvalidOperationException("The model has been built; a trainer counts for one model only.");
        var key = 0UL;
        for (var i = 0; i < document.Length; i++)
        {
            key = ((key << _options.TokenBits) | (uint)document[i]) & _keyMask;
            if (i > 0) // BOS is context, never an event
                _counts[Math.Min(i + 1, _options.Order)]!.Add(key);
        }
        TargetTokenCount += Math.Max(0, document.Length - 1);
    }

    /// <summary>
    /// Makes the model. The highest order keeps how often each n-gram occurred. A shorter one is counted as the number of
    /// different tokens it was seen after (Kneser and Ney 1995), plus its occurrences where it begins a document, since there
    /// nothing stands before it and only occurrences can be counted.
    /// </summary>
    /// <exception cref="InkstoneRequestException">No document had a token to predict.</exception>
    /// <exception cref="InkstoneResourceException">The tables need more than <see cref="NGramOptions.MaximumBytes"/>.</exception>
    /// <exception cref="InvalidOperationException">The model has been built before.</exception>
    public NGramModel Build()
    {
        if (TargetTokenCount == 0)
            throw new InkstoneRequestException("there is no text to count n-grams in", nameof(NGramTrainer),
                "documents of at least two tokens (BOS and EOS)", "none", "Give some training text.");
        var tables = new NGramTable[_options.Order + 1];
        for (var length = _options.Order; length >= 1; length--)
        {
            var counts = _counts[length] ?? throw new InvalidOperationException("The model has been built; a trainer counts for one model only.");
            counts.Complete();
            if (length > 1)
            {
                var shorter = NGramModel.MaskOf(length - 1, _options.TokenBits);
                foreach (var key in counts.Keys)
                    _counts[length - 1]!.Add(key & shorter); // one for each different token before
            }
            tables[length] = new(counts.Keys, counts.Counts, _options.TokenBits, _memory);
            _memory.Give(8L * counts.Keys.Length); // the keys are let go, the counts live on in the table
            _counts[length] = null;
        }
        return new(_options, tables, TargetTokenCount, _memory.Bytes, _memory.PeakBytes);
    }
}
