namespace Inkstone.Inference;

/// <summary>The blocks that hold one sequence's keys and values, in order. Blocks may be shared with other tables; none writes to a block that another holds.</summary>
public sealed class BlockTable(BlockPool pool)
{
    private readonly List<int> _blocks = [];
    private readonly List<long> _serials = []; // of the first blocks, as far as their content is known to the index

    /// <summary>A table that lists the blocks of a length without growing.</summary>
    internal BlockTable(BlockPool pool, int length)
        : this(pool) => (_blocks.Capacity, _serials.Capacity) = (BlockPool.BlocksFor(length), BlockPool.BlocksFor(length));

    /// <summary>The blocks.</summary>
    public IReadOnlyList<int> Blocks => _blocks;

    /// <summary>How many tokens have their keys and values in the blocks.</summary>
    public int Length { get; private set; }

    /// <summary>
    /// Makes room for this many more tokens, which may then be written: a block that would be written to and has other holders is copied first. False, and nothing
    /// taken, when blocks run out.
    /// </summary>
    public bool TryReserve(int count)
    {
        var needed = BlockPool.BlocksFor(Length + count) - _blocks.Count;
        var written = count > 0 && Length % BlockPool.BlockSize != 0 ? Length / BlockPool.BlockSize : -1;
        var copies = written >= 0 && !pool.IsSole(_blocks[written]);
        if (Math.Max(0, needed) + (copies ? 1 : 0) > pool.FreeCount)
            return false;
        if (copies && pool.TryTake(out var own))
        {
            pool.Copy?.Invoke(_blocks[written], own, Length % BlockPool.BlockSize);
            pool.Return(_blocks[written]);
            _blocks[written] = own;
        }
        else if (written >= 0 && pool.Prefixes.Contains(_blocks[written]))
            pool.Prefixes.Remove(_blocks[written]);
        for (; needed > 0 && pool.TryTake(out var block); needed--)
            _blocks.Add(block);
        return true;
    }

    /// <summary>Counts tokens whose keys and values have been written.</summary>
    public void Advance(int count) => Length += count;

    /// <summary>A table of the same tokens, which holds the same blocks.</summary>
    public BlockTable Fork()
    {
        var fork = new BlockTable(pool) { Length = Length };
        (fork._blocks.Capacity, fork._serials.Capacity) = (_blocks.Capacity, _serials.Capacity);
        for (var i = 0; i < BlockPool.BlocksFor(Length); i++)
        {
            pool.Hold(_blocks[i]);
            fork._blocks.Add(_blocks[i]);
        }
        fork._serials.AddRange(_serials);
        return fork;
    }

    /// <summary>
    /// Goes back to a shorter length and gives the blocks past it back. Where layers keep states, those between the ends of blocks are gone: the length is then the
    /// last end of a block before.
    /// </summary>
    public void Rewind(int length)
    {
        if (length >= Length)
            return;
        Length = pool.KeepsStates ? length - length % BlockPool.BlockSize : length;
        GiveBack(BlockPool.BlocksFor(Length));
        if (_serials.Count > Length / BlockPool.BlockSize)
            _serials.RemoveRange(Length / BlockPool.BlockSize, _serials.Count - Length / BlockPool.BlockSize);
    }

    /// <summary>Gives every block back; the sequence must be computed again.</summary>
    public void Release()
    {
        GiveBack(0);
        _serials.Clear();
        Length = 0;
    }

    /// <summary>Fills an empty table with blocks that hold the first tokens already; at least one token is left to be computed.</summary>
    internal void Adopt(ReadOnlySpan<int> tokens, string salt)
    {
        var parent = 0L;
        while (Length + BlockPool.BlockSize < tokens.Length
            && pool.Prefixes.Find(parent, salt, tokens.Slice(Length, BlockPool.BlockSize)) is >= 0 and var block)
        {
            pool.Hold(block);
            parent = pool.Prefixes.SerialOf(block);
            _blocks.Add(block);
            _serials.Add(parent);
            Length += BlockPool.BlockSize;
        }
    }

    /// <summary>Makes the content of full blocks known, as far as the tokens go.</summary>
    internal void Publish(ReadOnlySpan<int> tokens, string salt)
    {
        for (var end = (_serials.Count + 1) * BlockPool.BlockSize; end <= Math.Min(Length, tokens.Length); end += BlockPool.BlockSize)
        {
            var parent = _serials.Count == 0 ? 0 : _serials[^1];
            var content = tokens[(end - BlockPool.BlockSize)..end];
            var known = pool.Prefixes.Find(parent, salt, content);
            _serials.Add(known >= 0 ? pool.Prefixes.SerialOf(known) : pool.Prefixes.Add(_blocks[_serials.Count], parent, salt, content));
        }
    }

    /// <summary>The block that holds a token.</summary>
    public int BlockOf(int index) => _blocks[index / BlockPool.BlockSize];

    /// <summary>The memory row of a token.</summary>
    public int RowOf(int index) => BlockOf(index) * BlockPool.BlockSize + index % BlockPool.BlockSize;

    /// <summary>Gives the last blocks back, the very last first: what follows is worth less than what it follows.</summary>
    private void GiveBack(int kept)
    {
        for (var i = _blocks.Count - 1; i >= kept; i--)
            pool.Return(_blocks[i]);
        _blocks.RemoveRange(kept, _blocks.Count - kept);
    }
}
