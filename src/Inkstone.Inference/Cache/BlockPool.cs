namespace Inkstone.Inference;

/// <summary>
/// Which blocks of the cache are free. A block is <see cref="BlockSize"/> consecutive memory rows, the same rows in every layer that sees whole sequences.
/// </summary>
public sealed class BlockPool
{
    private readonly Stack<int> _free;

    /// <summary>A pool of this many blocks, all free.</summary>
    public BlockPool(int blockCount)
    {
        BlockCount = blockCount;
        _free = new Stack<int>(blockCount);
        for (var i = blockCount - 1; i >= 0; i--)
            _free.Push(i);
    }

    /// <summary>Tokens in a block: as many keys as attention folds at once.</summary>
    public const int BlockSize = Tensors.TokenLayout.KeyBlock;

    /// <summary>All blocks.</summary>
    public int BlockCount { get; }

    /// <summary>Blocks nobody holds.</summary>
    public int FreeCount => _free.Count;

    /// <summary>Blocks that a sequence of a length needs.</summary>
    public static int BlocksFor(int length) => (length + BlockSize - 1) / BlockSize;

    /// <summary>Takes a free block; false when there is none.</summary>
    public bool TryTake(out int block) => _free.TryPop(out block);

    /// <summary>Gives a block back.</summary>
    public void Return(int block) => _free.Push(block);
}
