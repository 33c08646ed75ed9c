namespace Inkstone.Inference;

/// <summary>Blocks in the order they came, any of which may leave: a list linked through two arrays.</summary>
internal sealed class BlockQueue
{
    private readonly int[] _next;
    private readonly int[] _previous;
    private readonly int _end; // stands before the first and after the last

    /// <summary>A queue for blocks below a count.</summary>
    public BlockQueue(int blockCount)
    {
        (_next, _previous, _end) = (new int[blockCount + 1], new int[blockCount + 1], blockCount);
        (_next[_end], _previous[_end]) = (_end, _end);
    }

    /// <summary>How many blocks stand in the queue.</summary>
    public int Count { get; private set; }

    /// <summary>The block that came first.</summary>
    public int Oldest => _next[_end];

    /// <summary>Puts a block last.</summary>
    public void Add(int block)
    {
        var last = _previous[_end];
        (_previous[block], _next[block]) = (last, _end);
        (_next[last], _previous[_end]) = (block, block);
        Count++;
    }

    /// <summary>Takes a block out that stands in the queue.</summary>
    public void Remove(int block)
    {
        (_next[_previous[block]], _previous[_next[block]]) = (_next[block], _previous[block]);
        Count--;
    }
}
