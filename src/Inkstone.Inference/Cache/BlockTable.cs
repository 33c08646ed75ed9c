namespace Inkstone.Inference;

/// <summary>
/// The blocks that hold one sequence's keys and values, in order. Blocks may be shared with other tables; none writes to a block that another holds. Where layers have
/// windows, blocks that no token to come can see are given back while the sequence goes on.
/// </summary>
public sealed class BlockTable
{
    private const int Passed = -1; // stands where a block was given back

    private readonly BlockPool _pool;
    private readonly List<int>[] _blocks; // of each span
    private readonly int[] _firstHeld; // of each span
    private readonly List<long> _serials = []; // of the first blocks, as far as their content is known to the indices

    /// <summary>A table of no tokens.</summary>
    public BlockTable(BlockPool pool)
        : this(pool, 0)
    {
    }

    /// <summary>A table that lists the blocks of a length without growing.</summary>
    internal BlockTable(BlockPool pool, int length)
    {
        var count = BlockPool.BlocksFor(length);
        (_pool, _blocks, _firstHeld, _serials.Capacity) = (pool, new List<int>[pool.Spans.Length], new int[pool.Spans.Length], count);
        for (var s = 0; s < _blocks.Length; s++)
            _blocks[s] = new List<int>(count);
    }

    /// <summary>The blocks, of layers that see whole sequences if there are any; −1 where a window has passed one.</summary>
    public IReadOnlyList<int> Blocks => _blocks[0];

    /// <summary>How many tokens have their keys and values in the blocks, or had them before windows passed.</summary>
    public int Length { get; private set; }

    /// <summary>How many kinds of layers have blocks of their own.</summary>
    internal int SpanCount => _blocks.Length;

    /// <summary>Whether it holds no block.</summary>
    internal bool IsEmpty => _blocks[0].Count == 0;

    /// <summary>
    /// Makes room for this many more tokens, which may then be written: a block that would be written to and has other holders is copied first. False, and nothing
    /// taken, when blocks run out. Blocks that windows have passed are given back first.
    /// </summary>
    public bool TryReserve(int count)
    {
        var needed = BlockPool.BlocksFor(Length + count) - _blocks[0].Count;
        var written = count > 0 && Length % BlockPool.BlockSize != 0 ? Length / BlockPool.BlockSize : -1;
        for (var s = 0; s < _blocks.Length; s++)
        {
            var span = _pool.Spans[s];
            LetGo(s, span.FirstNeeded(Length));
            if (Math.Max(0, needed) + (written >= 0 && !span.IsSole(_blocks[s][written]) ? 1 : 0) > span.FreeCount)
                return false;
        }
        for (var s = 0; s < _blocks.Length; s++)
            Take(s, needed, written);
        return true;
    }

    /// <summary>Counts tokens whose keys and values have been written.</summary>
    public void Advance(int count) => Length += count;

    /// <summary>A table of the same tokens, which holds the same blocks.</summary>
    public BlockTable Fork()
    {
        var fork = new BlockTable(_pool) { Length = Length };
        fork._serials.Capacity = _serials.Capacity;
        fork._serials.AddRange(_serials);
        for (var s = 0; s < _blocks.Length; s++)
        {
            (fork._blocks[s].Capacity, fork._firstHeld[s]) = (_blocks[s].Capacity, _firstHeld[s]);
            for (var i = 0; i < BlockPool.BlocksFor(Length); i++)
            {
                if (i >= _firstHeld[s])
                    _pool.Spans[s].Hold(_blocks[s][i]);
                fork._blocks[s].Add(_blocks[s][i]);
            }
        }
        return fork;
    }

    /// <summary>
    /// Goes back to a shorter length and gives the blocks past it back. Where layers keep states, those between the ends of blocks are gone: the length is then the
    /// last end of a block before. Where a window has passed keys that would be seen again, everything is given back.
    /// </summary>
    public void Rewind(int length)
    {
        if (length >= Length)
            return;
        Length = _pool.KeepsStates ? length - length % BlockPool.BlockSize : length;
        for (var s = 0; s < _blocks.Length; s++)
            if (_firstHeld[s] > _pool.Spans[s].FirstNeeded(Length))
                Length = 0;
        for (var s = 0; s < _blocks.Length; s++)
            GiveBack(s, BlockPool.BlocksFor(Length));
        if (_serials.Count > Length / BlockPool.BlockSize)
            _serials.RemoveRange(Length / BlockPool.BlockSize, _serials.Count - Length / BlockPool.BlockSize);
    }

    /// <summary>Gives every block back; the sequence must be computed again.</summary>
    public void Release()
    {
        for (var s = 0; s < _blocks.Length; s++)
            GiveBack(s, 0);
        _serials.Clear();
        Length = 0;
    }

