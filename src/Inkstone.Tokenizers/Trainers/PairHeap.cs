namespace Inkstone.Tokenizers;

/// <summary>A heap of pairs: the highest count first, and of equal counts the lowest pair of ids (left first, then right).</summary>
internal sealed class PairHeap
{
    private Entry[] _entries = new Entry[1 << 12];

    /// <summary>A pair and the count it had when it was put in; the count may have fallen since.</summary>
    public readonly record struct Entry(long Count, ulong Pair, int Index)
    {
        /// <summary>Whether this comes out before another.</summary>
        public bool Precedes(in Entry other) => Count != other.Count ? Count > other.Count : Pair < other.Pair;
    }

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
        while (i > 0 && entry.Precedes(_entries[(i - 1) / 4]))
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
                if (_entries[child].Precedes(_entries[best]))
                    best = child;
            }
            if (!_entries[best].Precedes(entry))
                break;
            _entries[i] = _entries[best];
            i = best;
        }
        _entries[i] = entry;
        return top;
    }
}
