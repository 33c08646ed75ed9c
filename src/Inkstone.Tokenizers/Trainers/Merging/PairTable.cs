namespace Inkstone.Tokenizers;

/// <summary>
/// All pairs met in training, each with its count and the list of places where it occurs. A pair keeps its index for ever.
/// </summary>
internal sealed class PairTable
{
    /// <summary>The result of a pair that must not be merged.</summary>
    public const int Refused = -2;

    private int[] _slots = new int[1 << 16]; // index of the pair plus one
    private Entry[] _entries = new Entry[1 << 15];

    /// <summary>One pair.</summary>
    public struct Entry
    {
        /// <summary>Left id and right id, as <see cref="MergeTable.Pack"/> packs them: pairs sort by it.</summary>
        public ulong Pair;

        /// <summary>How often it occurs, weighted by the counts of the pieces it occurs in.</summary>
        public long Count;

        /// <summary>The first and the last place of the list, or −1.</summary>
        public int First, Last;

        /// <summary>The token it has been merged into; −1 where it has not been, or <see cref="Refused"/>.</summary>
        public int Result;

        /// <summary>Whether it is on the list of pairs that the merge under way has added places to.</summary>
        public bool IsTouched;
    }

    /// <summary>How many pairs there are.</summary>
    public int Count { get; private set; }

    /// <summary>A pair by its index; the reference holds until the next <see cref="IndexOf"/>.</summary>
    public ref Entry this[int index] => ref _entries[index];

    /// <summary>The index of a pair, which is added if it is new.</summary>
    public int IndexOf(int left, int right)
    {
        var pair = MergeTable.Pack(left, right);
        var mask = _slots.Length - 1;
        var slot = Start(pair, mask);
        for (; _slots[slot] != 0; slot = (slot + 1) & mask)
        {
            if (_entries[_slots[slot] - 1].Pair == pair)
                return _slots[slot] - 1;
        }
        if (Count == _entries.Length)
            Array.Resize(ref _entries, 2 * Count);
        _entries[Count] = new Entry { Pair = pair, First = -1, Last = -1, Result = -1 };
        _slots[slot] = ++Count;
        if (2 * Count > _slots.Length)
            Rehash();
        return Count - 1;
    }

    private void Rehash()
    {
        _slots = new int[2 * _slots.Length];
        var mask = _slots.Length - 1;
        for (var i = 0; i < Count; i++)
        {
            var slot = Start(_entries[i].Pair, mask);
            while (_slots[slot] != 0)
                slot = (slot + 1) & mask;
            _slots[slot] = i + 1;
        }
    }

    private static int Start(ulong pair, int mask) => (int)((pair * 0x9E3779B97F4A7C15UL) >> 33) & mask;
}
