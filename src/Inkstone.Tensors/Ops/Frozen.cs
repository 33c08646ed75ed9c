using Inkstone.Foundation.Errors;

namespace Inkstone.Tensors;

public readonly partial struct Tensor
{
    /// <summary>
    /// y = x·wᵀ + b with a frozen weight: x [rows, k], w [n, k], b [n] or missing, y [rows, n]. A row's result has the same bits alone and among any others.
    /// Gradient reaches x alone: dx = dy·w, w at its stored values.
    /// </summary>
    public Tensor Linear(FrozenMatrix weight, in Tensor bias = default) => FrozenOperation.Apply(this, weight, bias);

    /// <summary>Rows of a frozen table by number: this Int32 [n] → [n, columns].</summary>
    public Tensor RowsOf(FrozenMatrix table)
    {
        ShapeError.RequireType("rows", this, ElementType.Int32, "row numbers");
        ShapeError.RequireRank("rows", this, 1, "row numbers");
        var y = Empty([_shape[0], table.Columns], null, table.Backend);
        table.Gather(this, y);
        return y;
    }
}

/// <summary>y = x·wᵀ + b; dx = dy·w.</summary>
internal sealed class FrozenOperation : Operation
{
    private FrozenMatrix? _weight;

    public static Tensor Apply(in Tensor x, FrozenMatrix weight, in Tensor bias)
    {
        if (!ReferenceEquals(x.Backend, weight.Backend))
            throw ShapeError.Of("linear", $"both on one backend ({x.Backend.Name})", weight.Backend.Name);
        ShapeError.RequireRank("linear", x, 2, "an input [rows, k]");
        if (x.Shape[1] != weight.Columns)
            throw ShapeError.Of("linear", x.Shape, [weight.Rows, weight.Columns], "input [rows, k] and weight [n, k]");
        if (!bias.IsMissing)
            ShapeError.RequireShape("linear", bias, [weight.Rows], "a bias");
        var y = Tensor.Empty([x.Shape[0], weight.Rows], x.Type, x.Backend);
        weight.Multiply(x, bias, y);
        if (!Tape.Tracks(x))
            return y;
        if (!bias.IsMissing && Tape.Tracks(bias))
            throw new InkstoneRequestException("the bias beside a frozen weight has no gradient", "linear", fix: "Set Trainable of the bias to false.");
        var operation = Tape.Add<FrozenOperation>(x);
        operation._weight = weight;
        return operation.Output(y);
    }

    public override void Backward()
    {
        if (!Wants(0))
            return;
        var dy = OutputGradient();
        var weight = _weight!;
        var dx = Tensor.Empty([dy.Shape[0], weight.Columns], dy.Type, dy.Backend);
        const int RowsAtOnce = 256; // so many rows of the weight are made plain at a time
        for (var first = 0; first < weight.Rows; first += RowsAtOnce)
        {
            using var scope = PoolScope.Open();
            var count = Math.Min(RowsAtOnce, weight.Rows - first);
            var plain = Tensor.From([.. Enumerable.Range(first, count)], [count], dy.Backend).RowsOf(weight);
            dy.Backend.MatMul(dy.Slice(1, first, count), plain, default, accumulate: first > 0, dx);
        }
        Send(0, dx);
    }

    protected override void Forget() => _weight = null;
}
