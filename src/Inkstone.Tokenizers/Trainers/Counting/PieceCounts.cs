namespace Inkstone.Tokenizers;

/// <summary>Distinct pieces and how often each occurred: a hash table whose keys lie in one block of bytes.</summary>
internal sealed class PieceCounts
{
    private byte[] _bytes = new byte[1 << 12];
    private Entry[] _entries = new Entry[1 << 9];
    private int[] _slots = new int[1 << 10]; // index of the entry plus one

    /// <summary>A piece, where its bytes lie, and its count.</summary>
    public struct Entry
    {
        public uint Hash;
        public int Start;
        public int Length;
        public long Count;
    }

    /// <summary>How many distinct pieces there are.</summary>
    public int Count { get; private set; }

    /// <summary>The bytes of all distinct pieces together.</summary>
    public int ByteCount { get; private set; }

    /// <summary>The pieces, in the order in which each first occurred.</summary>
    public ReadOnlySpan<Entry> Entries => _entries.AsSpan(0, Count);

    /// <summary>The bytes of a piece.</summary>
    public ReadOnlySpan<byte> Bytes(in Entry entry) => _bytes.AsSpan(entry.Start, entry.Length);

    /// <summary>The index of a piece, or −1.</summary>
    public int Find(ReadOnlySpan<byte> piece, uint hash)
    {
        var mask = _slots.Length - 1;
        for (var slot = (int)hash & mask; _slots[slot] != 0; slot = (slot + 1) & mask)
        {
            ref readonly var entry = ref _entries[_slots[slot] - 1];
            if (entry.Hash == hash && Bytes(entry).SequenceEqual(piece))
                return _slots[slot] - 1;
        }
        return -1;
    }

    /// <summary>Counts a piece once.</summary>
    public void Add(ReadOnlySpan<byte> piece) => Add(piece, ByteHash.Of(piece), 1);

    /// <summary>Adds to the count of a piece.</summary>
    public void Add(ReadOnlySpan<byte> piece, uint hash, long count)
    {
        var mask = _slots.Length - 1;
        var slot = (int)hash & mask;
        for (; _slots[slot] != 0; slot = (slot + 1) & mask)
        {
            ref var entry = ref _entries[_slots[slot] - 1];
            if (entry.Hash == hash && Bytes(entry).SequenceEqual(piece))
            {
                entry.Count += count;
                return;
            }
        }
        Append(piece, hash, count, slot);
    }

    /// <summary>The part that a piece belongs to: the first four bits of its hash.</summary>
    public static int PartOf(uint hash) => (int)(hash >> 28);

    /// <summary>Adds those counts of another table whose piece belongs to this part.</summary>
    public void AddPart(PieceCounts other, int part)
    {
        foreach (ref readonly var entry in other.Entries)
        {
            if (PartOf(entry.Hash) == part)
                Add(other.Bytes(entry), entry.Hash, entry.Count);
        }
    }

    /// <summary>Drops every piece that occurred at most this often; returns how many were dropped.</summary>
    public int Prune(long threshold)
    {
        var before = Count;
        var (entries, bytes) = (_entries.AsSpan(0, Count).ToArray(), _bytes);
        Clear();
        foreach (ref readonly var entry in entries.AsSpan())
        {
            // Pieces only move towards the front of the block they lie in, so none is overwritten before it has moved.
            if (entry.Count > threshold)
                Add(bytes.AsSpan(entry.Start, entry.Length), entry.Hash, entry.Count);
        }
        return before - Count;
    }

    /// <summary>Forgets all pieces and keeps the memory.</summary>
    public void Clear()
    {
        Array.Clear(_slots);
        (Count, ByteCount) = (0, 0);
    }

    private void Append(ReadOnlySpan<byte> piece, uint hash, long count, int slot)
    {
        if (_bytes.Length - ByteCount < piece.Length)
            Array.Resize(ref _bytes, Math.Max(checked(ByteCount + piece.Length), (int)Math.Min(2L * _bytes.Length, Array.MaxLength)));
        if (Count == _entries.Length)
            Array.Resize(ref _entries, 2 * Count);
        piece.CopyTo(_bytes.AsSpan(ByteCount));
        _entries[Count] = new Entry { Hash = hash, Start = ByteCount, Length = piece.Length, Count = count };
        ByteCount += piece.Length;
        Count++;
        _slots[slot] = Count;
        if (2 * Count > _slots.Length)
            Rehash();
    }

    private void Rehash()
    {
        _slots = new int[2 * _slots.Length];
        var mask = _slots.Length - 1;
        for (var i = 0; i < Count; i++)
        {
            var slot = (int)_entries[i].Hash & mask;
            while (_slots[slot] != 0)
                slot = (slot + 1) & mask;
            _slots[slot] = i + 1;
        }
    }
}
