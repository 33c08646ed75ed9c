namespace Inkstone.Tensors;

public readonly partial struct Tensor
{
    /// <summary>
    /// The k largest of the last axis in falling order (ties: the lower index first) and where they stood (Int32). The gradient goes back to
    /// those places.
    /// </summary>
    public (Tensor Values, Tensor Indices) TopK(int count) => TopKOperation.Apply(this, count);

    /// <summary>Running sums along an axis; the gradient is the running sum from the other end.</summary>
    public Tensor CumulativeSum(int axis = -1) => CumulativeSumOperation.Apply(this, _shape.ResolveAxis(axis));
}

/// <summary>The k largest.</summary>
internal sealed class TopKOperation : Operation
{
    private Tensor _x;
    private Tensor _indices;

    public static (Tensor Values, Tensor Indices) Apply(in Tensor x, int count)
    {
        if (x.Rank < 1 || count < 0 || count > x.Shape[-1])
            throw ShapeError.Of("top-k", $"between 0 and {(x.Rank < 1 ? 0 : x.Shape[-1])}", $"{count}");
        var values = Tensor.Empty(x.Shape.With(-1, count), x.Type, x.Backend);
        var indices = Tensor.Empty(values.Shape, ElementType.Int32, x.Backend);
        x.Backend.TopK(x, values, indices);
        if (!Tape.Tracks(x))
            return (values, indices);
        var operation = Tape.Add<TopKOperation>(x);
        (operation._x, operation._indices) = (x.AtNode(0), indices);
        return (operation.Output(values), indices);
    }

    public override void Backward()
    {
        var dx = _x.ZerosLike();
        dx.Backend.ScatterAddAlong(OutputGradient(), dx.Rank - 1, _indices, dx);
        Send(0, dx);
    }

    protected override void Forget() => _x = _indices = default;
}

/// <summary>Running sums.</summary>
internal sealed class CumulativeSumOperation : Operation
{
    private int _axis;

    public static Tensor Apply(in Tensor x, int axis)
    {
        var y = x.EmptyLike();
        x.Backend.CumulativeSum(x, axis, reverse: false, y);
        if (!Tape.Tracks(x))
            return y;
        var operation = Tape.Add<CumulativeSumOperation>(x);
        operation._axis = axis;
        return operation.Output(y);
    }

    public override void Backward()
    {
        var dy = OutputGradient();
        var dx = dy.EmptyLike();
        dx.Backend.CumulativeSum(dy, _axis, reverse: true, dx);
        Send(0, dx);
    }

    protected override void Forget()
    {
    }
}
