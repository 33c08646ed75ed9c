namespace Inkstone.Tensors;

public readonly partial struct Tensor
{
    /// <summary>−x.</summary>
    public static Tensor operator -(in Tensor x) => UnaryOperation.Apply(UnaryFunction.Negate, x);

    /// <summary>|x|; the gradient at zero is zero.</summary>
    public Tensor Abs() => UnaryOperation.Apply(UnaryFunction.Abs, this);

    /// <summary>e^x.</summary>
    public Tensor Exp() => UnaryOperation.Apply(UnaryFunction.Exp, this);

    /// <summary>The natural logarithm.</summary>
    public Tensor Log() => UnaryOperation.Apply(UnaryFunction.Log, this);

    /// <summary>The hyperbolic tangent.</summary>
    public Tensor Tanh() => UnaryOperation.Apply(UnaryFunction.Tanh, this);

    /// <summary>1 / (1 + e^−x).</summary>
    public Tensor Sigmoid() => UnaryOperation.Apply(UnaryFunction.Sigmoid, this);

    /// <summary>max(x, 0).</summary>
    public Tensor Relu() => UnaryOperation.Apply(UnaryFunction.Relu, this);

    /// <summary>max(x, 0)² (So et al. 2021, "Primer").</summary>
    public Tensor ReluSquared() => UnaryOperation.Apply(UnaryFunction.ReluSquared, this);

    /// <summary>x · sigmoid(x).</summary>
    public Tensor Silu() => UnaryOperation.Apply(UnaryFunction.Silu, this);

    /// <summary>x · Φ(x) by the error function (Hendrycks and Gimpel 2016).</summary>
    public Tensor GeluErf() => UnaryOperation.Apply(UnaryFunction.GeluErf, this);

    /// <summary>x/2 · (1 + tanh(√(2/π)(x + 0.044715x³))), GPT-2's form.</summary>
    public Tensor GeluTanh() => UnaryOperation.Apply(UnaryFunction.GeluTanh, this);

    /// <summary>ln(1 + e^x).</summary>
    public Tensor Softplus() => UnaryOperation.Apply(UnaryFunction.Softplus, this);

    /// <summary>√x.</summary>
    public Tensor Sqrt() => UnaryOperation.Apply(UnaryFunction.Sqrt, this);

    /// <summary>1 / √x.</summary>
    public Tensor Rsqrt() => UnaryOperation.Apply(UnaryFunction.Rsqrt, this);

    /// <summary>x².</summary>
    public Tensor Square() => UnaryOperation.Apply(UnaryFunction.Square, this);

    /// <summary>1 / x.</summary>
    public Tensor Reciprocal() => UnaryOperation.Apply(UnaryFunction.Reciprocal, this);

    /// <summary>sin x.</summary>
    public Tensor Sin() => UnaryOperation.Apply(UnaryFunction.Sin, this);

    /// <summary>cos x.</summary>
    public Tensor Cos() => UnaryOperation.Apply(UnaryFunction.Cos, this);

    /// <summary>The error function.</summary>
    public Tensor Erf() => UnaryOperation.Apply(UnaryFunction.Erf, this);

    /// <summary>−1, 0 or 1; the gradient is zero.</summary>
    public Tensor Sign() => UnaryOperation.Apply(UnaryFunction.Sign, this);

    /// <summary>One of the elementwise functions, by name.</summary>
    public Tensor Map(UnaryFunction f) => UnaryOperation.Apply(f, this);
}

/// <summary>y = f(x), element by element; dx = dy · f′(x).</summary>
internal sealed class UnaryOperation : Operation
{
    private UnaryFunction _f;
    private Tensor _x;
    private Tensor _y;

    public static Tensor Apply(UnaryFunction f, in Tensor x)
    {
        var y = x.EmptyLike();
        x.Backend.Unary(f, x, y);
        if (!Tape.Tracks(x))
            return y;
        var operation = Tape.Add<UnaryOperation>(x);
        operation._f = f;
        operation._x = x.AtNode(0);
        operation._y = y;
        return operation.Output(y);
    }

    public override void Backward()
    {
        var dx = _x.EmptyLike();
        dx.Backend.UnaryGradient(_f, _x, _y, OutputGradient(), dx);
        Send(0, dx);
    }

    protected override void Forget() => _x = _y = default;
}
