using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Inkstone.Tensors;

/// <summary>A run of key blocks of one sequence and key-value head, against all queries that see them.</summary>
internal readonly unsafe ref struct BackwardTask<TVector> where TVector : struct, ISimd<TVector>
{
    private const int Block = TokenLayout.KeyBlock;
    private readonly ref readonly AttentionProblem _problem;
    private readonly ref readonly AttentionSequence _sequence;
    private readonly ref readonly BackwardWorkspace _at;
    private readonly int _keyValueHead;
    private readonly AttentionGradients _gradients;
    private readonly float* _bias;

    /// <summary>Takes what the task works on; <paramref name="bias"/> is its own gradient of the bias, or null.</summary>
    public BackwardTask(
        ref readonly AttentionProblem problem, ref readonly AttentionSequence sequence, ref readonly BackwardWorkspace workspace, int keyValueHead,
        AttentionGradients gradients, float* bias)
    {
        _problem = ref problem;
        _sequence = ref sequence;
        _at = ref workspace;
        _keyValueHead = keyValueHead;
        _gradients = gradients;
        _bias = bias;
    }

    /// <summary>Σ a·b in lanes, then over the lanes.</summary>
    public static float Dot(float* a, float* b, int width)
    {
        TVector sum = default;
        var i = 0;
        for (; i + TVector.Count <= width; i += TVector.Count)
            sum = TVector.MultiplyAdd(TVector.Load(a + i), TVector.Load(b + i), sum);
        var total = TVector.HorizontalSum(sum);
        for (; i < width; i++)
            total += a[i] * b[i];
        return total;
    }

    /// <summary>What is known of each query row before any key: its vectors, its interval, its logSum and its delta.</summary>
    public void Begin(RowView y, RowView logSum, RowView dy)
    {
        var count = _sequence.QueryCount;
        for (var member = 0; member < _problem.Group; member++)
        {
            var head = _keyValueHead * _problem.Group + member;
            var first = (nint)member * count;
            BlockPacker.CopyRows<TVector>(
                _problem.Queries.At(_sequence.FirstQuery, head), _problem.Queries.RowStride, count, _problem.KeyWidth, _problem.Scale,
                _at.Queries + first * _at.KeyWidth, _at.KeyWidth);
            BlockPacker.CopyRows<TVector>(
                dy.At(_sequence.FirstQuery, head), dy.RowStride, count, _problem.ValueWidth, 1, _at.OutputGradient + first * _at.ValueWidth, _at.ValueWidth);
            for (var query = 0; query < count; query++)
            {
                var row = first + query;
                var place = _sequence.Place(_sequence.FirstQuery + query, head);
                _at.Places[row] = place;
                // A row that sees nothing has −∞ here; +∞ gives it weights of zero.
                var sum = *logSum.At(place.Query, head);
                _at.LogSums[row] = float.IsNegativeInfinity(sum) ? float.PositiveInfinity : sum;
                BlockPacker.Prefetch(y.At(place.Query + BlockPacker.RowsAhead, head), 0, 1, _problem.ValueWidth);
                _at.Deltas[row] = Dot(_at.OutputGradient + row * _at.ValueWidth, y.At(place.Query, head), _problem.ValueWidth);
            }
        }
        if (!_gradients.Queries.IsMissing)
            NativeMemory.Clear(_at.QueryGradient, checked((nuint)count * (nuint)_problem.Group * (nuint)_at.KeyWidth * sizeof(float)));
        if (_at.RelativeColumns > 0)
        {
            RelativeKeys.Transpose(_problem, _at.RelativeTransposed);
            RelativeKeys.CopyScaled(_problem, _at.RelativeTable, _at.KeyWidth);
        }
    }

    /// <summary>Hands over the gradient of the queries.</summary>
    public void End()
    {
        if (_gradients.Queries.IsMissing)
            return;
        for (nint row = 0; row < _sequence.QueryCount * (nint)_problem.Group; row++)
            BlockPacker.CopyRow<TVector>(
                _at.QueryGradient + row * _at.KeyWidth, _problem.KeyWidth, 1, _gradients.Queries.At(_at.Places[row].Query, _at.Places[row].Head),
                _problem.KeyWidth);
    }

    /// <summary>The gradients of one block of keys and values, and the block's share of the queries' and the bias's.</summary>
    public void DoBlock(int firstKey)
    {
        var keys = Math.Min(Block, _sequence.KeyCount - firstKey);
        var memoryRow = _sequence.MemoryRow(firstKey);
        var key = _problem.Keys.At(memoryRow, _keyValueHead);
        BlockPacker.Transpose(key, _problem.Keys.RowStride, keys, _problem.KeyWidth, _at.KeysTransposed);
        BlockPacker.CopyRows<TVector>(key, _problem.Keys.RowStride, keys, _problem.KeyWidth, _problem.Scale, _at.Keys, _at.KeyWidth);
        BlockPacker.Transpose(
            _problem.Values.At(memoryRow, _keyValueHead), _problem.Values.RowStride, keys, _problem.ValueWidth, _at.ValuesTransposed);
        new Span<float>(_at.KeyGradient, checked(Block * _at.KeyWidth)).Clear();
        new Span<float>(_at.ValueGradient, checked(Block * _at.ValueWidth)).Clear();

        for (var member = 0; member < _problem.Group; member++)
            for (var first = 0; first < _sequence.QueryCount; first += AttentionBackward.TileRows)
                DoTile((nint)member * _sequence.QueryCount + first, Math.Min(AttentionBackward.TileRows, _sequence.QueryCount - first), firstKey, keys);

        for (var j = 0; j < keys; j++)
        {
            if (!_gradients.Keys.IsMissing)
                BlockPacker.CopyRow<TVector>(
                    _at.KeyGradient + (nint)j * _at.KeyWidth, _problem.KeyWidth, 1, _gradients.Keys.At(memoryRow + j, _keyValueHead), _problem.KeyWidth);
            if (!_gradients.Values.IsMissing)
                BlockPacker.CopyRow<TVector>(
                    _at.ValueGradient + (nint)j * _at.ValueWidth, _problem.ValueWidth, 1, _gradients.Values.At(memoryRow + j, _keyValueHead),
                    _problem.ValueWidth);
        }
    }

    private void DoTile(nint first, int rows, int firstKey, int keys)
    {
        var places = _at.Places + first;
        if (KeyRange.Of<TVector>(places, rows, firstKey, keys).IsEmpty)
            return;
        float* queries = _at.Queries + first * _at.KeyWidth, outputGradient = _at.OutputGradient + first * _at.ValueWidth;
        if (_at.RelativeColumns > 0)
            RelativeKeys.Products<TVector>(_problem, rows, queries, _at.KeyWidth, _at.RelativeTransposed, _at.Relative);

        var isPlain = !_problem.HasDropout && _problem.Form.SoftCap == 0;
        // Each loop over the panels reads one block again and again, which then stays in the first cache.
        for (int row = 0, panel = 0; row < rows; row += TileProduct.PanelRows, panel++)
        {
            var count = Math.Min(TileProduct.PanelRows, rows - row);
            var range = KeyRange.Of<TVector>(places + row, count, firstKey, keys);
            _at.Ranges[panel] = range;
            if (!range.IsEmpty)
                ScorePanel.Compute<TVector>(
                    _problem, _sequence, places + row, count, queries + (nint)row * _at.KeyWidth, _at.KeyWidth, _at.KeysTransposed,
                    _at.Relative + (nint)row * _at.RelativeColumns, _at.RelativeColumns, firstKey, range, _at.Weights + row * Block);
        }
        for (int row = 0, panel = 0; row < rows; row += TileProduct.PanelRows, panel++)
        {
            var count = Math.Min(TileProduct.PanelRows, rows - row);
            var range = _at.Ranges[panel].IsEmpty ? default : _at.Ranges[panel];
            float* weights = _at.Weights + row * Block, gradient = _at.ScoreGradient + row * Block;
            TileProduct.Multiply<TVector>(
                count, range.High - range.Low, _problem.ValueWidth, outputGradient + (nint)row * _at.ValueWidth, _at.ValueWidth, 1,
                _at.ValuesTransposed + range.Low, Block, gradient + range.Low, Block, OldSum.Replaced);
            if (isPlain)
                Differentiate(count, range, _at.LogSums + first + row, _at.Deltas + first + row, weights, gradient);
            else
                for (var i = 0; i < count; i++)
                    DifferentiateModified(
                        places + row + i, firstKey, range, _at.LogSums[first + row + i], _at.Deltas[first + row + i], weights + i * Block, gradient + i * Block);
            if (range.High - range.Low < Block)
                for (var i = 0; i < count; i++)
                {
                    ClearOutside(range, weights + i * Block);
                    ClearOutside(range, gradient + i * Block);
                }
        }
        if (!_gradients.Values.IsMissing)
            AddToBlock(rows, keys, _at.Weights, outputGradient, _at.ValueWidth, _at.ValueGradient);
        if (!_gradients.Keys.IsMissing)
            AddToBlock(rows, keys, _at.ScoreGradient, queries, _at.KeyWidth, _at.KeyGradient);
        AddToQueries(places, rows, firstKey, queries, _at.QueryGradient + first * _at.KeyWidth);
    }

    /// <summary>
    /// A panel's scores become weights, the weights' gradients the scores': weights = e = exp(s − logSum) and ds = e·(dw − delta).
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Differentiate(int rows, in KeyRange range, float* logSums, float* deltas, float* weights, float* gradient)
    {
        int low = range.Low, high = range.High;
        for (var i = 0; i < rows; i++, weights += Block, gradient += Block)
        {
            var shift = TVector.Broadcast(logSums[i]);
            var mean = TVector.Broadcast(deltas[i]);
            for (var j = low; j < high; j += TVector.Count)
            {
                var weight = SimdMath.ExpOfSmall(TVector.Load(weights + j) - shift);
                TVector.Store(weight, weights + j);
                TVector.Store(weight * (TVector.Load(gradient + j) - mean), gradient + j);
            }
        }
    }

    /// <summary>
    /// <see cref="Differentiate"/> of one row under dropout or a cap: weights = f·e (f the dropout's factor) and ds = e·(f·dw − delta), times
    /// 1 − (s/c)² under a cap c.
    /// </summary>
    private void DifferentiateModified(RowPlace* place, int firstKey, in KeyRange range, float logSum, float delta, float* weights, float* gradient)
    {
        var shift = TVector.Broadcast(logSum);
        var mean = TVector.Broadcast(delta);
        var factors = stackalloc float[Block];
        if (_problem.HasDropout)
            AttentionDropout.Factors(_problem, place, firstKey, range, factors);
        else
            new Span<float>(factors, Block).Fill(1);
        var one = TVector.Broadcast(1f);
        var reciprocal = TVector.Broadcast(_problem.Form.SoftCap > 0 ? 1 / _problem.Form.SoftCap : 0);
        for (var j = range.Low; j < range.High; j += TVector.Count)
        {
            var score = TVector.Load(weights + j);
            var weight = SimdMath.ExpOfSmall(score - shift);
            var factor = TVector.Load(factors + j);
            TVector.Store(weight * factor, weights + j);
            var capped = score * reciprocal;
            var slope = one - TVector.Min(one, capped * capped); // at most 1, so that what is masked (−∞) gives 0, not NaN
            if (_problem.Form.SoftCap == 0)
                slope = one;
            TVector.Store(weight * (TVector.Load(gradient + j) * factor - mean) * slope, gradient + j);
        }
    }

    private static void ClearOutside(in KeyRange range, float* row)
    {
        if (range.Low > 0)
            new Span<float>(row, range.Low).Clear();
        if (range.High < Block)
            new Span<float>(row + range.High, Block - range.High).Clear();
    }

    /// <summary>
    /// sum [keys, width] += matrixᵀ · rowVectors, with matrix [rows, 64] the weights or the scores' gradient.
    /// </summary>
    private void AddToBlock(int rows, int keys, float* matrix, float* rowVectors, int width, float* sum)
    {
        for (var j = 0; j < keys; j += TileProduct.PanelRows)
        {
            // The rows that see any of these keys lie between the first and the last panel that does.
            int from = rows, to = 0;
            for (int row = 0, panel = 0; row < rows; row += TileProduct.PanelRows, panel++)
            {
                if (_at.Ranges[panel].From >= j + TileProduct.PanelRows || _at.Ranges[panel].To <= j)
                    continue;
                from = Math.Min(from, row);
                to = Math.Min(row + TileProduct.PanelRows, rows);
            }
            if (to > from)
                TileProduct.Multiply<TVector>(
                    Math.Min(TileProduct.PanelRows, keys - j), width, to - from, matrix + from * Block + j, 1, Block,
                    rowVectors + (nint)from * width, width, sum + (nint)j * width, width, OldSum.Kept);
        }
    }

    private void AddToQueries(RowPlace* places, int rows, int firstKey, float* queries, float* sum)
    {
        if (_bias != null || _at.RelativeColumns > 0)
            BiasGradient.Collect<TVector>(_problem, _sequence, places, rows, firstKey, _at, queries, _bias);
        if (_gradients.Queries.IsMissing)
            return;
        for (int row = 0, panel = 0; row < rows; row += TileProduct.PanelRows, panel++, sum += TileProduct.PanelRows * _at.KeyWidth)
        {
            var range = _at.Ranges[panel];
            if (range.IsEmpty)
                continue;
            var count = Math.Min(TileProduct.PanelRows, rows - row);
            TileProduct.Multiply<TVector>(
                count, _at.KeyWidth, range.To - range.From, _at.ScoreGradient + row * Block + range.From, Block, 1,
                _at.Keys + (nint)range.From * _at.KeyWidth, _at.KeyWidth, sum, _at.KeyWidth, OldSum.Kept);
            if (_at.RelativeColumns > 0)
                TileProduct.Multiply<TVector>(
                    count, _at.KeyWidth, _problem.BiasCount, _at.RelativeGradient + (nint)row * _at.RelativeColumns, _at.RelativeColumns, 1,
                    _at.RelativeTable, _at.KeyWidth, sum, _at.KeyWidth, OldSum.Kept);
        }
    }
}
