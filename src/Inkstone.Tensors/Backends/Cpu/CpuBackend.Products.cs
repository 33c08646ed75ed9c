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

    /// <summary>Whether packing would cost more than it saves: few rows by a weight stored [n,k].</summary>
    private static bool IsFewRows(in GemmProblem problem) => problem.M <= DotProducts.FewRows && problem.TransposeB && !problem.TransposeA;

    /// <summary>Whether the rows or the columns of a matrix lie without gaps between their elements.</summary>
    private static bool HasUnitStep(in Tensor x) => x.Strides[x.Rank - 1] == 1 || x.Strides[x.Rank - 2] == 1;

    /// <summary>Whether a matrix is stored column after column.</summary>
    private static bool IsTurned(in Tensor x) => x.Strides[x.Rank - 1] != 1;

    private static nint RowStep(in Tensor x) => (nint)(IsTurned(x) ? x.Strides[x.Rank - 1] : x.Strides[x.Rank - 2]);
}
