using System.Runtime.CompilerServices;

namespace Inkstone.Tensors;

/// <summary>The scratch of one task of <see cref="AttentionBackward"/>.</summary>
internal readonly unsafe struct BackwardWorkspace
{
    public BackwardWorkspace(in AttentionProblem problem, int keyWidth, int valueWidth, float* memory)
    {
        const int rows = AttentionBackward.TileRows, block = TokenLayout.KeyBlock;
        (KeyWidth, ValueWidth) = (keyWidth, valueWidth);
        var carver = new ScratchCarver(memory);
        var allRows = checked((nint)problem.QueryLayout.LongestLength * problem.Group);
        Places = (RowPlace*)carver.Take(allRows * sizeof(RowPlace) / sizeof(float));
        LogSums = carver.Take(allRows);
        Deltas = carver.Take(allRows);
        Ranges = (KeyRange*)carver.Take(rows * sizeof(KeyRange) / sizeof(float));
        KeysTransposed = carver.Take((nint)problem.KeyWidth * block);
        ValuesTransposed = carver.Take((nint)problem.ValueWidth * block);
        Keys = carver.Take((nint)keyWidth * block);
        Queries = carver.Take((nint)rows * keyWidth);
        OutputGradient = carver.Take((nint)rows * valueWidth);
        Weights = carver.Take(rows * block);
        ScoreGradient = carver.Take(rows * block);
        QueryGradient = carver.Take((nint)rows * keyWidth);
        KeyGradient = carver.Take((nint)block * keyWidth);
        ValueGradient = carver.Take((nint)block * valueWidth);
        Ones = carver.Take(rows);
        RelativeColumns = RelativeKeys.Columns(problem);
        RelativeTransposed = carver.Take((nint)RelativeColumns * problem.KeyWidth);
        RelativeTable = carver.Take(RelativeColumns == 0 ? 0 : (nint)problem.BiasCount * keyWidth);
        Relative = carver.Take((nint)rows * RelativeColumns);
        RelativeGradient = carver.Take((nint)rows * RelativeColumns);
        Length = carver.Length;
    }

    public int KeyWidth { get; }

    public int ValueWidth { get; }

    public nint Length { get; }

    /// <summary>All queries of the sequence for each head of the group, heads outermost.</summary>
    public RowPlace* Places { get; }

    public float* LogSums { get; }

    /// <summary>Σ dy·y of each row: what the softmax's gradient takes off.</summary>
    public float* Deltas { get; }

    public KeyRange* Ranges { get; }

    public float* KeysTransposed { get; }

    public float* ValuesTransposed { get; }

    /// <summary>The block's keys times the scale.</summary>
    public float* Keys { get; }

    /// <summary>The tile's queries times the scale.</summary>
    public float* Queries { get; }

    public float* OutputGradient { get; }

    public float* Weights { get; }

    public float* ScoreGradient { get; }

    public float* QueryGradient { get; }

    public float* KeyGradient { get; }

    public float* ValueGradient { get; }

    public float* Ones { get; }

    public int RelativeColumns { get; }

    public float* RelativeTransposed { get; }

    public float* RelativeTable { get; }

    public float* Relative { get; }

    public float* RelativeGradient { get; }
}

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

    /// <summary>What is known of each query row before any key: its interval, its logSum, its delta; and its gradient is set to zero.</summary>
    public void Begin(RowView y, RowView logSum, RowView dy)
    {
        nint row = 0;
        for (var member = 0; member < _problem.Group; member++)
            for (var query = 0; query < _sequence.QueryCount; query++, row++)
            {
                var place = _sequence.Place(_sequence.FirstQuery + query, _keyValueHead * _problem.Group + member);
                _at.Places[row] = place;
                // A row that sees nothing has −∞ here; +∞ gives it weights of zero.
                var sum = *logSum.At(place.Query, place.Head);
                _at.LogSums[row] = float.IsNegativeInfinity(sum) ? float.PositiveInfinity : sum;
                _at.Deltas[row] = Dot(dy.At(place.Query, place.Head), y.At(place.Query, place.Head), _problem.ValueWidth);
                if (!_gradients.Queries.IsMissing)
                    new Span<float>(_gradients.Queries.At(place.Query, place.Head), _problem.KeyWidth).Clear();
            }
        new Span<float>(_at.Ones, AttentionBackward.TileRows).Fill(1);
        if (_at.RelativeColumns > 0)
        {
            RelativeKeys.Transpose(_problem, _at.RelativeTransposed);
            RelativeKeys.CopyScaled(_problem, _at.RelativeTable, _at.KeyWidth);
        }
    }

    /// <summary>The gradients of one block of keys and values, and the block's share of the queries' and the bias's.</summary>
    public void DoBlock(int firstKey, RowView dy)
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
                DoTile((nint)member * _sequence.QueryCount + first, Math.Min(AttentionBackward.TileRows, _sequence.QueryCount - first), firstKey, keys, dy);

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

    private void DoTile(nint first, int rows, int firstKey, int keys, RowView dy)
    {
        var places = _at.Places + first;
        if (KeyRange.Of<TVector>(places, rows, firstKey, keys).IsEmpty)
            return;
        for (var i = 0; i < rows; i++)
        {
            var place = places[i];
            BlockPacker.CopyRow<TVector>(
                _problem.Queries.At(place.Query, place.Head), _problem.KeyWidth, _problem.Scale, _at.Queries + (nint)i * _at.KeyWidth, _at.KeyWidth);
            BlockPacker.CopyRow<TVector>(
                dy.At(place.Query, place.Head), _problem.ValueWidth, 1, _at.OutputGradient + (nint)i * _at.ValueWidth, _at.ValueWidth);
        }
        if (_at.RelativeColumns > 0)
            RelativeKeys.Products<TVector>(_problem, rows, _at.Queries, _at.KeyWidth, _at.RelativeTransposed, _at.Relative);

        for (int row = 0, panel = 0; row < rows; row += TileProduct.PanelRows, panel++)
        {
            var count = Math.Min(TileProduct.PanelRows, rows - row);
            var range = KeyRange.Of<TVector>(places + row, count, firstKey, keys);
            _at.Ranges[panel] = range;
            if (range.IsEmpty)
                range = default;
            else
            {
                ScorePanel.Compute<TVector>(
                    _problem, _sequence, places + row, count, _at.Queries + (nint)row * _at.KeyWidth, _at.KeyWidth, _at.KeysTransposed,
                    _at.Relative + (nint)row * _at.RelativeColumns, _at.RelativeColumns, firstKey, range, _at.Weights + row * Block);
                TileProduct.Multiply<TVector>(
                    count, range.High - range.Low, _problem.ValueWidth, _at.OutputGradient + (nint)row * _at.ValueWidth, _at.ValueWidth, 1,
                    _at.ValuesTransposed + range.Low, Block, _at.ScoreGradient + row * Block + range.Low, Block, null);
            }
            for (var i = row; i < row + count; i++)
            {
                Differentiate(places + i, firstKey, range, _at.LogSums[first + i], _at.Deltas[first + i], _at.Weights + i * Block, _at.ScoreGradient + i * Block);
                ClearOutside(range, _at.Weights + i * Block);
                ClearOutside(range, _at.ScoreGradient + i * Block);
            }
        }
        AddToKeysAndValues(rows, keys);
        AddToQueries(places, rows, firstKey);
    }

    /// <summary>
    /// Scores become weights, the weights' gradients the scores': with e = exp(s − logSum), weights = f·e (f the dropout's factor) and
    /// ds = e·(f·dw − delta), times 1 − (s/c)² under a cap c.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Differentiate(RowPlace* place, int firstKey, in KeyRange range, float logSum, float delta, float* weights, float* gradient)
    {
        var shift = TVector.Broadcast(logSum);
        var mean = TVector.Broadcast(delta);
        if (!_problem.HasDropout && _problem.Form.SoftCap == 0)
        {
            for (var j = range.Low; j < range.High; j += TVector.Count)
            {
                var weight = SimdMath.ExpOfSmall(TVector.Load(weights + j) - shift);
                TVector.Store(weight, weights + j);
                TVector.Store(weight * (TVector.Load(gradient + j) - mean), gradient + j);
            }
            return;
        }

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

    private void AddToKeysAndValues(int rows, int keys)
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
            var count = Math.Min(TileProduct.PanelRows, keys - j);
            var at = from * Block + j;
            if (to > from && !_gradients.Values.IsMissing)
                TileProduct.Multiply<TVector>(
                    count, _at.ValueWidth, to - from, _at.Weights + at, 1, Block, _at.OutputGradient + (nint)from * _at.ValueWidth, _at.ValueWidth,
                    _at.ValueGradient + (nint)j * _at.ValueWidth, _at.ValueWidth, _at.Ones);
            if (to > from && !_gradients.Keys.IsMissing)
                TileProduct.Multiply<TVector>(
                    count, _at.KeyWidth, to - from, _at.ScoreGradient + at, 1, Block, _at.Queries + (nint)from * _at.KeyWidth, _at.KeyWidth,
                    _at.KeyGradient + (nint)j * _at.KeyWidth, _at.KeyWidth, _at.Ones);
        }
    }

    private void AddToQueries(RowPlace* places, int rows, int firstKey)
    {
        if (_bias != null || _at.RelativeColumns > 0)
            BiasGradient.Collect<TVector>(_problem, _sequence, places, rows, firstKey, _at, _bias);
        if (_gradients.Queries.IsMissing)
            return;
        for (int row = 0, panel = 0; row < rows; row += TileProduct.PanelRows, panel++)
        {
            var range = _at.Ranges[panel];
            if (range.IsEmpty)
                continue;
            var count = Math.Min(TileProduct.PanelRows, rows - row);
            var gradient = _at.QueryGradient + (nint)row * _at.KeyWidth;
            TileProduct.Multiply<TVector>(
                count, _at.KeyWidth, range.To - range.From, _at.ScoreGradient + row * Block + range.From, Block, 1,
                _at.Keys + (nint)range.From * _at.KeyWidth, _at.KeyWidth, gradient, _at.KeyWidth, null);
            if (_at.RelativeColumns > 0)
                TileProduct.Multiply<TVector>(
                    count, _at.KeyWidth, _problem.BiasCount, _at.RelativeGradient + (nint)row * _at.RelativeColumns, _at.RelativeColumns, 1,
                    _at.RelativeTable, _at.KeyWidth, gradient, _at.KeyWidth, _at.Ones);
            for (var i = 0; i < count; i++)
                BlockPacker.AddRow<TVector>(
                    gradient + (nint)i * _at.KeyWidth, _problem.KeyWidth, _gradients.Queries.At(places[row + i].Query, places[row + i].Head));
        }
    }
}
