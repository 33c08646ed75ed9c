using System.Runtime.CompilerServices;

namespace Inkstone.Tensors;

/// <summary>The scratch of one tile of <see cref="AttentionForward"/>; its size does not depend on how many keys there are.</summary>
internal readonly unsafe struct ForwardWorkspace
{
    public ForwardWorkspace(in AttentionProblem problem, int rows, int keyWidth, int valueWidth, int lanes, float* memory)
    {
        (KeyWidth, ValueWidth) = (keyWidth, valueWidth);
        var carver = new ScratchCarver(memory);
        Places = (RowPlace*)carver.Take(rows * sizeof(RowPlace) / sizeof(float));
        Ranges = (KeyRange*)carver.Take(rows * sizeof(KeyRange) / sizeof(float));
        Queries = carver.Take((nint)rows * keyWidth);
        Keys = carver.Take((nint)problem.KeyWidth * TokenLayout.KeyBlock);
        Values = carver.Take((nint)valueWidth * TokenLayout.KeyBlock);
        Widened = problem.Storage == RowStorage.Single ? null : carver.Take((nint)Math.Max(problem.KeyWidth, problem.ValueWidth) * TokenLayout.KeyBlock);
        Scores = carver.Take(rows * TokenLayout.KeyBlock);
        Output = carver.Take((nint)rows * valueWidth);
        Largest = carver.Take(rows);
        Factors = carver.Take(rows);
        Sums = carver.Take(rows * lanes);
        RelativeColumns = RelativeKeys.Columns(problem);
        RelativeTable = carver.Take((nint)RelativeColumns * problem.KeyWidth);
        Relative = carver.Take((nint)rows * RelativeColumns);
        Length = carver.Length;
    }

    public int KeyWidth { get; }

    public int ValueWidth { get; }

    public nint Length { get; }

    public RowPlace* Places { get; }

    public KeyRange* Ranges { get; }

    public float* Queries { get; }

    public float* Keys { get; }

    public float* Values { get; }

    /// <summary>A block of keys or values that are not stored in single precision.</summary>
    public float* Widened { get; }

    public float* Scores { get; }

    public float* Output { get; }

    public float* Largest { get; }

    public float* Factors { get; }

    public float* Sums { get; }

    public int RelativeColumns { get; }

    public float* RelativeTable { get; }

    public float* Relative { get; }
}

