namespace Inkstone.Tensors;

/// <content>Matrix products.</content>
public sealed unsafe partial class CpuBackend
{
    internal override void MatMul(in Tensor a, in Tensor b, in Tensor bias, bool accumulate, in Tensor c)
    {
        if (!HasUnitStep(a) || !HasUnitStep(b) || c.Strides[c.Rank - 1] != 1 && c.Shape[-1] > 1 || !bias.IsMissing && bias.Strides[0] != 1)
        {
            _reference.MatMul(a, b, bias, accumulate, c);
            return;
        }
        if (c.Count == 0)
            return;
        var problem = new GemmProblem
        {
            M = c.Shape[-2],
            N = c.Shape[-1],
            K = a.Shape[-1],
            TransposeA = IsTurned(a),
            TransposeB = IsTurned(b),
            AStride = RowStep(a),
            BStride = RowStep(b),
            CStride = (nint)c.Strides[c.Rank - 2],
            Bias = bias.IsMissing ? null : (float*)HostMemory.Address(bias),
            Accumulate = accumulate,
        };
        var batch = c.Rank - 3;
        if (batch >= 0)
        {
            problem.BatchCount = c.Shape[batch];
            problem.ABatchStride = a.Shape[batch] == 1 ? 0 : (nint)a.Strides[batch];
            problem.BBatchStride = b.Shape[batch] == 1 ? 0 : (nint)b.Strides[batch];
            problem.CBatchStride = (nint)c.Strides[batch];
        }
        var walk = new Walk(batch < 0 ? [] : c.Shape.With(-1, 1).With(-2, 1).With(-3, 1), a, b, c);
        while (walk.Next())
        {
            problem.A = (float*)HostMemory.Address(a) + walk.A;
            problem.B = (float*)HostMemory.Address(b) + walk.B;
            problem.C = (float*)HostMemory.Address(c) + walk.C;
            _gemm.Multiply(problem);
        }
    }

    /// <summary>Whether the rows or the columns of a matrix lie without gaps between their elements.</summary>
    private static bool HasUnitStep(in Tensor x) => x.Strides[x.Rank - 1] == 1 || x.Strides[x.Rank - 2] == 1;

    /// <summary>Whether a matrix is stored column after column.</summary>
    private static bool IsTurned(in Tensor x) => x.Strides[x.Rank - 1] != 1;

    private static nint RowStep(in Tensor x) => (nint)(IsTurned(x) ? x.Strides[x.Rank - 1] : x.Strides[x.Rank - 2]);
}
