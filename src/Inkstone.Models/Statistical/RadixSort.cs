namespace Inkstone.Models;

/// <summary>Least-significant-digit radix sort of 64-bit keys, of which only the low bits are used.</summary>
internal static class RadixSort
{
    private const int WidestDigit = 11; // 2,048 counters of 4 bytes stay in the first-level cache
    private const int Small = 2_048;

    /// <summary>
    /// Sorts keys in ascending order: ⌈bits / 11⌉ passes, each reading and writing every key once. Few keys are left to
    /// the library's comparison sort, which then costs less than clearing the counters.
    /// </summary>
    /// <param name="keys">The keys, of which bits from <paramref name="bits"/> up are zero.</param>
    /// <param name="scratch">At least as long as <paramref name="keys"/>; overwritten.</param>
    /// <param name="bits">How many low bits may be set, 1 to 64.</param>
    public static void Sort(Span<ulong> keys, Span<ulong> scratch, int bits)
    {
        if (keys.Length < Small)
        {
            keys.Sort();
            return;
        }
        var passes = (bits + WidestDigit - 1) / WidestDigit;
        var width = (bits + passes - 1) / passes;
        Span<int> places = stackalloc int[1 << width];
        var from = keys;
        var to = scratch[..keys.Length];
        for (var pass = 0; pass < passes; pass++)
        {
            var shift = pass * width;
            if (!Scatter(from, to, shift, places))
                continue;
            var swap = from;
            from = to;
            to = swap;
        }
        if (from != keys)
            from.CopyTo(keys);
    }

    /// <summary>One pass, keeping the order of equal digits. False, and nothing written, when all digits are equal.</summary>
    private static bool Scatter(ReadOnlySpan<ulong> from, Span<ulong> to, int shift, Span<int> places)
    {
        var mask = (ulong)(places.Length - 1);
        places.Clear();
        foreach (var key in from)
            places[(int)((key >> shift) & mask)]++;
        if (places[(int)((from[0] >> shift) & mask)] == from.Length)
            return false;
        var place = 0;
        for (var digit = 0; digit < places.Length; digit++)
        {
            var count = places[digit];
            places[digit] = place;
            place += count;
        }
        foreach (var key in from)
            to[places[(int)((key >> shift) & mask)]++] = key;
        return true;
    }
}
