namespace Inkstone.Tokenizers;

/// <summary>
/// Suffixes of a row of symbols in the order of their first symbols, up to a depth: radix by the first symbol, then quicksort symbol by symbol
/// (Bentley and Sedgewick 1997). Symbol 0 ends a word, and nothing behind it is compared. What is equal to the depth keeps the order of places.
/// </summary>
internal static class SuffixOrder
{
    /// <summary>The places of all symbols but 0, in order.</summary>
    /// <param name="symbols">The symbols, from 0 to <paramref name="symbolCount"/> − 1; the last is 0.</param>
    /// <param name="symbolCount">How many symbols there are.</param>
    /// <param name="depth">How many symbols are compared.</param>
    /// <param name="parallel">On how many threads.</param>
    public static int[] Sort(int[] symbols, int symbolCount, int depth, ParallelOptions parallel)
    {
        var begins = new int[symbolCount + 1];
        foreach (var symbol in symbols)
        {
            if (symbol != 0)
                begins[symbol + 1 < symbolCount ? symbol + 1 : symbolCount]++;
        }
        for (var symbol = 1; symbol <= symbolCount; symbol++)
            begins[symbol] += begins[symbol - 1];
        var order = new int[begins[symbolCount]];
        var next = begins.AsSpan(0, symbolCount).ToArray();
        for (var place = 0; place < symbols.Length; place++)
        {
            if (symbols[place] != 0)
                order[next[symbols[place]]++] = place;
        }
        Parallel.For(1, symbolCount, parallel, symbol => Sort(symbols, order.AsSpan(begins[symbol], begins[symbol + 1] - begins[symbol]), 1, depth));
        return order;
    }

    private static void Sort(int[] symbols, Span<int> places, int at, int depth)
    {
        while (places.Length > 1 && at < depth)
        {
            if (places.Length < 12)
            {
                Insert(symbols, places, at, depth);
                return;
            }
            var pivot = Median(symbols[places[0] + at], symbols[places[places.Length / 2] + at], symbols[places[^1] + at]);
            int low = 0, i = 0, high = places.Length;
            while (i < high)
            {
                var symbol = symbols[places[i] + at];
                if (symbol < pivot)
                {
                    (places[low], places[i]) = (places[i], places[low]);
                    low++;
                    i++;
                }
                else if (symbol > pivot)
                {
                    high--;
                    (places[high], places[i]) = (places[i], places[high]);
                }
                else
                    i++;
            }
            Sort(symbols, places[..low], at, depth);
            Sort(symbols, places[high..], at, depth);
            if (pivot == 0)
            {
                places[low..high].Sort();
                return;
            }
            places = places[low..high];
            at++;
        }
        if (at >= depth)
            places.Sort();
    }

    private static void Insert(int[] symbols, Span<int> places, int at, int depth)
    {
        for (var i = 1; i < places.Length; i++)
        {
            var place = places[i];
            var j = i;
            for (; j > 0 && Compare(symbols, place, places[j - 1], at, depth) < 0; j--)
                places[j] = places[j - 1];
            places[j] = place;
        }
    }

    private static int Compare(int[] symbols, int x, int y, int at, int depth)
    {
        for (; at < depth; at++)
        {
            var (a, b) = (symbols[x + at], symbols[y + at]);
            if (a != b)
                return a.CompareTo(b);
            if (a == 0)
                break;
        }
        return x.CompareTo(y);
    }

    private static int Median(int a, int b, int c) => Math.Max(Math.Min(a, b), Math.Min(Math.Max(a, b), c));
}
