namespace Inkstone.Tensors;

/// <summary>One row of a tile of scores: a query of one head, and the interval of key places outside of which it sees nothing.</summary>
internal struct RowPlace
{
    /// <summary>The query's row in the batch.</summary>
    public int Query;

    /// <summary>The query's head.</summary>
    public int Head;

    /// <summary>The query's position.</summary>
    public int Position;

    /// <summary>The first key place that may be visible.</summary>
    public int From;

    /// <summary>The first key place from which on none is visible.</summary>
    public int To;
}

/// <summary>
/// One sequence of a batch: where its queries and keys lie and who sees whom. Where the rules come to one interval of keys for each query
/// (bidirectional, causal, prefix, window, sorted segments, and keys at consecutive positions) no key is looked at; else
/// <see cref="IsScattered"/> and each pair is tested.
/// </summary>
internal readonly struct AttentionSequence
{
    private readonly AttentionForm _form;
    private readonly TokenLayout _queries;
    private readonly TokenLayout _keys;
    private readonly int _index;
    private readonly int _firstPosition;
    private readonly bool _consecutive;
    private readonly bool _hasSegments;
    private readonly int _firstBlock;

    public AttentionSequence(in AttentionProblem problem, int index)
    {
        (_form, _queries, _keys, _index) = (problem.Form, problem.QueryLayout, problem.KeyLayout, index);
        FirstQuery = _queries.Starts[index];
        QueryCount = _queries.Length(index);
        FirstKey = _keys.Starts[index];
        KeyCount = _keys.Length(index);
        _firstPosition = _keys.Positions is { } positions && KeyCount > 0 ? positions[FirstKey] : 0;
        _consecutive = _keys.Positions is null || IsConsecutive(_keys.Positions.AsSpan(FirstKey, KeyCount));
        _hasSegments = _queries.Segments is not null && _keys.Segments is not null;
        if (_keys.Blocks is not null)
            for (var s = 0; s < index; s++)
                _firstBlock += (_keys.Length(s) + TokenLayout.KeyBlock - 1) / TokenLayout.KeyBlock;

        var usesPositions = _form.Window > 0 || _form.Mask is AttentionMask.Causal or AttentionMask.Prefix;
        IsScattered = _form.Stride > 1
            || _form.Mask is AttentionMask.PermutedBefore or AttentionMask.PermutedUpTo
            || (usesPositions && !_consecutive)
            || (_queries.TreePlaces is not null && _keys.TreePlaces is not null && _keys.TreeEnds is not null)
            || (_hasSegments && !IsAscending(_keys.Segments.AsSpan(FirstKey, KeyCount)));
    }

    /// <summary>The first row of queries.</summary>
    public int FirstQuery { get; }

    /// <summary>How many queries there are.</summary>
    public int QueryCount { get; }

    /// <summary>The first row of keys in their layout.</summary>
    public int FirstKey { get; }

    /// <summary>How many keys there are.</summary>
    public int KeyCount { get; }

    /// <summary>Whether visibility is no interval, so that <see cref="Visible"/> must be asked for every pair.</summary>
    public bool IsScattered { get; }

    /// <summary>The row of memory where the first key of a block of 64 lies or, in a paged cache, the block.</summary>
    public int MemoryRow(int firstKey) => _keys.Blocks is { } blocks ? blocks[_firstBlock + firstKey / TokenLayout.KeyBlock] : FirstKey + firstKey;

    /// <summary>Whether key position = place + a constant; if so, the constant.</summary>
    public bool HasConsecutivePositions(out int first)
    {
        first = _firstPosition;
        return _consecutive;
    }

    /// <summary>The position of the key at a place.</summary>
    public int KeyPosition(int place) => _consecutive ? _firstPosition + place : _keys.Positions![FirstKey + place];

    /// <summary>Whether a row of queries sees the key at a place.</summary>
    public bool Visible(int query, int place) => TokenLayout.Visible(_form, _queries, query, _keys, FirstKey + place, _index);

    /// <summary>A row of queries for one head.</summary>
    public RowPlace Place(int query, int head)
    {
        var position = _queries.PositionOf(query, _index);
        long from = 0, to = KeyCount;
        if (!IsScattered)
        {
            var at = (long)position - _firstPosition;
            if (_form.Mask == AttentionMask.Causal)
                to = Math.Min(to, at + 1);
            else if (_form.Mask == AttentionMask.Prefix)
                to = Math.Min(to, Math.Max(at + 1, (_keys.PrefixLengths?[_index] ?? 0) - (long)_firstPosition));
            if (_form.Window > 0)
            {
                from = Math.Max(from, at - _form.Window + 1);
                to = Math.Min(to, at + _form.Window);
            }
            if (_hasSegments)
            {
                var segments = _keys.Segments.AsSpan(FirstKey, KeyCount);
                var segment = _queries.Segments![query];
                from = Math.Max(from, CountBelow(segments, segment));
                to = Math.Min(to, segment == int.MaxValue ? KeyCount : CountBelow(segments, segment + 1));
            }
        }
        return new()
        {
            Query = query,
            Head = head,
            Position = position,
            From = (int)Math.Min(from, KeyCount),
            To = (int)Math.Max(to, 0),
        };
    }

    private static bool IsConsecutive(ReadOnlySpan<int> positions)
    {
        for (var i = 1; i < positions.Length; i++)
            if (positions[i] != positions[0] + i)
                return false;
        return true;
    }

    private static bool IsAscending(ReadOnlySpan<int> values)
    {
        for (var i = 1; i < values.Length; i++)
            if (values[i] < values[i - 1])
                return false;
        return true;
    }

    private static int CountBelow(ReadOnlySpan<int> ascending, int value)
    {
        int low = 0, high = ascending.Length;
        while (low < high)
        {
            var middle = (low + high) >>> 1;
            if (ascending[middle] < value)
                low = middle + 1;
            else
                high = middle;
        }
        return low;
    }
}
