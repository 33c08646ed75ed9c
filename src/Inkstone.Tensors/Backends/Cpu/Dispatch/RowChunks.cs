namespace Inkstone.Tensors;

/// <summary>Work over <see cref="MergedRows"/> in chunks of about <see cref="Grain"/> elements.</summary>
internal readonly struct RowChunks<TAction> : IChunkAction
    where TAction : struct, IBlockAction
{
    /// <summary>Elements in a chunk: a few microseconds of work, many times what handing it to a worker costs.</summary>
    private const int Grain = 16_384;

    private readonly MergedRows _rows;
    private readonly TAction _action;
    private readonly nint _chunkRows;
    private readonly nint _chunkColumns;
    private readonly nint _columnChunks;

    public RowChunks(in MergedRows rows, TAction action)
    {
        _rows = rows;
        _action = action;
        _chunkColumns = nint.Min(Math.Max(1, rows.Columns), Grain);
        _columnChunks = (rows.Columns + _chunkColumns - 1) / _chunkColumns;
        _chunkRows = nint.Max(1, Grain / _chunkColumns);
    }

    /// <summary>How many chunks there are.</summary>
    public int Count => checked((int)((_rows.Rows + _chunkRows - 1) / _chunkRows * _columnChunks));

    public void Invoke(int chunk)
    {
        var (rowChunk, columnChunk) = Math.DivRem(chunk, _columnChunks);
        var column = columnChunk * _chunkColumns;
        var columns = nint.Min(_chunkColumns, _rows.Columns - column);
        var end = nint.Min(_rows.Rows, (rowChunk + 1) * _chunkRows);
        for (var row = rowChunk * _chunkRows; row < end;)
        {
            var block = _rows.At(row, end - row, column, columns);
            _action.Invoke(block);
            row += block.Rows;
        }
    }
}
