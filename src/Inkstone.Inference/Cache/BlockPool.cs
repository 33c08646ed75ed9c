namespace Inkstone.Inference;

/// <summary>
/// Which blocks of the cache are held, and by how many. A block is <see cref="BlockSize"/> consecutive memory rows, the same rows in every layer that sees whole
/// sequences. A block that nobody holds but whose content may be found again (<see cref="PrefixIndex"/>) counts as free; such blocks are taken last, the one that
/// was let go first before the others.
/// </summary>
public sealed class BlockPool
{
    private readonly Stack<int> _free;
    private readonly BlockQueue _idle;
    private readonly int[] _holders;

    /// <summary>A pool of this many blocks, all free.</summary>
    public BlockPool(int blockCount)
    {
        (BlockCount, _holders, _free, _idle) = (blockCount, new int[blockCount], new Stack<int>(blockCount), new BlockQueue(blockCount));
        Prefixes = new PrefixIndex(blockCount);
        for (var i = blockCount - 1; i >= 0; i--)
            _free.Push(i);
    }

    /// <summary>Tokens in a block: as many keys as attention folds at once.</summary>
    public const int BlockSize = Tensors.TokenLayout.KeyBlock;

    /// <summary>All blocks.</summary>
    public int BlockCount { get; }

    /// <summary>Blocks nobody holds.</summary>
    public int FreeCount => _free.Count + _idle.Count;

    /// <summary>What blocks hold, of those whose content may be found again.</summary>
    internal PrefixIndex Prefixes { get; }

    /// <summary>Copies the first rows of a block, and its states, to another: (from, to, rows).</summary>
    internal Action<int, int, int>? Copy { get; init; }

    /// <summary>Whether layers keep a state with each block, which is that after the block's last computed token.</summary>
    internal bool KeepsStates { get; init; }

    /// <summary>Blocks that a sequence of a length needs.</summary>
    public static int BlocksFor(int length) => (length + BlockSize - 1) / BlockSize;

    /// <summary>Takes a free block; false when there is none.</summary>
    public bool TryTake(out int block)
    {
        if (!_free.TryPop(out block))
        {
            if (_idle.Count == 0)
                return false;
            block = _idle.Oldest;
            _idle.Remove(block);
            Prefixes.Remove(block);
        }
        _holders[block] = 1;
        return true;
    }

    /// <summary>Gives a block back; it is free when its last holder did.</summary>
    public void Return(int block)
    {
        if (--_holders[block] > 0)
            return;
        if (Prefixes.Contains(block))
            _idle.Add(block);
        else
            _free.Push(block);
    }

    /// <summary>Holds a block that others hold too, or that nobody does but whose content was found.</summary>
    internal void Hold(int block)
    {
        if (_holders[block]++ == 0)
            _idle.Remove(block);
    }

    /// <summary>Whether a held block has one holder only, who may write to it.</summary>
    internal bool IsSole(int block) => _holders[block] == 1;

    /// <summary>Counts the blocks nobody holds one by one; for tests.</summary>
    internal int CountUnheld() => _holders.AsSpan().Count(0);

    /// <summary>Forgets what blocks hold: the model has changed.</summary>
    internal void ForgetPrefixes()
    {
        while (_idle.Count > 0)
        {
            var block = _idle.Oldest;
            _idle.Remove(block);
            _free.Push(block);
        }
        Prefixes.Clear();
    }
}
