namespace Inkstone.Tensors;

/// <summary>Elementwise functions of one number.</summary>
public enum UnaryFunction
{
#pragma warning disable CS1591 // the names are the functions
    Negate, Abs, Sign, Exp, Log, Tanh, Sigmoid, Relu, ReluSquared, Silu, GeluErf, GeluTanh, Softplus,
    Sqrt, Rsqrt, Square, Reciprocal, Sin, Cos, Erf,
#pragma warning restore CS1591
}

/// <summary>Elementwise functions of two numbers; the comparisons give <see cref="ElementType.Int32"/> zero or one.</summary>
public enum BinaryFunction
{
#pragma warning disable CS1591
    Add, Subtract, Multiply, Divide, Maximum, Minimum, Power,
    Less, LessOrEqual, Greater, GreaterOrEqual, Equal, NotEqual,
#pragma warning restore CS1591
}

/// <summary>Ways of folding many numbers into one.</summary>
public enum ReduceFunction
{
#pragma warning disable CS1591
    Sum, Mean, Max, Min, SumOfSquares,
#pragma warning restore CS1591
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
#pragma warning disable CS1591
    Sgd, Adam, AdamW, RmsProp, Adagrad,
#pragma warning restore CS1591
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
public readonly record struct CrossEntropyOptions(int IgnoredTarget = -100, double Smoothing = 0, double SoftCap = 0);

/// <summary>A sliding window over one or two axes (convolution); a one-axis window has height 1.</summary>
/// <param name="Height">Kernel height.</param>
/// <param name="Width">Kernel width.</param>
/// <param name="StrideHeight">Vertical step.</param>
/// <param name="StrideWidth">Horizontal step.</param>
/// <param name="PadHeight">Zero rows above and below.</param>
/// <param name="PadWidth">Zero columns left and right.</param>
public readonly record struct SlidingWindow(int Height, int Width, int StrideHeight = 1, int StrideWidth = 1, int PadHeight = 0, int PadWidth = 0);
