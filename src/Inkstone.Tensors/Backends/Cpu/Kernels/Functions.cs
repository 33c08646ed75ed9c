namespace Inkstone.Tensors;

/// <summary>Functions of one number, applied element by element.</summary>
internal enum UnaryFunction
{
    /// <summary>−x.</summary>
    Negate,

    /// <summary>|x|; its gradient at 0 is 0.</summary>
    Abs,

    /// <summary>−1, 0 or 1; 0 for NaN. Its gradient is 0.</summary>
    Sign,

    /// <summary>x².</summary>
    Square,

    /// <summary>1/x.</summary>
    Reciprocal,

    /// <summary>√x.</summary>
    Sqrt,

    /// <summary>1/√x, both steps correctly rounded (not the processor's estimate).</summary>
    Rsqrt,

    /// <summary>eˣ.</summary>
    Exp,

    /// <summary>ln x.</summary>
    Log,

    /// <summary>sin x, x in radians.</summary>
    Sin,

    /// <summary>cos x, x in radians.</summary>
    Cos,

    /// <summary>tanh x.</summary>
    Tanh,

    /// <summary>1/(1 + e⁻ˣ).</summary>
    Sigmoid,

    /// <summary>max(0, x); its gradient at 0 is 0.</summary>
    Relu,

    /// <summary>max(0, x)² (So et al., "Primer", 2021).</summary>
    ReluSquared,

    /// <summary>x·sigmoid(x), also called swish.</summary>
    Silu,

    /// <summary>x·Φ(x), Φ the standard normal distribution: ½x(1 + erf(x/√2)) (Hendrycks and Gimpel, 2016).</summary>
    GeluErf,

    /// <summary>½x(1 + tanh(√(2/π)(x + 0.044715x³))), the approximation that GPT-2 uses.</summary>
    GeluTanh,

    /// <summary>ln(1 + eˣ).</summary>
    Softplus,

    /// <summary>The error function, (2/√π)∫₀ˣ e^(−t²) dt. Its gradient is (2/√π)e^(−x²).</summary>
    Erf,
}

/// <summary>Functions of two numbers, applied element by element. A comparison gives 1 or 0, and 0 when either side is NaN (NotEqual gives 1).</summary>
internal enum BinaryFunction
{
    /// <summary>a + b.</summary>
    Add,

    /// <summary>a − b.</summary>
    Subtract,

    /// <summary>a·b.</summary>
    Multiply,

    /// <summary>a/b.</summary>
    Divide,

    /// <summary>The larger; NaN when either is NaN.</summary>
    Maximum,

    /// <summary>The smaller; NaN when either is NaN.</summary>
    Minimum,

    /// <summary>a to the power b, as <see cref="MathF.Pow(float, float)"/>.</summary>
    Power,

    /// <summary>a &lt; b.</summary>
    Less,

    /// <summary>a ≤ b.</summary>
    LessOrEqual,

    /// <summary>a = b.</summary>
    Equal,

    /// <summary>a ≠ b.</summary>
    NotEqual,

    /// <summary>a &gt; b.</summary>
    Greater,

    /// <summary>a ≥ b.</summary>
    GreaterOrEqual,
}

/// <summary>Ways of making one number of many.</summary>
internal enum Reduction
{
    /// <summary>Σx.</summary>
    Sum,

    /// <summary>Σx².</summary>
    SumOfSquares,

    /// <summary>The largest; −∞ of nothing, NaN when any is NaN.</summary>
    Maximum,

    /// <summary>The smallest; +∞ of nothing, NaN when any is NaN.</summary>
    Minimum,
}

/// <summary>Which pairs of a head's numbers a rotary embedding turns together.</summary>
internal enum RotaryLayout
{
    /// <summary>Number i with number i + half the rotated width (GPT-NeoX, Hugging Face Llama).</summary>
    Halves,

    /// <summary>Number 2i with number 2i + 1 (the RoFormer paper, GPT-J, Meta's own Llama files).</summary>
    Interleaved,
}
