namespace Inkstone.Tensors;

/// <summary>Functions of one number, applied element by element.</summary>
public enum UnaryFunction
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
public enum BinaryFunction
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

/// <summary>Ways of folding many numbers into one.</summary>
public enum ReduceFunction
{
    /// <summary>Σ x.</summary>
    Sum,

    /// <summary>Σ x / n.</summary>
    Mean,

    /// <summary>The largest.</summary>
    Max,

    /// <summary>The smallest.</summary>
    Min,

    /// <summary>Σ x².</summary>
    SumOfSquares,
}

/// <summary>How rotary embedding pairs the elements of a head.</summary>
public enum RotaryPairing
{
    /// <summary>Element i with element i + half (Hugging Face's Llama).</summary>
    Halves,

    /// <summary>Element 2i with element 2i + 1 (the paper, Su et al. 2021).</summary>
    Interleaved,
}

/// <summary>Update rules of first-order optimisers, each one pass over memory.</summary>
public enum UpdateRule
{
    /// <summary>Stochastic gradient descent, with momentum (plain or Nesterov) when <see cref="UpdateNumbers.Beta1"/> is not zero.</summary>
    Sgd,

    /// <summary>Kingma and Ba 2015, algorithm 1.</summary>
    Adam,

    /// <summary>Adam with decoupled weight decay (Loshchilov and Hutter 2019, algorithm 2).</summary>
    AdamW,

    /// <summary>Division by a running root mean square (Hinton's lecture 6e).</summary>
    RmsProp,

    /// <summary>Division by the root of the sum of squares (Duchi et al. 2011).</summary>
    Adagrad,
}

/// <summary>The numbers of one optimiser update; which are used depends on the rule.</summary>
/// <param name="LearningRate">Step size.</param>
/// <param name="Beta1">Decay of the first moment; momentum for SGD.</param>
/// <param name="Beta2">Decay of the second moment; RMSprop's smoothing α.</param>
/// <param name="Epsilon">Added to the root of the second moment.</param>
/// <param name="WeightDecay">Decay, decoupled for AdamW and added to the gradient for the others.</param>
/// <param name="Step">The number of this update, from 1 (bias correction).</param>
/// <param name="GradientScale">What every gradient is multiplied with first (clipping, averaging).</param>
/// <param name="Nesterov">Nesterov momentum for SGD.</param>
public readonly record struct UpdateNumbers(
    double LearningRate, double Beta1, double Beta2, double Epsilon, double WeightDecay, long Step, double GradientScale = 1, bool Nesterov = false);

/// <summary>The options of cross-entropy over rows of logits.</summary>
/// <param name="IgnoredTarget">Rows with this target count nothing and get no gradient.</param>
/// <param name="Smoothing">The share ε of the target distribution spread evenly over all classes.</param>
/// <param name="SoftCap">Logits are first squeezed to c · tanh(z / c) (0: not).</param>
public sealed record CrossEntropyOptions(int IgnoredTarget = -100, double Smoothing = 0, double SoftCap = 0);

/// <summary>A sliding window over one or two axes (convolution); a one-axis window has height 1.</summary>
/// <param name="Height">Kernel height.</param>
/// <param name="Width">Kernel width.</param>
/// <param name="StrideHeight">Vertical step.</param>
/// <param name="StrideWidth">Horizontal step.</param>
/// <param name="PadHeight">Zero rows above and below.</param>
/// <param name="PadWidth">Zero columns left and right.</param>
public readonly record struct SlidingWindow(int Height, int Width, int StrideHeight = 1, int StrideWidth = 1, int PadHeight = 0, int PadWidth = 0);
