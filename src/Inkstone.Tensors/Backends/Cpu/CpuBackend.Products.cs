namespace Inkstone.Tensors;

/// <content>Matrix products.</content>
public sealed unsafe partial class CpuBackend
{
    internal override void MatMul(in Tensor a, in Tensor b, in Tensor bias, bool accumulate, in Tensor c)
    {
        if (c.Count == 0)
            return;
        if (c.Shape[-1] > 1 && c.Strides[c.Rank - 1] != 1)
        {
            _reference.MatMul(a, b, bias, accumulate, c);
            return;
        }
        using var scope = PoolScope.Open();
        var (left, right) = (HasUnitStep(a) ? a : Duplicate(a), HasUnitStep(b) ? b : Duplicate(b));
        var problem = new GemmProblem
        {
            M = c.Shape[-2],
            N = c.Shape[-1],
            K = a.Shape[-1],
            TransposeA = IsTurned(left),
            TransposeB = IsTurned(right),
            AStride = RowStep(left),
            BStride = RowStep(right),
            CStride = (nint)c.Strides[c.Rank - 2],
            Bias = Pointer(Dense(bias)),
            Accumulate = accumulate,
        };
        if (IsFewRows(problem) && c.Rank == 2)
        {
            _dot.Multiply(new DotProblem
            {
                M = problem.M,
                N = problem.N,
                K = problem.K,
                A = Pointer(left),
                AStride = problem.AStride,
                W = Pointer(right),
                WStride = problem.BStride,
                C = Pointer(c),
                CStride = problem.CStride,
                Bias = problem.Bias,
                Accumulate = accumulate,
            });
            return;
        }
        var batch = c.Rank - 3;
        if (batch >= 0)
        {
            problem.BatchCount = c.Shape[batch];
            problem.ABatchStride = (nint)left.Strides[batch];
            problem.BBatchStride = (nint)right.Strides[batch];
            problem.CBatchStride = (nint)c.Strides[batch];
        }
        var walk = new Walk(batch < 0 ? [] : c.Shape.With(-1, 1).With(-2, 1).With(-3, 1), left, right, c);
        while (walk.Next())
        {
            problem.A = Pointer(left) + walk.A;
            problem.B = Pointer(right) + walk.B;
            problem.C = Pointer(c) + walk.C;
            _gemm.Multiply(problem);
        }
    }

    internal override void MatMulInvariant(in Tensor x, in Tensor w, in Tensor bias, in Tensor y)
    {
        if (y.Count == 0)
            return;
        using var scope = PoolScope.Open();
        var (source, target) = (InRows(x), DenseTarget(y));
        _dot.Multiply(new DotProblem
        {
            M = x.Shape[0],
            N = w.Shape[0],
            K = x.Shape[1],
            A = Pointer(source),
            AStride = (nint)source.Strides[0],
            W = HostMemory.Address(w),
            WStride = (nint)w.Strides[0],
            Element = w.Type switch
            {
                ElementType.Float16 => WeightElement.Half,
                ElementType.BFloat16 => WeightElement.BFloat16,
                _ => WeightElement.Single,
            },
            Bias = Pointer(Dense(bias)),
            C = Pointer(target),
            CStride = (nint)target.Strides[0],
        });
        Deliver(target, y);
    }

    internal override void MatMulGrouped(in Tensor x, in Tensor w, in Tensor expertOfRow, bool transpose, in Tensor y)
    {
        if (y.Count == 0)
            return;
        using var scope = PoolScope.Open();
        var order = RowsByExpert(expertOfRow, w.Shape[0], out var starts);
        var sorted = Tensor.Empty(x.Shape, x.Type, this);
        var products = Tensor.Empty(y.Shape, y.Type, this);
        GatherRows(Dense(x), order, sorted);
        var weight = Dense(w).AtNode(0); // slices of it are not to be recorded
        for (var expert = 0; expert < w.Shape[0]; expert++)
        {
            var count = starts[expert + 1] - starts[expert];
            if (count == 0)
                continue;
            var matrix = weight.Select(0, expert);
            MatMul(
                sorted.Slice(0, starts[expert], count), transpose ? matrix : matrix.Transpose(), default, accumulate: false,
                products.Slice(0, starts[expert], count));
        }
        Fill(y, 0);
        ScatterAddRows(products, order, y);
    }

    internal override void MatMulGroupedGradient(in Tensor x, in Tensor dy, in Tensor expertOfRow, in Tensor dw)
    {
        if (x.Count == 0 || dy.Count == 0)
            return;
        using var scope = PoolScope.Open();
        var order = RowsByExpert(expertOfRow, dw.Shape[0], out var starts);
        var (inputs, gradients) = (Tensor.Empty(x.Shape, x.Type, this), Tensor.Empty(dy.Shape, dy.Type, this));
        GatherRows(Dense(x), order, inputs);
        GatherRows(Dense(dy), order, gradients);
        for (var expert = 0; expert < dw.Shape[0]; expert++)
        {
            var count = starts[expert + 1] - starts[expert];
            if (count > 0)
                MatMul(
                    gradients.Slice(0, starts[expert], count).Transpose(), inputs.Slice(0, starts[expert], count), default, accumulate: true,
                    dw.Select(0, expert));
        }
    }

    /// <summary>The numbers of the rows in the order of their experts, and where each expert's rows begin in that order.</summary>
    private Tensor RowsByExpert(in Tensor expertOfRow, int experts, out ReadOnlySpan<int> starts)
    {
        var numbers = Dense(expertOfRow);
        RequireInside("grouped matmul", numbers, experts);
        var rows = numbers.Shape[0];
        var expertOf = new ReadOnlySpan<int>(Pointer(numbers), rows);
        var begin = Tensor.Zeros([experts + 1], ElementType.Int32, this);
        var next = Tensor.Empty([experts + 1], ElementType.Int32, this);
        var order = Tensor.Empty([rows], ElementType.Int32, this);
        var begins = (int*)Pointer(begin);
        var nexts = (int*)Pointer(next);
        var orders = (int*)Pointer(order);
        foreach (var expert in expertOf)
            begins[expert + 1]++;
        for (var expert = 0; expert < experts; expert++)
            begins[expert + 1] += begins[expert];
        Copy(begin, next);
        for (var row = 0; row < rows; row++)
            orders[nexts[expertOf[row]]++] = row;
        starts = new ReadOnlySpan<int>(begins, experts + 1);
        return order;
    }

    /// <summary>Whether packing would cost more than it saves: few rows by a weight stored [n,k].</summary>
    private static bool IsFewRows(in GemmProblem problem) => problem.M <= DotProducts.FewRows && problem.TransposeB && !problem.TransposeA;

    /// <summary>Whether the rows or the columns of a matrix lie without gaps between their elements.</summary>
    private static bool HasUnitStep(in Tensor x) => x.Strides[x.Rank - 1] == 1 || x.Strides[x.Rank - 2] == 1;

    /// <summary>Whether a matrix is stored column after column.</summary>
    private static bool IsTurned(in Tensor x) => x.Strides[x.Rank - 1] != 1;

    private static nint RowStep(in Tensor x) => (nint)(IsTurned(x) ? x.Strides[x.Rank - 1] : x.Strides[x.Rank - 2]);
}
