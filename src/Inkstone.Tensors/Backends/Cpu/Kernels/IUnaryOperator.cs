namespace Inkstone.Tensors;

/// <summary>What a gradient is computed from, besides the gradient of the result: what the tape has to keep.</summary>
[Flags]
internal enum GradientOperands
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>The function's argument x.</summary>
    Input = 1,

    /// <summary>The function's result y.</summary>
    Output = 2,
}

/// <summary>A function of one number and its derivative, written once for every vector width.</summary>
internal interface IUnaryOperator
{
    /// <summary>What <see cref="Gradient"/> reads.</summary>
    static abstract GradientOperands Operands { get; }

    /// <summary>y = f(x).</summary>
    static abstract TVector Invoke<TVector>(TVector x) where TVector : struct, ISimd<TVector>;

    /// <summary>dy·f′(x), from x or y as <see cref="Operands"/> says; the other one is zero.</summary>
    static abstract TVector Gradient<TVector>(TVector dy, TVector x, TVector y) where TVector : struct, ISimd<TVector>;
}
