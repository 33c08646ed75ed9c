namespace Inkstone.Inference;

/// <summary>
/// The blocks of a cache. A block is <see cref="BlockSize"/> consecutive memory rows. Layers that see whole sequences share their blocks' numbers, and so do those
/// of each window: a sequence lets go of what a window has passed, while layers that see all of it keep theirs.
/// </summary>
public sealed class BlockPool
{
    private readonly SpanPool[] _spans;
    private long _lastSerial;

    /// <summary>A pool of this many blocks, all free, for layers that see whole sequences.</summary>
    public BlockPool(int blockCount)
        : this([(0, blockCount)])
    {
    }

    /// <summary>A pool for layers of several spans.</summary>
    /// <param name="spans">For each its window (0: whole sequences) and how many blocks there are; whole sequences first.</param>
    internal BlockPool(IReadOnlyList<(int Window, int BlockCount)> spans) => _spans = [.. spans.Select(span => new SpanPool(span.Window, span.BlockCount))];

    /// <summary>Tokens in a block: as many keys as attention folds at once.</summary>
    public const int BlockSize = Tensors.TokenLayout.KeyBlock;

    /// <summary>All blocks, of all spans together.</summary>
    public int BlockCount
    {
        get
        {
            var count = 0;
            foreach (var span in _spans)
                count += span.BlockCount;
            return count;
        }
    }

    /// <summary>Blocks nobody holds, those whose content may be found again included.</summary>
    public int FreeCount
    {
        get
        {
            var count = 0;
            foreach (var span in _spans)
                count += span.FreeCount;
            return count;
        }
    }

    /// <summary>The blocks of each span.</summary>
    internal ReadOnlySpan<SpanPool> Spans => _spans;

    /// <summary>Copies a block of a span, and its states, to another: (span, from, to).</summary>
    internal Action<int, int, int>? Copy { get; init; }

    /// <summary>Whether layers keep a state with each block, which is that after the block's last computed token.</summary>
    internal bool KeepsStates { get; init; }

    /// <summary>Blocks that a sequence of a length needs.</summary>
    public static int BlocksFor(int length) => (length + BlockSize - 1) / BlockSize;

    /// <summary>A number for a content that no span knows yet.</summary>
    internal long NextSerial() => ++_lastSerial;

    /// <summary>Counts the blocks nobody holds one by one; for tests.</summary>
    internal int CountUnheld() => _spans.Sum(span => span.CountUnheld());

    /// <summary>Forgets what blocks hold: the model has changed.</summary>
    internal void ForgetPrefixes()
    {
        foreach (var span in _spans)
            span.ForgetPrefixes();
    }
}