    /// <summary>
    /// Fills an empty table with blocks that hold the first tokens already, of windows those that are still seen; at least one token is left to be computed.
    /// </summary>
    internal void Adopt(ReadOnlySpan<int> tokens, string salt)
    {
        var parent = 0L;
        while ((_serials.Count + 1) * BlockPool.BlockSize < tokens.Length)
        {
            var serial = Find(parent, salt, tokens.Slice(_serials.Count * BlockPool.BlockSize, BlockPool.BlockSize));
            if (serial == 0)
                break;
            _serials.Add(parent = serial);
        }
        var count = _serials.Count;
        while (!IsFound(count))
            count--;
        _serials.RemoveRange(count, _serials.Count - count);
        Length = count * BlockPool.BlockSize;
        for (var s = 0; s < _blocks.Length; s++)
        {
            var (span, blocks) = (_pool.Spans[s], _blocks[s]);
            _firstHeld[s] = span.FirstNeeded(Length);
            blocks.RemoveRange(count, blocks.Count - count);
            for (var i = 0; i < count; i++)
                if (i >= _firstHeld[s])
                    span.Hold(blocks[i]);
                else
                    blocks[i] = Passed;
        }
    }

    /// <summary>Makes the content of full blocks known, as far as the tokens go.</summary>
    internal void Publish(ReadOnlySpan<int> tokens, string salt)
    {
        for (var end = (_serials.Count + 1) * BlockPool.BlockSize; end <= Math.Min(Length, tokens.Length); end += BlockPool.BlockSize)
        {
            var parent = _serials.Count == 0 ? 0 : _serials[^1];
            var place = _serials.Count;
            var content = tokens[(end - BlockPool.BlockSize)..end];
            var serial = 0L;
            foreach (var span in _pool.Spans)
                if (span.Prefixes.Find(parent, salt, content) is >= 0 and var known)
                    serial = span.Prefixes.SerialOf(known);
            if (serial == 0)
                serial = _pool.NextSerial();
            for (var s = 0; s < _blocks.Length; s++)
                if (_blocks[s][place] != Passed && _pool.Spans[s].Prefixes.Find(parent, salt, content) < 0)
                    _pool.Spans[s].Prefixes.Add(_blocks[s][place], serial, parent, salt, content);
            _serials.Add(serial);
        }
    }

    /// <summary>The block that holds a token, of a span; −1 when a window has passed it.</summary>
    internal int BlockOf(int index, int span) => _blocks[span][index / BlockPool.BlockSize];

    /// <summary>The blocks of a span.</summary>
    internal IReadOnlyList<int> BlocksOf(int span) => _blocks[span];

    /// <summary>Looks for a block in every span and lists what it finds.</summary>
    /// <returns>The content's number; 0 when no span knows it.</returns>
    private long Find(long parent, string salt, ReadOnlySpan<int> content)
    {
        var serial = 0L;
        for (var s = 0; s < _blocks.Length; s++)
        {
            var block = _pool.Spans[s].Prefixes.Find(parent, salt, content);
            if (block >= 0)
                serial = _pool.Spans[s].Prefixes.SerialOf(block);
            _blocks[s].Add(block);
        }
        return serial;
    }

    /// <summary>Whether all blocks were found that tokens after the first blocks see.</summary>
    private bool IsFound(int count)
    {
        for (var s = 0; s < _blocks.Length; s++)
            for (var i = _pool.Spans[s].FirstNeeded(count * BlockPool.BlockSize); i < count; i++)
                if (_blocks[s][i] < 0)
                    return false;
        return true;
    }

    private void Take(int s, int needed, int written)
    {
        var (span, blocks) = (_pool.Spans[s], _blocks[s]);
        if (written >= 0 && !span.IsSole(blocks[written]) && span.TryTake(out var own))
        {
            _pool.Copy?.Invoke(s, blocks[written], own);
            span.Return(blocks[written]);
            blocks[written] = own;
        }
        else if (written >= 0 && span.Prefixes.Contains(blocks[written]))
            span.Prefixes.Remove(blocks[written]);
        for (; needed > 0 && span.TryTake(out var block); needed--)
            blocks.Add(block);
    }

    /// <summary>Gives back the blocks before one.</summary>
    private void LetGo(int s, int first)
    {
        for (; _firstHeld[s] < first; _firstHeld[s]++)
        {
            _pool.Spans[s].Return(_blocks[s][_firstHeld[s]]);
            _blocks[s][_firstHeld[s]] = Passed;
        }
    }

    /// <summary>Gives the last blocks back, the very last first: what follows is worth less than what it follows.</summary>
    private void GiveBack(int s, int kept)
    {
        for (var i = _blocks[s].Count - 1; i >= Math.Max(kept, _firstHeld[s]); i--)
            _pool.Spans[s].Return(_blocks[s][i]);
        _blocks[s].RemoveRange(kept, _blocks[s].Count - kept);
        _firstHeld[s] = Math.Min(_firstHeld[s], kept);
    }
}
