using System.Runtime.InteropServices;

namespace Inkstone.Inference;

/// <summary>The numbers that say where a turn's rows lie, in lists that every turn uses again.</summary>
/// <param name="spanCount">How many kinds of layers have blocks of their own.</param>
internal sealed class RowNumbers(int spanCount)
{
    private readonly List<int> _starts = [];
    private readonly List<int> _keyStarts = [];
    private readonly List<int>[] _blocks = [.. Enumerable.Range(0, spanCount).Select(_ => new List<int>())];
    private readonly List<int> _sourceStarts = [];
    private readonly List<int> _sourceBlocks = [];
    private readonly List<int> _tokens = [];
    private readonly List<int> _positions = [];
    private readonly List<int> _wanted = [];

    /// <summary>The first row of each sequence and, last, the number of rows.</summary>
    public ReadOnlySpan<int> Starts => CollectionsMarshal.AsSpan(_starts);

    /// <summary>The first key of each sequence and, last, the number of keys.</summary>
    public ReadOnlySpan<int> KeyStarts => CollectionsMarshal.AsSpan(_keyStarts);

    /// <summary>The first key of each sequence's source and, last, the number of such keys.</summary>
    public ReadOnlySpan<int> SourceStarts => CollectionsMarshal.AsSpan(_sourceStarts);

    /// <summary>The blocks of sources' keys.</summary>
    public ReadOnlySpan<int> SourceBlocks => CollectionsMarshal.AsSpan(_sourceBlocks);

    /// <summary>The rows' ids.</summary>
    public ReadOnlySpan<int> Tokens => CollectionsMarshal.AsSpan(_tokens);

    /// <summary>The rows' positions.</summary>
    public ReadOnlySpan<int> Positions => CollectionsMarshal.AsSpan(_positions);

    /// <summary>The rows whose output is wanted.</summary>
    public ReadOnlySpan<int> Wanted => CollectionsMarshal.AsSpan(_wanted);

    /// <summary>The highest position; −1 when there are no rows.</summary>
    public int LongestPosition { get; private set; } = -1;

    /// <summary>The blocks of keys in the layers of a span; in place of one that a window has passed any.</summary>
    public ReadOnlySpan<int> Blocks(int span) => CollectionsMarshal.AsSpan(_blocks[span]);

    /// <summary>Numbers the next rows of some sequences.</summary>
    public void Of(IReadOnlyList<PagedRows> sequences)
    {
        Clear();
        for (var s = 0; s < sequences.Count; s++)
            Add(sequences[s]);
    }

    private void Clear()
    {
        foreach (var list in (ReadOnlySpan<List<int>>)[_starts, _keyStarts, _sourceStarts, _sourceBlocks, _tokens, _positions, _wanted])
            list.Clear();
        foreach (var list in _blocks)
            list.Clear();
        _starts.Add(0);
        _keyStarts.Add(0);
        _sourceStarts.Add(0);
        LongestPosition = -1;
    }

    private void Add(PagedRows rows)
    {
        var (table, first, count) = (rows.Table, _tokens.Count, rows.Tokens.Length);
        var length = checked(table.Length + count);
        _tokens.AddRange(rows.Tokens.Span);
        for (var position = table.Length; position < length; position++)
            _positions.Add(position);
        for (var row = count - rows.WantedCount; row < count; row++)
            _wanted.Add(first + row);
        for (var span = 0; span < _blocks.Length; span++)
            AddBlocks(table, span, length, _blocks[span]);
        _starts.Add(checked(first + count));
        _keyStarts.Add(checked(_keyStarts[^1] + length));
        if (rows.Source is { } source)
            AddBlocks(source, 0, rows.SourceLength, _sourceBlocks);
        _sourceStarts.Add(checked(_sourceStarts[^1] + rows.SourceLength));
        LongestPosition = Math.Max(LongestPosition, length - 1);
    }

    private static void AddBlocks(BlockTable table, int span, int length, List<int> numbers)
    {
        var blocks = table.BlocksOf(span);
        for (var i = 0; i < BlockPool.BlocksFor(length); i++)
            numbers.Add(Math.Max(0, blocks[i]));
    }
}