/// <summary>One tile of query rows of one sequence and key-value head, from queries to results.</summary>
internal readonly unsafe ref struct ForwardTile<TVector> where TVector : struct, ISimd<TVector>
{
    private const int Block = TokenLayout.KeyBlock;
    private readonly ref readonly AttentionProblem _problem;
    private readonly ref readonly AttentionSequence _sequence;
    private readonly ref readonly ForwardWorkspace _at;
    private readonly int _rows;

    public ForwardTile(ref readonly AttentionProblem problem, ref readonly AttentionSequence sequence, ref readonly ForwardWorkspace workspace, int rows)
    {
        _problem = ref problem;
        _sequence = ref sequence;
        _at = ref workspace;
        _rows = rows;
    }

    /// <summary>Gathers the queries, times the scale, and sets the running numbers: nothing seen but the sink.</summary>
    public void Begin(int keyValueHead, int first)
    {
        var group = _problem.Group;
        var scale = _problem.Scale;
        for (var i = 0; i < _rows; i++)
        {
            var (query, member) = Math.DivRem(first + i, group);
            _at.Places[i] = _sequence.Place(_sequence.FirstQuery + query, keyValueHead * group + member);
            BlockPacker.Prefetch(_problem.Queries.At(_at.Places[i].Query, _at.Places[i].Head), 0, 1, _problem.KeyWidth);
        }
        for (var i = 0; i < _rows; i++)
        {
            var place = _at.Places[i];
            BlockPacker.CopyRow<TVector>(
                _problem.Queries.At(place.Query, place.Head), _problem.KeyWidth, scale, _at.Queries + (nint)i * _at.KeyWidth, _at.KeyWidth);
            var sum = _at.Sums + i * TVector.Count;
            TVector.Store(default, sum);
            _at.Largest[i] = float.NegativeInfinity;
            if (!_problem.Sinks.IsMissing)
            {
                _at.Largest[i] = *_problem.Sinks.At(0, place.Head);
                sum[0] = 1;
            }
        }
        new Span<float>(_at.Output, checked(_rows * _at.ValueWidth)).Clear();
        if (_at.RelativeColumns > 0)
        {
            RelativeKeys.Transpose(_problem, _at.RelativeTable);
            RelativeKeys.Products<TVector>(_problem, _rows, _at.Queries, _at.KeyWidth, _at.RelativeTable, _at.Relative);
        }
    }

    /// <summary>Folds in every block of keys that a row may see.</summary>
    public void FoldKeys(int keyValueHead)
    {
        int from = int.MaxValue, to = 0;
        for (var i = 0; i < _rows; i++)
        {
            from = Math.Min(from, _at.Places[i].From);
            to = Math.Max(to, _at.Places[i].To);
        }
        for (var firstKey = from / Block * Block; firstKey < to; firstKey += Block)
            FoldBlock(keyValueHead, firstKey, Math.Min(firstKey + Block, (to - 1) / Block * Block));
    }

    /// <summary>y = output / sum, logSum = largest + ln sum.</summary>
    public void Finish(RowView y, RowView logSum)
    {
        for (var i = 0; i < _rows; i++)
        {
            var place = _at.Places[i];
            var sum = TVector.HorizontalSum(TVector.Load(_at.Sums + i * TVector.Count));
            *logSum.At(place.Query, place.Head) = _at.Largest[i] + MathF.Log(sum);
            BlockPacker.CopyRow<TVector>(
                _at.Output + (nint)i * _at.ValueWidth, _problem.ValueWidth, sum == 0 ? 0 : 1 / sum, y.At(place.Query, place.Head), _problem.ValueWidth);
        }
    }

    /// <summary>Folds in the block of one key, while the block of another, which comes next, is asked for.</summary>
    private void FoldBlock(int keyValueHead, int firstKey, int nextKey)
    {
        var count = KeysOf(firstKey);
        var (memoryRow, nextRow) = (_sequence.MemoryRow(firstKey), _sequence.MemoryRow(nextKey));
        var isNarrow = _problem.Storage == RowStorage.Half && _rows <= HalfProduct.MostRows && HalfProduct.IsSupported<TVector>();
        float* keys = null, values = null;
        for (int row = 0, panel = 0; row < _rows; row += TileProduct.PanelRows, panel++)
        {
            var rows = Math.Min(TileProduct.PanelRows, _rows - row);
            var range = KeyRange.Of<TVector>(_at.Places + row, rows, firstKey, count);
            _at.Ranges[panel] = range;
            if (nextKey != firstKey && _problem.Storage == RowStorage.Single)
                PrefetchBlock(keyValueHead, nextRow, KeysOf(nextKey), row, rows);
            if (range.IsEmpty)
                continue;
            var scores = _at.Scores + row * Block;
            var queries = _at.Queries + (nint)row * _at.KeyWidth;
            if (!isNarrow || !_problem.HasKeyColumns || keys != null || !HalfProduct.TryMultiply(
                rows, Block, _problem.KeyWidth, queries, _at.KeyWidth, _problem.Keys.AtHalf(memoryRow, keyValueHead), Block,
                _problem.Keys.AtHalf(nextRow, keyValueHead), scores, Block, null))
            {
                if (keys == null)
                    keys = KeyColumns(keyValueHead, memoryRow, nextRow, count);
                TileProduct.Multiply<TVector>(
                    rows, range.High - range.Low, _problem.KeyWidth, queries, _at.KeyWidth, 1, keys + range.Low, Block, scores + range.Low, Block, OldSum.Replaced);
            }
            ScorePanel.Complete<TVector>(
                _problem, _sequence, _at.Places + row, rows, _at.Relative + (nint)row * _at.RelativeColumns, _at.RelativeColumns, firstKey, range, scores);
            Exponentiate(rows, range, scores, _at.Largest + row, _at.Factors + row, _at.Sums + row * TVector.Count);
            for (var i = row; i < row + rows && _problem.HasDropout; i++)
                Drop(_at.Places + i, firstKey, range, _at.Scores + i * Block);
        }

        nint valueStride = 0;
        for (int row = 0, panel = 0; row < _rows; row += TileProduct.PanelRows, panel++)
        {
            var range = _at.Ranges[panel];
            if (range.IsEmpty)
                continue;
            var rows = Math.Min(TileProduct.PanelRows, _rows - row);
            var weights = _at.Scores + row * Block + range.From;
            var output = _at.Output + (nint)row * _at.ValueWidth;
            var depth = range.To - range.From;
            if (isNarrow && values == null && _problem.ValueWidth % HalfProduct.ColumnStep == 0 && HalfProduct.TryMultiply(
                rows, _problem.ValueWidth, depth, weights, Block, _problem.Values.AtHalf(memoryRow, keyValueHead) + range.From * _problem.ValueStride,
                _problem.ValueStride, _problem.Values.AtHalf(nextRow, keyValueHead) + range.From * _problem.ValueStride, output, _at.ValueWidth, _at.Factors + row))
                continue;
            if (values == null)
                values = ValueRows(keyValueHead, memoryRow, nextRow, count, out valueStride);
            TileProduct.Multiply<TVector>(
                rows, _at.ValueWidth, depth, weights, Block, 1, values + range.From * valueStride, valueStride, output, _at.ValueWidth, OldSum.Scaled, _at.Factors + row);
        }
    }

    /// <summary>A block of keys as [key width, 64] in single precision.</summary>
    private float* KeyColumns(int head, int memoryRow, int nextRow, int count)
    {
        if (!_problem.HasKeyColumns)
        {
            var rows = Plain(_problem.Keys, _problem.KeyStride, memoryRow, nextRow, head, count, _problem.KeyWidth, out var stride);
            BlockPacker.Transpose(rows, stride, count, _problem.KeyWidth, _at.Keys);
            return _at.Keys;
        }
        if (_problem.Storage == RowStorage.Single)
            return _problem.Keys.At(memoryRow, head);
        Widen(_problem.Keys.AtHalf(memoryRow, head), _problem.Keys.AtHalf(nextRow, head), Block, _problem.KeyWidth, Block, _at.Keys);
        return _at.Keys;
    }

    /// <summary>A block of values as rows in single precision.</summary>
    private float* ValueRows(int head, int memoryRow, int nextRow, int count, out nint stride)
    {
        var values = Plain(_problem.Values, _problem.ValueStride, memoryRow, nextRow, head, count, _problem.ValueWidth, out stride);
        if (_rows <= TileProduct.PanelRows && _at.ValueWidth == _problem.ValueWidth)
            return values;
        // Read again and again, so made dense; far apart, rows would crowd into a few sets of the first cache.
        BlockPacker.CopyRows<TVector>(values, stride, count, _problem.ValueWidth, 1, _at.Values, _at.ValueWidth);
        stride = _at.ValueWidth;
        return _at.Values;
    }

    /// <summary>
    /// Rows of one head in single precision: where they lie, or widened in scratch, and then row by row those of the next block are asked for.
    /// </summary>
    private float* Plain(in RowView rows, nint rowStride, int first, int next, int head, int count, int width, out nint stride)
    {
        stride = rowStride;
        if (_problem.Storage == RowStorage.Single)
            return rows.At(first, head);
        stride = width;
        if (_problem.Storage == RowStorage.Half)
        {
            Widen(rows.AtHalf(first, head), rows.AtHalf(next, head), rowStride, count, width, _at.Widened);
            return _at.Widened;
        }
        for (var i = 0; i < count; i++)
        {
            BlockPacker.Prefetch((byte*)(rows.At(next, head) + i * rowStride), width / RowStorages.BlockLength * RowStorages.BlockInts * sizeof(int));
            RoundedRows.Widen((byte*)(rows.At(first, head) + i * rowStride), width, _at.Widened + i * stride);
        }
        return _at.Widened;
    }

    private static void Widen(ushort* halves, ushort* next, nint stride, int rows, int width, float* singles)
    {
        for (; rows > 0; rows--, halves += stride, next += stride, singles += width)
        {
            BlockPacker.Prefetch((byte*)next, width * sizeof(ushort));
            HalfReader.Widen((byte*)halves, singles, width);
        }
    }

    /// <summary>While a panel of rows is computed, its share of a block of keys and values is fetched.</summary>
    private void PrefetchBlock(int keyValueHead, int memoryRow, int keys, int row, int count)
    {
        int first = keys * row / _rows, end = keys * (row + count) / _rows;
        if (_problem.HasKeyColumns)
            BlockPacker.Prefetch(_problem.Keys.At(memoryRow, keyValueHead) + first * _problem.KeyWidth, 0, 1, (end - first) * _problem.KeyWidth);
        else
            BlockPacker.Prefetch(_problem.Keys.At(memoryRow, keyValueHead) + first * _problem.KeyStride, _problem.KeyStride, end - first, _problem.KeyWidth);
        BlockPacker.Prefetch(_problem.Values.At(memoryRow, keyValueHead) + first * _problem.ValueStride, _problem.ValueStride, end - first, _problem.ValueWidth);
    }

    private int KeysOf(int firstKey) => Math.Min(Block, _sequence.KeyCount - firstKey);

    /// <summary>
    /// A panel's scores become exponentials under each row's new largest score; the factor is what everything before must be multiplied by.
    /// The rows' horizontal maxima and factors are found together, because each alone is one long chain of waiting.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Exponentiate(int rows, in KeyRange range, float* scores, float* largest, float* factors, float* sums)
    {
        // Whole vectors of any width, of which only the first rows count.
        const int padded = 16;
        var changes = stackalloc float[padded];
        var shifts = stackalloc float[TileProduct.PanelRows];
        int low = range.Low, high = range.High;
        for (var i = 0; i < rows; i++)
        {
            var row = scores + i * Block;
            var top = TVector.Load(row + low);
            for (var j = low + TVector.Count; j < high; j += TVector.Count)
                top = TVector.Max(top, TVector.Load(row + j));
            var newLargest = TVector.HorizontalMaximum(top);
            newLargest = largest[i] > newLargest ? largest[i] : newLargest;

            // While nothing was seen, −∞ − (−∞) must not arise: any finite shift gives the zeros that are due.
            shifts[i] = float.IsNegativeInfinity(newLargest) ? 0 : newLargest;
            changes[i] = largest[i] - shifts[i];
            largest[i] = newLargest;
        }
        for (var i = 0; i < rows; i += TVector.Count)
            TVector.Store(SimdMath.ExpOfSmall(TVector.Load(changes + i)), changes + i);
        for (var i = 0; i < rows; i++)
        {
            var row = scores + i * Block;
            factors[i] = changes[i];
            var shift = TVector.Broadcast(shifts[i]);
            var sum = TVector.Load(sums + i * TVector.Count) * TVector.Broadcast(changes[i]);
            for (var j = low; j < high; j += TVector.Count)
            {
                var weight = SimdMath.ExpOfSmall(TVector.Load(row + j) - shift);
                sum += weight;
                TVector.Store(weight, row + j);
            }
            TVector.Store(sum, sums + i * TVector.Count);
        }
    }

    private void Drop(RowPlace* place, int firstKey, in KeyRange range, float* weights)
    {
        var factors = stackalloc float[Block];
        AttentionDropout.Factors(_problem, place, firstKey, range, factors);
        for (var j = range.Low; j < range.High; j += TVector.Count)
            TVector.Store(TVector.Load(weights + j) * TVector.Load(factors + j), weights + j);
    }
}
