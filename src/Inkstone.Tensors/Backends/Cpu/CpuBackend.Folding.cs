namespace Inkstone.Tensors;

/// <content>Folding axes, one run of neighbouring axes after another, the last first.</content>
public sealed unsafe partial class CpuBackend
{
    internal override void Reduce(ReduceFunction f, in Tensor x, in Tensor y)
    {
        if (!AreSingle(x, y) || x.Count == 0 || y.Count == 0)
        {
            _reference.Reduce(f, x, y);
            return;
        }
        using var scope = PoolScope.Open();
        var source = IsMatrixInRows(x) ? x : Dense(x);
        var target = DenseTarget(y);
        var step = f == ReduceFunction.Mean ? ReduceFunction.Sum : f;
        while (true)
        {
            // the last run of folded axes [first, end), between what is kept outside and inside of it
            var end = x.Rank;
            while (end > 0 && !IsFolded(source, y, end - 1))
                end--;
            var first = end;
            while (first > 0 && (IsFolded(source, y, first - 1) || source.Shape[first - 1] == 1))
                first--;
            if (end == 0)
                break;
            var shape = source.Shape;
            for (var axis = first; axis < end; axis++)
                shape = shape.With(axis, 1);
            var result = shape == y.Shape ? target : Tensor.Empty(shape, y.Type, this);
            FoldAxes(step, source, first, end, result);
            source = result;
            if (step == ReduceFunction.SumOfSquares)
                step = ReduceFunction.Sum;
        }
        if (!IsSame(source, target))
            FoldNothing(step, source, target);
        if (f == ReduceFunction.Mean)
            Affine(target, (double)y.Count / x.Count, 0, target);
        Deliver(target, y);
    }

    internal override void ArgReduce(in Tensor x, int axis, bool largest, in Tensor index)
    {
        if (!AreSingle(x) || axis != x.Rank - 1 || !x.IsContiguous || !index.IsContiguous)
        {
            _reference.ArgReduce(x, axis, largest, index);
            return;
        }
        ForRows(x.Shape, new ArgReduceAction(_kernels, largest, Pointer(x), x.Shape[-1], (int*)Pointer(index)));
    }

    private static bool IsSame(in Tensor a, in Tensor b) => Pointer(a) == Pointer(b);

    /// <summary>Nothing was folded: each result is the fold of one element.</summary>
    private void FoldNothing(ReduceFunction f, in Tensor x, in Tensor y)
    {
        if (f == ReduceFunction.SumOfSquares)
            Unary(UnaryFunction.Square, x, y);
        else
            Copy(x, y);
    }

    private static bool IsFolded(in Tensor x, in Tensor y, int axis) => x.Shape[axis] != 1 && y.Shape[axis] == 1;

    /// <summary>Whether all axes but the last two have extent one, and rows have no gaps.</summary>
    private static bool IsMatrixInRows(in Tensor x)
    {
        for (var axis = 0; axis < x.Rank - 2; axis++)
            if (x.Shape[axis] != 1)
                return false;
        return x.Rank >= 2 && (x.Strides[x.Rank - 1] == 1 || x.Shape[-1] == 1 && x.IsContiguous);
    }

    private void FoldAxes(ReduceFunction f, in Tensor x, int first, int end, in Tensor y)
    {
        nint outer = 1, folded = 1, inner = 1;
        for (var axis = 0; axis < x.Rank; axis++)
        {
            if (axis < first)
                outer *= x.Shape[axis];
            else if (axis < end)
                folded *= x.Shape[axis];
            else
                inner *= x.Shape[axis];
        }
        // gaps are only possible between the rows of a single matrix
        var rowStride = x.IsContiguous ? inner == 1 ? folded : inner : (nint)x.Strides[x.Rank - 2];
        if (inner == 1 && outer == 1 && !x.IsContiguous)
            FoldAll(f, Dense(x), folded, y);
        else if (inner == 1 && outer == 1)
            FoldAll(f, x, folded, y);
        else if (inner == 1)
            FoldRows(f, x, rowStride, outer, folded, y);
        else
            for (nint i = 0; i < outer; i++)
                FoldColumns(f, Pointer(x) + i * folded * inner, rowStride, folded, inner, Pointer(y) + i * inner);
    }

