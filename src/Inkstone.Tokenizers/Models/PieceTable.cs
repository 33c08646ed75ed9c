using System.Numerics;

namespace Inkstone.Tokenizers;

/// <summary>
/// The pieces of a vocabulary, both ways: id → bytes, and bytes → id by open addressing. Immutable. Ids without a piece (gaps,
/// and added tokens, which are found by other means) have no bytes here.
/// </summary>
internal sealed class PieceTable
{
    private readonly byte[] _bytes;
    private readonly int[] _starts;
    private readonly int[] _lengths;
    private readonly Slot[] _slots;
    private readonly int _mask;

    private struct Slot
    {
        public uint Hash;
        public int IdPlusOne;
    }

    /// <summary>Indexes pieces that lie in one block of bytes.</summary>
    /// <param name="bytes">The bytes of all pieces.</param>
    /// <param name="starts">Where the piece of each id begins.</param>
    /// <param name="lengths">How long it is; 0 where the id has no piece.</param>
    public PieceTable(byte[] bytes, int[] starts, int[] lengths)
    {
        (_bytes, _starts, _lengths) = (bytes, starts, lengths);
        _slots = new Slot[(int)BitOperations.RoundUpToPowerOf2((uint)Math.Max(16, 2 * (lengths.Length - lengths.AsSpan().Count(0))))];
        _mask = _slots.Length - 1;
        for (var id = 0; id < starts.Length; id++)
        {
            if (lengths[id] > 0 && FirstDuplicate < 0 && !TryAdd(id))
                FirstDuplicate = id;
        }
    }

    /// <summary>Indexes pieces by id; an id without a piece has no bytes.</summary>
    public static PieceTable Of(IReadOnlyList<byte[]> pieces)
    {
        var (starts, lengths) = (new int[pieces.Count], new int[pieces.Count]);
        var bytes = new byte[checked((int)pieces.Sum(piece => (long)piece.Length))];
        for (int id = 0, start = 0; id < pieces.Count; start += lengths[id++])
        {
            (starts[id], lengths[id]) = (start, pieces[id].Length);
            pieces[id].CopyTo(bytes, start);
        }
        return new(bytes, starts, lengths);
    }

    /// <summary>One more than the highest id.</summary>
    public int Count => _starts.Length;

    /// <summary>The first id whose piece an earlier id has too; −1 when all differ, as they must in a vocabulary.</summary>
    public int FirstDuplicate { get; private set; } = -1;

    /// <summary>The bytes of an id; empty where it has no piece.</summary>
    public ReadOnlySpan<byte> this[int id] => _bytes.AsSpan(_starts[id], _lengths[id]);

    /// <summary>The id of a piece, or −1.</summary>
    public int Find(ReadOnlySpan<byte> piece)
    {
        var hash = ByteHash.Of(piece);
        for (var i = (int)hash & _mask; ; i = (i + 1) & _mask)
        {
            ref readonly var slot = ref _slots[i];
            if (slot.IdPlusOne == 0)
                return -1;
            if (slot.Hash == hash && this[slot.IdPlusOne - 1].SequenceEqual(piece))
                return slot.IdPlusOne - 1;
        }
    }

    /// <summary>A trie over the pieces.</summary>
    public ByteTrie ToTrie()
    {
        var block = ToBlock();
        return ByteTrie.Build(block, block.Sort(id => !this[id].IsEmpty && Find(this[id]) == id));
    }

    /// <summary>The pieces by id alone.</summary>
    public PieceBlock ToBlock() => new(_bytes, _starts, _lengths);

    private bool TryAdd(int id)
    {
        var piece = this[id];
        var hash = ByteHash.Of(piece);
        for (var i = (int)hash & _mask; ; i = (i + 1) & _mask)
        {
            ref var slot = ref _slots[i];
            if (slot.IdPlusOne == 0)
            {
                slot = new Slot { Hash = hash, IdPlusOne = id + 1 };
                return true;
            }
            if (slot.Hash == hash && this[slot.IdPlusOne - 1].SequenceEqual(piece))
                return false;
        }
    }
}
