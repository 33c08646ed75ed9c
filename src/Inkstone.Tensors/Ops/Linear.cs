namespace Inkstone.Tensors;

public readonly partial struct Tensor
{
    /// <summary>
    /// y = x·wᵀ + b over the last axis: x [.., k], w [n, k], b [n] or missing, y [.., n]. The weight lies as PyTorch's and Hugging Face's files
    /// have it.
    /// </summary>
    public Tensor Linear(in Tensor weight, in Tensor bias = default) => LinearOperation.Apply(this, weight, bias);
}

/// <summary>y = x·wᵀ + b; dx = dy·w, dw = dyᵀ·x, db = Σ dy over rows.</summary>
internal sealed class LinearOperation : Operation
{
    private Tensor _x;
    private Tensor _weight;
    private Tensor _bias;

    public static Tensor Apply(in Tensor x, in Tensor weight, in Tensor bias)
    {
        ShapeError.RequireSameBackend("linear", x, weight);
        ShapeError.RequireRank("linear", weight, 2, "a weight");
        if (x.Rank < 1 || x.Shape[-1] != weight.Shape[1])
            throw ShapeError.Of("linear", x.Shape, weight.Shape, "input [.., k] and weight [n, k]");
        if (!bias.IsMissing)
            ShapeError.RequireShape("linear", bias, [weight.Shape[0]], "a bias");
        var rows = Rows(x);
        var y = Tensor.Empty(x.Shape.With(-1, weight.Shape[0]), x.Type, x.Backend);
        x.Backend.MatMul(rows, weight.AtNode(0).Transpose(), bias, accumulate: false, Rows(y));
        if (!Tape.Tracks(x, weight) && (bias.IsMissing || !Tape.Tracks(bias)))
            return y;
        var operation = Tape.Add<LinearOperation>(x, weight, bias);
        operation._x = x.AtNode(0);
        operation._weight = weight.AtNode(0);
        operation._bias = bias.IsMissing ? bias : bias.AtNode(0);
        return operation.Output(y);
    }

    public override void Backward()
    {
        var dy = Rows(OutputGradient());
        var backend = dy.Backend;
        if (Wants(0))
        {
            var dx = _x.EmptyLike();
            backend.MatMul(dy, _weight, default, accumulate: false, Rows(dx));
            Send(0, dx);
        }
        if (Wants(1))
        {
            var direct = TryDestination(1, out var dw, out var accumulate);
            if (!direct)
                dw = _weight.EmptyLike();
            backend.MatMul(dy.Transpose(), Rows(_x), default, accumulate, dw);
            if (!direct)
                Send(1, dw);
        }
        if (!_bias.IsMissing && Wants(2))
            Send(2, Reduction.SumTo(dy, _bias.Shape));
    }

    protected override void Forget() => _x = _weight = _bias = default;

    private static Tensor Rows(in Tensor x) => x.Rank == 2 ? x.AtNode(0) : x.AtNode(0).Reshape(checked((int)(x.Count / Math.Max(1, x.Shape[-1]))), x.Shape[-1]);
}
