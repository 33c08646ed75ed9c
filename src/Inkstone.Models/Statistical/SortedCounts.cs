namespace Inkstone.Models;

/// <summary>
/// Counts how often each 64-bit key was added. Keys wait in a buffer of bounded size; a full buffer is sorted and merged into
/// the sorted list of distinct keys. So memory is the buffer and its scratch (8 bytes a key each) and the distinct keys
/// (16 bytes each, twice that while merging), however many keys are added.
/// </summary>
/// <param name="keyBits">How many low bits of a key may be set.</param>
/// <param name="bufferKeys">How many keys may wait.</param>
/// <param name="memory">Told of every array.</param>
internal sealed class SortedCounts(int keyBits, int bufferKeys, MemoryMeter memory)
{
    private const int FirstBufferKeys = 1_024;

    private ulong[] _pending = [];
    private ulong[] _scratch = [];
    private int _pendingCount;

    /// <summary>The distinct keys merged so far, ascending. All of them after <see cref="Complete"/>.</summary>
    public ulong[] Keys { get; private set; } = [];

    /// <summary>How often each of <see cref="Keys"/> was added.</summary>
    public long[] Counts { get; private set; } = [];

    /// <summary>Counts a key once.</summary>
    public void Add(ulong key)
    {
        if (_pendingCount == _pending.Length)
            MakeRoom();
        _pending[_pendingCount++] = key;
    }

    /// <summary>Merges what waits and lets the buffers go.</summary>
    public void Complete()
    {
        Merge();
        memory.Give(8L * (_pending.Length + _scratch.Length));
        _pending = _scratch = [];
    }

    private void MakeRoom()
    {
        if (_pending.Length >= bufferKeys)
        {
            Merge();
            return;
        }
        var larger = Math.Min(bufferKeys, Math.Max(FirstBufferKeys, 2L * _pending.Length));
        memory.Take(8 * larger);
        memory.Give(8L * _pending.Length);
        Array.Resize(ref _pending, (int)larger);
    }

    private void Merge()
    {
        if (_pendingCount == 0)
            return;
        if (_scratch.Length < _pendingCount)
        {
            memory.Take(8L * (_pending.Length - _scratch.Length));
            _scratch = new ulong[_pending.Length];
        }
        var added = _pending.AsSpan(0, _pendingCount);
        RadixSort.Sort(added, _scratch, keyBits);

        var distinct = MergeInto([], [], added); // counted first, so that the new arrays have exactly the size they need
        memory.Take(16 * distinct);
        var keys = new ulong[distinct];
        var counts = new long[distinct];
        MergeInto(keys, counts, added);

        memory.Give(16L * Keys.Length);
        Keys = keys;
        Counts = counts;
        _pendingCount = 0;
    }

    /// <summary>Merges the counted keys with sorted new ones; with empty destinations it only says how many distinct keys there are.</summary>
    private long MergeInto(Span<ulong> keys, Span<long> counts, ReadOnlySpan<ulong> added)
    {
        var (distinct, old, next) = (0L, 0, 0);
        while (old < Keys.Length || next < added.Length)
        {
            var isOld = next == added.Length || (old < Keys.Length && Keys[old] <= added[next]);
            var key = isOld ? Keys[old] : added[next];
            var count = isOld ? Counts[old++] : 0;
            for (; next < added.Length && added[next] == key; next++)
                count++;
            if (!keys.IsEmpty)
            {
                keys[(int)distinct] = key;
                counts[(int)distinct] = count;
            }
            distinct++;
        }
        return distinct;
    }
}
