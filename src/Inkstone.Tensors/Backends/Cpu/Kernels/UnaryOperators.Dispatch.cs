namespace Inkstone.Tensors;

/// <summary>Work that is to be done with an operator known only by name: <see cref="UnaryOperators.Dispatch"/> calls it with the type.</summary>
internal interface IUnaryVisitor
{
    /// <summary>Does the work with this operator.</summary>
    void Visit<TOperator>() where TOperator : struct, IUnaryOperator;
}

/// <summary>From a function's name to its operator struct: the one place that lists them.</summary>
internal static class UnaryOperators
{
    /// <summary>What the gradient of a function is computed from.</summary>
    public static GradientOperands GradientOperandsOf(UnaryFunction function)
    {
        var visitor = new OperandsVisitor();
        Dispatch(function, ref visitor);
        return visitor.Operands;
    }

    /// <summary>Calls the visitor with the function's operator.</summary>
    public static void Dispatch<TVisitor>(UnaryFunction function, ref TVisitor visitor) where TVisitor : struct, IUnaryVisitor
    {
        switch (function)
        {
            case UnaryFunction.Negate: visitor.Visit<NegateOperator>(); break;
            case UnaryFunction.Abs: visitor.Visit<AbsOperator>(); break;
            case UnaryFunction.Sign: visitor.Visit<SignOperator>(); break;
            case UnaryFunction.Square: visitor.Visit<SquareOperator>(); break;
            case UnaryFunction.Reciprocal: visitor.Visit<ReciprocalOperator>(); break;
            case UnaryFunction.Sqrt: visitor.Visit<SqrtOperator>(); break;
            case UnaryFunction.Rsqrt: visitor.Visit<RsqrtOperator>(); break;
            case UnaryFunction.Exp: visitor.Visit<ExpOperator>(); break;
            case UnaryFunction.Log: visitor.Visit<LogOperator>(); break;
            case UnaryFunction.Sin: visitor.Visit<SinOperator>(); break;
            case UnaryFunction.Cos: visitor.Visit<CosOperator>(); break;
            case UnaryFunction.Tanh: visitor.Visit<TanhOperator>(); break;
            case UnaryFunction.Sigmoid: visitor.Visit<SigmoidOperator>(); break;
            case UnaryFunction.Relu: visitor.Visit<ReluOperator>(); break;
            case UnaryFunction.ReluSquared: visitor.Visit<ReluSquaredOperator>(); break;
            case UnaryFunction.Silu: visitor.Visit<SiluOperator>(); break;
            case UnaryFunction.GeluErf: visitor.Visit<GeluErfOperator>(); break;
            case UnaryFunction.GeluTanh: visitor.Visit<GeluTanhOperator>(); break;
            case UnaryFunction.Softplus: visitor.Visit<SoftplusOperator>(); break;
            case UnaryFunction.Erf: visitor.Visit<ErfOperator>(); break;
            default: throw new ArgumentOutOfRangeException(nameof(function), function, null);
        }
    }

    private struct OperandsVisitor : IUnaryVisitor
    {
        public GradientOperands Operands { get; private set; }

        public void Visit<TOperator>() where TOperator : struct, IUnaryOperator => Operands = TOperator.Operands;
    }
}
