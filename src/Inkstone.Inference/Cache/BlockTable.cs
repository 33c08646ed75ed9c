namespace Inkstone.Inference;

/// <summary>The blocks that hold one sequence's keys and values, in order.</summary>
public sealed class BlockTable(BlockPool pool)
{
    private readonly List<int> _blocks = [];

    /// <summary>A table that lists the blocks of a length without growing.</summary>
    internal BlockTable(BlockPool pool, int length)
        : this(pool) => _blocks.Capacity = BlockPool.BlocksFor(length);

    /// <summary>The blocks.</summary>
    public IReadOnlyList<int> Blocks => _blocks;

    /// <summary>How many tokens have their keys and values in the blocks.</summary>
    public int Length { get; private set; }

    /// <summary>Makes room for this many more tokens; false, and nothing taken, when blocks run out.</summary>
    public bool TryReserve(int count)
    {
        var needed = BlockPool.BlocksFor(Length + count) - _blocks.Count;
        if (needed > pool.FreeCount)
            return false;
        for (; needed > 0 && pool.TryTake(out var block); needed--)
            _blocks.Add(block);
        return true;
    }

    /// <summary>Counts tokens whose keys and values have been written.</summary>
    public void Advance(int count) => Length += count;

    /// <summary>Gives every block back; the sequence must be computed again.</summary>
    public void Release()
    {
        foreach (var block in _blocks)
            pool.Return(block);
        _blocks.Clear();
        Length = 0;
    }

    /// <summary>The block that holds a token.</summary>
    public int BlockOf(int index) => _blocks[index / BlockPool.BlockSize];

    /// <summary>The memory row of a token.</summary>
    public int RowOf(int index) => BlockOf(index) * BlockPool.BlockSize + index % BlockPool.BlockSize;
}