    private void FoldAll(ReduceFunction f, in Tensor x, nint count, in Tensor y)
    {
        const int block = KernelTable.ReductionBlock;
        var blocks = checked((int)((count + block - 1) / block));
        using var scope = PoolScope.Open();
        var partial = Tensor.Empty([blocks], ElementType.Float32, this);
        _team.Run(blocks, new FoldBlocks(_kernels, f, Pointer(x), count, Pointer(partial)));
        *Pointer(y) = KernelTable.CombineBlocks(f, new Span<float>(Pointer(partial), blocks));
    }

    private void FoldRows(ReduceFunction f, in Tensor x, nint rowStride, nint rows, nint columns, in Tensor y)
    {
        var perChunk = nint.Max(1, KernelTable.ReductionBlock / columns);
        _team.Run(checked((int)((rows + perChunk - 1) / perChunk)), new FoldRowsAction(_kernels, f, Pointer(x), rowStride, Pointer(y), rows, columns, perChunk));
    }

    /// <summary>Each <see cref="KernelTable.RowBlock"/> rows are folded into a partial row, then the partial rows into one.</summary>
    private void FoldColumns(ReduceFunction f, float* x, nint rowStride, nint rows, nint columns, float* y)
    {
        var blocks = checked((int)((rows + KernelTable.RowBlock - 1) / KernelTable.RowBlock));
        if (blocks == 1)
        {
            _kernels.ReduceColumns(f, x, rowStride, y, rows, columns);
            return;
        }
        using var scope = PoolScope.Open();
        var partial = Tensor.Empty([blocks, checked((int)columns)], ElementType.Float32, this);
        _team.Run(blocks, new FoldColumnsAction(_kernels, f, x, rowStride, Pointer(partial), rows, columns));
        _kernels.ReduceColumns(f == ReduceFunction.SumOfSquares ? ReduceFunction.Sum : f, Pointer(partial), columns, y, blocks, columns);
    }

    private readonly struct FoldBlocks(KernelTable kernels, ReduceFunction f, float* x, nint count, float* partial) : IChunkAction
    {
        private readonly float* _x = x, _partial = partial;

        public void Invoke(int chunk)
        {
            nint start = (nint)chunk * KernelTable.ReductionBlock;
            _partial[chunk] = kernels.Reduce(f, _x + start, nint.Min(KernelTable.ReductionBlock, count - start));
        }
    }

    private readonly struct ArgReduceAction(KernelTable kernels, bool largest, float* x, nint columns, int* index) : IRowAction
    {
        private readonly float* _x = x;
        private readonly int* _index = index;

        public void Invoke(nint first, nint count)
        {
            for (var row = first; row < first + count; row++)
            {
                var champion = kernels.Reduce(largest ? ReduceFunction.Max : ReduceFunction.Min, _x + row * columns, columns);
                _index[row] = float.IsNaN(champion) ? AmongNumbers(row) : new ReadOnlySpan<float>(_x + row * columns, (int)columns).IndexOf(champion);
            }
        }

        /// <summary>As the reference has it: a NaN is never better than what came before.</summary>
        private int AmongNumbers(nint row)
        {
            var best = 0;
            for (var i = 1; i < columns; i++)
            {
                var (element, champion) = (_x[row * columns + i], _x[row * columns + best]);
                if (largest ? element > champion : element < champion)
                    best = i;
            }
            return best;
        }
    }

    private readonly struct FoldRowsAction(
        KernelTable kernels, ReduceFunction f, float* x, nint rowStride, float* y, nint rows, nint columns, nint perChunk) : IChunkAction
    {
        private readonly float* _x = x, _y = y;

        public void Invoke(int chunk)
        {
            var start = chunk * perChunk;
            kernels.ReduceRows(f, _x + start * rowStride, rowStride, _y + start, 1, nint.Min(perChunk, rows - start), columns);
        }
    }

    private readonly struct FoldColumnsAction(
        KernelTable kernels, ReduceFunction f, float* x, nint rowStride, float* partial, nint rows, nint columns) : IChunkAction
    {
        private readonly float* _x = x, _partial = partial;

        public void Invoke(int chunk)
        {
            var start = (nint)chunk * KernelTable.RowBlock;
            kernels.ReduceColumns(f, _x + start * rowStride, rowStride, _partial + chunk * columns, nint.Min(KernelTable.RowBlock, rows - start), columns);
        }
    }
}
