namespace Inkstone.Tokenizers;

/// <summary>A heap of pairs: the highest count first, and of equal counts the one that the order of pairs puts first.</summary>
/// <param name="isBefore">Whether a pair comes before another one of equal count; null: the lowest pair of ids does (left first, then right).</param>
internal sealed class PairHeap(Func<ulong, ulong, bool>? isBefore = null)
{
    private Entry[] _entries = new Entry[1 << 12];

    /// <summary>A pair and the count it had when it was put in; the count may have fallen since.</summary>
    public readonly record struct Entry(long Count, ulong Pair, int Index);

    /// <summary>How many entries there are.</summary>
    public int Count { get; private set; }

    /// <summary>Entries put in so far: the work done, for tests.</summary>
    public long Pushes { get; private set; }

    /// <summary>Puts an entry in.</summary>
    public void Push(Entry entry)
    {
        if (Count == _entries.Length)
            Array.Resize(ref _entries, 2 * Count);
        Pushes++;
        var i = Count++;
        while (i > 0 && Precedes(entry, _entries[(i - 1) / 4]))
        {
            _entries[i] = _entries[(i - 1) / 4];
            i = (i - 1) / 4;
        }
        _entries[i] = entry;
    }

    /// <summary>Takes the first entry out.</summary>
    public Entry Pop()
    {
        var top = _entries[0];
        var entry = _entries[--Count];
        var i = 0;
        while (4 * i + 1 < Count)
        {
            var best = 4 * i + 1;
            for (var child = best + 1; child < Math.Min(4 * i + 5, Count); child++)
            {
                if (Precedes(_entries[child], _entries[best]))
                    best = child;
            }
            if (!Precedes(_entries[best], entry))
                break;
            _entries[i] = _entries[best];
            i = best;
        }
        _entries[i] = entry;
        return top;
    }

    private bool Precedes(in Entry entry, in Entry other)
    {
        if (entry.Count != other.Count)
            return entry.Count > other.Count;
        return isBefore is null ? entry.Pair < other.Pair : isBefore(entry.Pair, other.Pair);
    }
}
