using System.Numerics;
using System.Runtime.CompilerServices;

namespace Inkstone.Models;

/// <summary>
/// One order of an n-gram model: for each context h (the n − 1 tokens before) the tokens seen after it and their counts, as
/// compressed rows. Contexts are found by an open-addressing index, a token in its row by binary search.
/// </summary>
internal sealed class NGramTable
{
    private readonly Context[] _contexts;
    private readonly int[] _tokens;  // row after row, ascending in each
    private readonly long[] _counts; // of each token of _tokens
    private readonly int[] _index;   // hash → context + 1, 0 for none; a power of two, at least half empty
    private readonly int _indexShift;

    /// <summary>Takes the sorted n-grams of one order; of their arrays, <paramref name="counts"/> is kept.</summary>
    /// <param name="keys">The n-grams, first token highest, ascending: those of one context stand together.</param>
    /// <param name="counts">Their (adjusted) counts.</param>
    /// <param name="tokenBits">Bits of one token in a key.</param>
    /// <param name="memory">Told of every array made here.</param>
    public NGramTable(ReadOnlySpan<ulong> keys, long[] counts, int tokenBits, MemoryMeter memory)
    {
        Discounts = DiscountsOf(counts);
        _counts = counts;
        var contexts = CountContexts(keys, tokenBits);
        var indexSize = (int)BitOperations.RoundUpToPowerOf2((uint)Math.Max(1, contexts) * 2);
        memory.Take(4L * keys.Length + (long)Unsafe.SizeOf<Context>() * contexts + 4L * indexSize);
        _tokens = new int[keys.Length];
        _contexts = new Context[contexts];
        _index = new int[indexSize];
        _indexShift = 64 - BitOperations.Log2((uint)indexSize);

        var tokenMask = (1UL << tokenBits) - 1;
        for (int first = 0, end, context = 0; first < keys.Length; first = end, context++)
        {
            var key = keys[first] >> tokenBits;
            for (end = first; end < keys.Length && keys[end] >> tokenBits == key; end++)
                _tokens[end] = (int)(keys[end] & tokenMask);
            _contexts[context] = Describe(key, first, counts.AsSpan(first, end - first));
            Enter(key, context);
        }
    }

    /// <summary>D₁, D₂ and D₃₊ of this order.</summary>
    public KneserNeyDiscounts Discounts { get; }

    /// <summary>Distinct n-grams.</summary>
    public int Count => _tokens.Length;

    /// <summary>
    /// One step of interpolation, P(w | h) = max(c(hw) − D, 0) / c(h) + γ(h) P(w | h without its first token).
    /// False, and nothing changed, when the context was never seen.
    /// </summary>
    /// <param name="contextKey">h.</param>
    /// <param name="token">w.</param>
    /// <param name="probability">The lower order's probability; becomes this order's.</param>
    public bool Interpolate(ulong contextKey, int token, ref double probability)
    {
        if (!TryFind(contextKey, out var context))
            return false;
        var place = _tokens.AsSpan(context.First, context.Length).BinarySearch(token);
        probability *= context.BackOff;
        if (place >= 0)
            probability += Discounted(context, place);
        return true;
    }

    /// <summary>The same step for the probabilities of the whole vocabulary.</summary>
    public bool Interpolate(ulong contextKey, Span<double> probabilities)
    {
        if (!TryFind(contextKey, out var context))
            return false;
        for (var token = 0; token < probabilities.Length; token++)
            probabilities[token] *= context.BackOff;
        for (var place = 0; place < context.Length; place++)
            probabilities[_tokens[context.First + place]] += Discounted(context, place);
        return true;
    }

    private double Discounted(in Context context, int place)
    {
        var count = _counts[context.First + place];
        return (count - Discounts.Of(count)) / context.Total;
    }

    /// <summary>c(h) = Σ c(hw) and γ(h) = (D₁ N₁(h) + D₂ N₂(h) + D₃₊ N₃₊(h)) / c(h), N the number of w with that count.</summary>
    private Context Describe(ulong key, int first, ReadOnlySpan<long> counts)
    {
        var total = 0L;
        var discounted = 0.0;
        foreach (var count in counts)
        {
            total = checked(total + count);
            discounted += Discounts.Of(count);
        }
        return new(key, total, discounted / total, first, counts.Length);
    }

    private void Enter(ulong key, int context)
    {
        var slot = Slot(key);
        while (_index[slot] != 0)
            slot = (slot + 1) & (_index.Length - 1);
        _index[slot] = context + 1;
    }

    private bool TryFind(ulong key, out Context context)
    {
        for (var slot = Slot(key); _index[slot] != 0; slot = (slot + 1) & (_index.Length - 1))
        {
            context = _contexts[_index[slot] - 1];
            if (context.Key == key)
                return true;
        }
        context = default;
        return false;
    }

    private int Slot(ulong key) => (int)((key * 0x9E3779B97F4A7C15UL) >> _indexShift); // Fibonacci hashing

    private static int CountContexts(ReadOnlySpan<ulong> keys, int tokenBits)
    {
        var contexts = 0;
        for (var i = 0; i < keys.Length; i++)
            if (i == 0 || keys[i] >> tokenBits != keys[i - 1] >> tokenBits)
                contexts++;
        return contexts;
    }

    private static KneserNeyDiscounts DiscountsOf(ReadOnlySpan<long> counts)
    {
        Span<long> countsOfCounts = stackalloc long[5];
        foreach (var count in counts)
            if (count <= 4)
                countsOfCounts[(int)count]++;
        return KneserNeyDiscounts.FromCountsOfCounts(countsOfCounts[1], countsOfCounts[2], countsOfCounts[3], countsOfCounts[4]);
    }

    /// <summary>A context, the sum of its counts, the weight of the lower order, and where its row is.</summary>
    private readonly record struct Context(ulong Key, long Total, double BackOff, int First, int Length);
}
