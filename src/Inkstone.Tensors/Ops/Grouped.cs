namespace Inkstone.Tensors;

public readonly partial struct Tensor
{
    /// <summary>
    /// A product with another matrix for each row, as a mixture of experts needs: y[r] = x[r]·w[expert[r]]ᵀ, x [rows, k], w [experts, n, k],
    /// expert [rows] (Int32), y [rows, n].
    /// </summary>
    public Tensor MatMulGrouped(in Tensor weight, in Tensor expertOfRow) => GroupedOperation.Apply(this, weight, expertOfRow);
}

/// <summary>y[r] = x[r]·w[e(r)]ᵀ; dx[r] = dy[r]·w[e(r)], dw[e] = Σ dy[r]ᵀ·x[r] over the expert's rows.</summary>
internal sealed class GroupedOperation : Operation
{
    private Tensor _x;
    private Tensor _weight;
    private Tensor _expertOfRow;

    public static Tensor Apply(in Tensor x, in Tensor weight, in Tensor expertOfRow)
    {
        ShapeError.RequireSameBackend("grouped matmul", x, weight);
        ShapeError.RequireRank("grouped matmul", x, 2, "an input");
        ShapeError.RequireRank("grouped matmul", weight, 3, "a weight");
        ShapeError.RequireType("grouped matmul", expertOfRow, ElementType.Int32, "expert numbers");
        ShapeError.RequireShape("grouped matmul", expertOfRow, [x.Shape[0]], "expert numbers");
        if (x.Shape[1] != weight.Shape[2])
            throw ShapeError.Of("grouped matmul", x.Shape, weight.Shape, "input [rows, k] and weight [experts, n, k]");
        var y = Tensor.Empty([x.Shape[0], weight.Shape[1]], x.Type, x.Backend);
        x.Backend.MatMulGrouped(x, weight, expertOfRow, transpose: false, y);
        if (!Tape.Tracks(x, weight))
            return y;
        var operation = Tape.Add<GroupedOperation>(x, weight);
        operation._x = x.AtNode(0);
        operation._weight = weight.AtNode(0);
        operation._expertOfRow = expertOfRow;
        return operation.Output(y);
    }

    public override void Backward()
    {
        var dy = OutputGradient();
        if (Wants(0))
        {
            var dx = _x.EmptyLike();
            dx.Backend.MatMulGrouped(dy, _weight, _expertOfRow, transpose: true, dx);
            Send(0, dx);
        }
        if (Wants(1))
        {
            var dw = _weight.ZerosLike();
            dw.Backend.MatMulGroupedGradient(_x, dy, _expertOfRow, dw);
            Send(1, dw);
        }
    }

    protected override void Forget() => _x = _weight = _expertOfRow = default;
}
