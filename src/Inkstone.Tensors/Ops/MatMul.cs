namespace Inkstone.Tensors;

public readonly partial struct Tensor
{
    /// <summary>
    /// The matrix product over the last two axes, [.., m, k]·[.., k, n] → [.., m, n]; the other axes are batches and broadcast. Either factor may
    /// be taken transposed, which costs nothing.
    /// </summary>
    /// <exception cref="Foundation.Errors.InkstoneShapeException">The inner extents differ, or the batches do not broadcast.</exception>
    public Tensor MatMul(in Tensor other, bool transposeThis = false, bool transposeOther = false) =>
        MatMulOperation.Apply(transposeThis ? Transpose() : this, transposeOther ? other.Transpose() : other);
}

/// <summary>c = a·b; da = dc·bᵀ, db = aᵀ·dc, summed over what was broadcast.</summary>
internal sealed class MatMulOperation : Operation
{
    private Tensor _a;
    private Tensor _b;

    public static Tensor Apply(in Tensor a, in Tensor b)
    {
        ShapeError.RequireSameBackend("matmul", a, b);
        if (a.Rank < 2 || b.Rank < 2 || a.Shape[-1] != b.Shape[-2])
            throw ShapeError.Of("matmul", a.Shape, b.Shape, "[.., m, k] and [.., k, n]");
        var batch = Shape.Broadcast(Batch(a.Shape), Batch(b.Shape), "matmul");
        var c = Tensor.Empty(WithMatrix(batch, a.Shape[-2], b.Shape[-1]), a.Type, a.Backend);
        Multiply(a, b, batch, accumulate: false, c);
        if (!Tape.Tracks(a, b))
            return c;
        var operation = Tape.Add<MatMulOperation>(a, b);
        operation._a = a.AtNode(0);
        operation._b = b.AtNode(0);
        return operation.Output(c);
    }

    public override void Backward()
    {
        var dc = OutputGradient();
        if (Wants(0))
            SendProduct(0, dc, Turned(_b), _a);
        if (Wants(1))
            SendProduct(1, Turned(_a), dc, _b);
    }

    protected override void Forget() => _a = _b = default;

    private void SendProduct(int index, in Tensor left, in Tensor right, in Tensor input)
    {
        var batch = Shape.Broadcast(Batch(left.Shape), Batch(right.Shape), "matmul gradient");
        var shape = WithMatrix(batch, left.Shape[-2], right.Shape[-1]);
        if (shape == input.Shape && TryDestination(index, out var destination, out var accumulate))
        {
            Multiply(left, right, batch, accumulate, destination);
            return;
        }
        var gradient = Tensor.Empty(shape, input.Type, input.Backend);
        Multiply(left, right, batch, accumulate: false, gradient);
        Send(index, Reduction.SumTo(gradient, input.Shape));
    }

    private static void Multiply(in Tensor a, in Tensor b, in Shape batch, bool accumulate, in Tensor c) =>
        a.Backend.MatMul(
            a.BroadcastView(WithMatrix(batch, a.Shape[-2], a.Shape[-1]), "matmul"),
            b.BroadcastView(WithMatrix(batch, b.Shape[-2], b.Shape[-1]), "matmul"),
            default, accumulate, c);

    private static Tensor Turned(in Tensor x) => x.Transpose();

    private static Shape Batch(in Shape shape) => shape.Without(-1).Without(-1);

    private static Shape WithMatrix(in Shape batch, int rows, int columns)
    {
        Span<int> extents = stackalloc int[batch.Rank + 2];
        batch.CopyTo(extents);
        extents[^2] = rows;
        extents[^1] = columns;
        return Shape.Create(extents);
    }
}
