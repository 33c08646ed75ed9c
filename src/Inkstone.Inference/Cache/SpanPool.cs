namespace Inkstone.Inference;

/// <summary>
/// Which blocks of the layers of one span are held, and by how many. A block is the same memory rows in every such layer. A block that nobody holds but whose
/// content may be found again (<see cref="PrefixIndex"/>) counts as free; such blocks are taken last, the one that was let go first before the others.
/// </summary>
internal sealed class SpanPool
{
    private readonly Stack<int> _free;
    private readonly BlockQueue _idle;
    private readonly int[] _holders;
    private int _clearedCount; // blocks are taken for the first time in the order of their numbers

    /// <summary>A pool of this many blocks, all free.</summary>
    /// <param name="window">Keys this many positions away are no longer needed (0: all are).</param>
    /// <param name="blockCount">How many blocks.</param>
    public SpanPool(int window, int blockCount)
    {
        (Window, BlockCount, _holders, _free, _idle) = (window, blockCount, new int[blockCount], new Stack<int>(blockCount), new BlockQueue(blockCount));
        Prefixes = new PrefixIndex(blockCount);
        for (var i = blockCount - 1; i >= 0; i--)
            _free.Push(i);
    }

    /// <summary>Keys this many positions away are no longer needed (0: all are).</summary>
    public int Window { get; }

    /// <summary>All blocks.</summary>
    public int BlockCount { get; }

    /// <summary>Sets a block's memory, which nobody has written yet, to zeros.</summary>
    public Action<int>? Clear { get; set; }

    /// <summary>Blocks nobody holds.</summary>
    public int FreeCount => _free.Count + _idle.Count;

    /// <summary>What blocks hold, of those whose content may be found again.</summary>
    public PrefixIndex Prefixes { get; }

    /// <summary>The first block whose keys the tokens after a length may still need.</summary>
    public int FirstNeeded(int length) => Window == 0 ? 0 : Math.Max(0, length - Window + 1) / BlockPool.BlockSize;

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
        if (block == _clearedCount)
        {
            _clearedCount++;
            Clear?.Invoke(block);
        }
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
    public void Hold(int block)
    {
        if (_holders[block]++ == 0)
            _idle.Remove(block);
    }

    /// <summary>Whether a held block has one holder only, who may write to it.</summary>
    public bool IsSole(int block) => _holders[block] == 1;

    /// <summary>Whether nobody holds a block; for tests.</summary>
    public bool IsUnheld(int block) => _holders[block] == 0;

    /// <summary>Counts the blocks nobody holds one by one; for tests.</summary>
    public int CountUnheld() => _holders.AsSpan().Count(0);

    /// <summary>Forgets what blocks hold: the model has changed.</summary>
    public void ForgetPrefixes()
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
