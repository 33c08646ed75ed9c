namespace Inkstone.Tensors;

public readonly partial struct Tensor
{
    /// <summary>a where the condition (Int32) is not zero, b elsewhere; all broadcast. Each side's gradient is zero where it was not taken.</summary>
    public static Tensor Where(in Tensor condition, in Tensor a, in Tensor b) => WhereOperation.Apply(condition, a, b);

    /// <summary>This tensor with a value put where the mask (Int32, broadcast) is not zero.</summary>
    public Tensor MaskedFill(in Tensor mask, double value) => Where(mask, Full([], value, Type, Backend), this);
}

/// <summary>y = condition ? a : b.</summary>
internal sealed class WhereOperation : Operation
{
    private Tensor _condition;
    private Shape _a;
    private Shape _b;

    public static Tensor Apply(in Tensor condition, in Tensor a, in Tensor b)
    {
        ShapeError.RequireSameBackend("where", a, b);
        ShapeError.RequireSameBackend("where", condition, a);
        ShapeError.RequireType("where", condition, ElementType.Int32, "a condition");
        ShapeError.RequireType("where", b, a.Type, "second choice");
        var shape = Shape.Broadcast(condition.Shape, Shape.Broadcast(a.Shape, b.Shape, "where"), "where");
        var y = Tensor.Empty(shape, a.Type, a.Backend);
        a.Backend.Where(condition.BroadcastView(shape, "where"), a.BroadcastView(shape, "where"), b.BroadcastView(shape, "where"), y);
        if (!Tape.Tracks(a, b))
            return y;
        var operation = Tape.Add<WhereOperation>(a, b);
        operation._condition = condition;
        operation._a = a.Shape;
        operation._b = b.Shape;
        return operation.Output(y);
    }

    public override void Backward()
    {
        var dy = OutputGradient();
        var zero = Tensor.Zeros([], dy.Type, dy.Backend);
        if (Wants(0))
            Send(0, Reduction.SumTo(Tensor.Where(_condition, dy, zero), _a));
        if (Wants(1))
            Send(1, Reduction.SumTo(Tensor.Where(_condition, zero, dy), _b));
    }

    protected override void Forget() => _condition = default;
}
