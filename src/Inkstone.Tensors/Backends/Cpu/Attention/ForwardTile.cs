using System.Runtime.CompilerServices;

namespace Inkstone.Tensors;

/// <summary>The scratch of one tile of <see cref="AttentionForward"/>; its size does not depend on how many keys there are.</summary>
internal readonly unsafe struct ForwardWorkspace
{
    public ForwardWorkspace(in AttentionProblem problem, int keyWidth, int valueWidth, int lanes, float* memory)
    {
        const int rows = AttentionForward.TileRows;
        (KeyWidth, ValueWidth) = (keyWidth, valueWidth);
        var carver = new ScratchCarver(memory);
        Places = (RowPlace*)carver.Take(rows * sizeof(RowPlace) / sizeof(float));
        Ranges = (KeyRange*)carver.Take(rows * sizeof(KeyRange) / sizeof(float));
        Queries = carver.Take((nint)rows * keyWidth);
        Keys = carver.Take((nint)problem.KeyWidth * TokenLayout.KeyBlock);
        Values = carver.Take((nint)valueWidth * TokenLayout.KeyBlock);
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
            var place = _sequence.Place(_sequence.FirstQuery + query, keyValueHead * group + member);
            _at.Places[i] = place;
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
            FoldBlock(keyValueHead, firstKey, Math.Min(Block, _sequence.KeyCount - firstKey));
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

    private void FoldBlock(int keyValueHead, int firstKey, int keys)
    {
        var memoryRow = _sequence.MemoryRow(firstKey);
        BlockPacker.Transpose(_problem.Keys.At(memoryRow, keyValueHead), _problem.Keys.RowStride, keys, _problem.KeyWidth, _at.Keys);
        for (int row = 0, panel = 0; row < _rows; row += TileProduct.PanelRows, panel++)
        {
            var count = Math.Min(TileProduct.PanelRows, _rows - row);
            var range = KeyRange.Of<TVector>(_at.Places + row, count, firstKey, keys);
            _at.Ranges[panel] = range;
            if (range.IsEmpty)
                continue;
            ScorePanel.Compute<TVector>(
                _problem, _sequence, _at.Places + row, count, _at.Queries + (nint)row * _at.KeyWidth, _at.KeyWidth, _at.Keys,
                _at.Relative + (nint)row * _at.RelativeColumns, _at.RelativeColumns, firstKey, range, _at.Scores + row * Block);
            for (var i = row; i < row + count; i++)
            {
                Exponentiate(range, _at.Scores + i * Block, _at.Largest + i, _at.Factors + i, _at.Sums + i * TVector.Count);
                if (_problem.HasDropout)
                    Drop(_at.Places + i, firstKey, range, _at.Scores + i * Block);
            }
        }

        var values = _problem.Values.At(memoryRow, keyValueHead);
        var valueStride = _problem.Values.RowStride;
        if (_rows > TileProduct.PanelRows || _at.ValueWidth != _problem.ValueWidth)
        {
            // Read again and again, so made dense; far apart, rows would crowd into a few sets of the first cache.
            BlockPacker.CopyRows<TVector>(values, valueStride, keys, _problem.ValueWidth, 1, _at.Values, _at.ValueWidth);
            values = _at.Values;
            valueStride = _at.ValueWidth;
        }
        for (int row = 0, panel = 0; row < _rows; row += TileProduct.PanelRows, panel++)
        {
            var range = _at.Ranges[panel];
            if (range.IsEmpty)
                continue;
            TileProduct.Multiply<TVector>(
                Math.Min(TileProduct.PanelRows, _rows - row), _at.ValueWidth, range.To - range.From, _at.Scores + row * Block + range.From, Block, 1,
                values + range.From * valueStride, valueStride, _at.Output + (nint)row * _at.ValueWidth, _at.ValueWidth, _at.Factors + row);
        }
    }

    /// <summary>Scores become exponentials under the new largest score; the factor is what everything before must be multiplied by.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Exponentiate(in KeyRange range, float* scores, float* largest, float* factor, float* sums)
    {
        var top = TVector.Load(scores + range.Low);
        for (var j = range.Low + TVector.Count; j < range.High; j += TVector.Count)
            top = TVector.Max(top, TVector.Load(scores + j));
        var newLargest = MathF.Max(*largest, TVector.HorizontalMaximum(top));

        // While nothing was seen, −∞ − (−∞) must not arise: any finite shift gives the zeros that are due.
        var finite = float.IsNegativeInfinity(newLargest) ? 0 : newLargest;
        var shrink = SimdMath.ExpOfSmall(TVector.Broadcast(*largest - finite));
        var shift = TVector.Broadcast(finite);
        var sum = TVector.Load(sums) * shrink;
        for (var j = range.Low; j < range.High; j += TVector.Count)
        {
            var weight = SimdMath.ExpOfSmall(TVector.Load(scores + j) - shift);
            sum += weight;
            TVector.Store(weight, scores + j);
        }
        TVector.Store(sum, sums);
        *largest = newLargest;
        *factor = Unsafe.As<TVector, float>(ref shrink);
    }

    private void Drop(RowPlace* place, int firstKey, in KeyRange range, float* weights)
    {
        var factors = stackalloc float[Block];
        AttentionDropout.Factors(_problem, place, firstKey, range, factors);
        for (var j = range.Low; j < range.High; j += TVector.Count)
            TVector.Store(TVector.Load(weights + j) * TVector.Load(factors + j), weights + j);
    }
}
