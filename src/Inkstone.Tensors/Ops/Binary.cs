namespace Inkstone.Tensors;

public readonly partial struct Tensor
{
    /// <summary>a + b, broadcast.</summary>
    public static Tensor operator +(in Tensor a, in Tensor b) => BinaryOperation.Apply(BinaryFunction.Add, a, b);

    /// <summary>a − b, broadcast.</summary>
    public static Tensor operator -(in Tensor a, in Tensor b) => BinaryOperation.Apply(BinaryFunction.Subtract, a, b);

    /// <summary>a · b element by element, broadcast.</summary>
    public static Tensor operator *(in Tensor a, in Tensor b) => BinaryOperation.Apply(BinaryFunction.Multiply, a, b);

    /// <summary>a / b element by element, broadcast.</summary>
    public static Tensor operator /(in Tensor a, in Tensor b) => BinaryOperation.Apply(BinaryFunction.Divide, a, b);

    /// <summary>x + number.</summary>
    public static Tensor operator +(in Tensor x, double number) => AffineOperation.Apply(x, 1, number);

    /// <summary>x − number.</summary>
    public static Tensor operator -(in Tensor x, double number) => AffineOperation.Apply(x, 1, -number);

    /// <summary>number − x.</summary>
    public static Tensor operator -(double number, in Tensor x) => AffineOperation.Apply(x, -1, number);

    /// <summary>x · number.</summary>
    public static Tensor operator *(in Tensor x, double number) => AffineOperation.Apply(x, number, 0);

    /// <summary>number · x.</summary>
    public static Tensor operator *(double number, in Tensor x) => AffineOperation.Apply(x, number, 0);

    /// <summary>x / number.</summary>
    public static Tensor operator /(in Tensor x, double number) => AffineOperation.Apply(x, 1 / number, 0);

    /// <summary>The larger of two, broadcast; a tie sends half of the gradient each way.</summary>
    public static Tensor Maximum(in Tensor a, in Tensor b) => BinaryOperation.Apply(BinaryFunction.Maximum, a, b);

    /// <summary>The smaller of two, broadcast; a tie sends half of the gradient each way.</summary>
    public static Tensor Minimum(in Tensor a, in Tensor b) => BinaryOperation.Apply(BinaryFunction.Minimum, a, b);

    /// <summary>x to the power of an exponent, broadcast; bases must be positive for the exponent's gradient.</summary>
    public static Tensor Power(in Tensor x, in Tensor exponent) => BinaryOperation.Apply(BinaryFunction.Power, x, exponent);

    /// <summary>A comparison, broadcast: a condition of zeros and ones; no gradient.</summary>
    public static Tensor Compare(BinaryFunction comparison, in Tensor a, in Tensor b)
    {
        if (comparison < BinaryFunction.Less)
            throw ShapeError.Of("compare", "a comparison", comparison.ToString());
        return BinaryOperation.Apply(comparison, a, b);
    }
}

/// <summary>y = f(a, b), element by element over broadcast shapes; gradients are summed back over what was stretched.</summary>
internal sealed class BinaryOperation : Operation
{
    private static readonly string[] Names = Enum.GetNames<BinaryFunction>();
    private BinaryFunction _f;
    private Tensor _a;
    private Tensor _b;

    public static Tensor Apply(BinaryFunction f, in Tensor a, in Tensor b)
    {
        var name = Names[(int)f];
        ShapeError.RequireSameBackend(name, a, b);
        ShapeError.RequireType(name, b, a.Type, "second tensor");
        var shape = a.Shape == b.Shape ? a.Shape : Shape.Broadcast(a.Shape, b.Shape, name);
        var compares = f >= BinaryFunction.Less;
        var y = Tensor.Empty(shape, compares ? ElementType.Int32 : a.Type, a.Backend);
        a.Backend.Binary(f, a.BroadcastView(shape, name), b.BroadcastView(shape, name), y);
        if (compares || !Tape.Tracks(a, b))
            return y;
        var operation = Tape.Add<BinaryOperation>(a, b);
        operation._f = f;
        operation._a = a.AtNode(0);
        operation._b = b.AtNode(0);
        return operation.Output(y);
    }

    public override void Backward()
    {
        var dy = OutputGradient();
        if (Wants(0))
            Send(0, Reduction.SumTo(First(dy), _a.Shape));
        if (Wants(1))
            Send(1, Reduction.SumTo(Second(dy), _b.Shape));
    }

    protected override void Forget() => _a = _b = default;

    private Tensor First(in Tensor dy) => _f switch
    {
        BinaryFunction.Add or BinaryFunction.Subtract => dy,
        BinaryFunction.Multiply => dy * _b,
        BinaryFunction.Divide => dy / _b,
        BinaryFunction.Power => dy * _b * Tensor.Power(_a, _b - 1),
        _ => dy * Share(_a, _b),
    };

    private Tensor Second(in Tensor dy) => _f switch
    {
        BinaryFunction.Add => dy,
        BinaryFunction.Subtract => -dy,
        BinaryFunction.Multiply => dy * _a,
        BinaryFunction.Divide => -(dy * _a / _b.Square()),
        BinaryFunction.Power => dy * Tensor.Power(_a, _b) * _a.Log(),
        _ => dy * Share(_b, _a),
    };

    /// <summary>One where x is chosen over other, one half where they tie, zero elsewhere.</summary>
    private Tensor Share(in Tensor x, in Tensor other)
    {
        var wins = _f == BinaryFunction.Maximum ? BinaryFunction.Greater : BinaryFunction.Less;
        var one = Tensor.Full([], 1, x.Type, x.Backend);
        return Tensor.Where(Tensor.Compare(wins, x, other), one, Tensor.Where(Tensor.Compare(BinaryFunction.Equal, x, other), one * 0.5, one * 0));
    }
}

/// <summary>y = scale · x + shift with numbers; dx = scale · dy.</summary>
internal sealed class AffineOperation : Operation
{
    private double _scale;

    public static Tensor Apply(in Tensor x, double scale, double shift)
    {
        var y = x.EmptyLike();
        x.Backend.Affine(x, scale, shift, y);
        if (!Tape.Tracks(x))
            return y;
        var operation = Tape.Add<AffineOperation>(x);
        operation._scale = scale;
        return operation.Output(y);
    }

    public override void Backward()
    {
        var dy = OutputGradient();
        Send(0, _scale == 1 ? dy : dy * _scale);
    }

    protected override void Forget()
    {
    }
}
