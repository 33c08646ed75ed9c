using Inkstone.Foundation.Errors;

namespace Inkstone.Tensors;

public readonly partial struct Tensor
{
    /// <summary>
    /// A product with another matrix for each row, as a mixture of experts needs: y[r] = x[r]·w[expert[r]]ᵀ, x [rows, k], w [experts, n, k],
    /// expert [rows] (Int32), y [rows, n].
    /// </summary>
    public Tensor MatMulGrouped(in Tensor weight, in Tensor expertOfRow) => GroupedOperation.Apply(this, weight, expertOfRow);

    /// <summary>
    /// <see cref="MatMulGrouped(in Tensor, in Tensor)"/> for serving: a row's result has the same bits alone and among any others. It records nothing.
    /// </summary>
    /// <exception cref="InkstoneRequestException">A tape is recording and would want a gradient.</exception>
    public Tensor MatMulGroupedInvariant(in Tensor weight, in Tensor expertOfRow)
    {
        if (Tape.IsRecording && Tape.Tracks(this, weight))
            throw new InkstoneRequestException("the batch-invariant product has no gradient", "grouped matmul", fix: "Use MatMulGrouped while a tape records.");
        var y = GroupedOperation.Result(this, weight, expertOfRow);
        Backend.MatMulGroupedInvariant(this, weight, expertOfRow, y);
        return y;
    }

    /// <summary>The same with experts that are not trained, in any weight format. Gradient reaches x alone, the experts at their stored values.</summary>
    public Tensor MatMulGrouped(FrozenExperts weight, in Tensor expertOfRow) => FrozenGroupedOperation.Apply(this, weight, expertOfRow);
}

/// <summary>y[r] = x[r]·w[e(r)]ᵀ; dx[r] = dy[r]·w[e(r)], dw[e] = Σ dy[r]ᵀ·x[r] over the expert's rows.</summary>
internal sealed class GroupedOperation : Operation
{
    private Tensor _x;
    private Tensor _weight;
    private Tensor _expertOfRow;

    /// <summary>Room for the result of tensors that fit together.</summary>
    public static Tensor Result(in Tensor x, in Tensor weight, in Tensor expertOfRow)
    {
        ShapeError.RequireSameBackend("grouped matmul", x, weight);
        ShapeError.RequireRank("grouped matmul", x, 2, "an input");
        ShapeError.RequireRank("grouped matmul", weight, 3, "a weight");
        ShapeError.RequireType("grouped matmul", expertOfRow, ElementType.Int32, "expert numbers");
        ShapeError.RequireShape("grouped matmul", expertOfRow, [x.Shape[0]], "expert numbers");
        if (x.Shape[1] != weight.Shape[2])
            throw ShapeError.Of("grouped matmul", x.Shape, weight.Shape, "input [rows, k] and weight [experts, n, k]");
        return Tensor.Empty([x.Shape[0], weight.Shape[1]], x.Type, x.Backend);
    }

    public static Tensor Apply(in Tensor x, in Tensor weight, in Tensor expertOfRow)
    {
        var y = Result(x, weight, expertOfRow);
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

/// <summary>y[r] = x[r]·w[e(r)]ᵀ with a frozen w; dx[r] = dy[r]·w[e(r)].</summary>
internal sealed class FrozenGroupedOperation : Operation
{
    private FrozenExperts? _weight;
    private Tensor _expertOfRow;

    public static Tensor Apply(in Tensor x, FrozenExperts weight, in Tensor expertOfRow)
    {
        if (!ReferenceEquals(x.Backend, weight.Backend))
            throw ShapeError.Of("grouped matmul", $"both on one backend ({x.Backend.Name})", weight.Backend.Name);
        ShapeError.RequireRank("grouped matmul", x, 2, "an input");
        ShapeError.RequireType("grouped matmul", expertOfRow, ElementType.Int32, "expert numbers");
        ShapeError.RequireShape("grouped matmul", expertOfRow, [x.Shape[0]], "expert numbers");
        if (x.Shape[1] != weight.Columns)
            throw ShapeError.Of("grouped matmul", x.Shape, [weight.Count, weight.Rows, weight.Columns], "input [rows, k] and weight [experts, n, k]");
        var y = Tensor.Empty([x.Shape[0], weight.Rows], x.Type, x.Backend);
        x.Backend.MatMulGrouped(x, weight, expertOfRow, y);
        if (!Tape.Tracks(x))
            return y;
        var operation = Tape.Add<FrozenGroupedOperation>(x);
        (operation._weight, operation._expertOfRow) = (weight, expertOfRow);
        return operation.Output(y);
    }

    public override void Backward()
    {
        if (!Wants(0))
            return;
        var (dy, weight) = (OutputGradient(), _weight!);
        var dx = Tensor.Zeros([dy.Shape[0], weight.Columns], dy.Type, dy.Backend);
        var rowsAtOnce = Math.Max(1, 256 / weight.Count); // so many rows of each expert are made plain at a time
        for (var first = 0; first < weight.Rows; first += rowsAtOnce)
        {
            using var scope = PoolScope.Open();
            var count = Math.Min(rowsAtOnce, weight.Rows - first);
            var ids = Tensor.From([.. Enumerable.Range(first, count)], [count], dy.Backend);
            var plain = Tensor.Empty([weight.Count, count, weight.Columns], dy.Type, dy.Backend);
            for (var expert = 0; expert < weight.Count; expert++)
                weight[expert].Gather(ids, plain.Select(0, expert));
            var part = dx.EmptyLike();
            dy.Backend.MatMulGrouped(dy.Slice(1, first, count), plain, _expertOfRow, transpose: true, part);
            dy.Backend.AddScaled(part, 1, dx);
        }
        Send(0, dx);
    }

    protected override void Forget() => (_weight, _expertOfRow) = (null, default);
}
