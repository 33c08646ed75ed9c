namespace Inkstone.Tensors;

/// <summary>The functions of <see cref="UnaryFunction"/> and <see cref="BinaryFunction"/> on single numbers, and their derivatives.</summary>
internal static class ScalarFunctions
{
    private const double GeluTanhScale = 0.79788456080286536; // √(2/π)
    private const double GeluTanhCube = 0.044715;

    public static double Apply(UnaryFunction f, double x) => f switch
    {
        UnaryFunction.Negate => -x,
        UnaryFunction.Abs => Math.Abs(x),
        UnaryFunction.Sign => x > 0 ? 1 : x < 0 ? -1 : 0,
        UnaryFunction.Square => x * x,
        UnaryFunction.Reciprocal => 1 / x,
        UnaryFunction.Sqrt => Math.Sqrt(x),
        UnaryFunction.Rsqrt => 1 / Math.Sqrt(x),
        UnaryFunction.Exp => Math.Exp(x),
        UnaryFunction.Log => Math.Log(x),
        UnaryFunction.Sin => Math.Sin(x),
        UnaryFunction.Cos => Math.Cos(x),
        UnaryFunction.Tanh => Math.Tanh(x),
        UnaryFunction.Sigmoid => Sigmoid(x),
        UnaryFunction.Relu => x > 0 || double.IsNaN(x) ? x : 0,
        UnaryFunction.ReluSquared => x > 0 || double.IsNaN(x) ? x * x : 0,
        UnaryFunction.Silu => x * Sigmoid(x),
        UnaryFunction.GeluErf => x * NormalDistribution(x),
        UnaryFunction.GeluTanh => 0.5 * x * (1 + Math.Tanh(GeluInner(x))),
        UnaryFunction.Softplus => Math.Max(x, 0) + LogOnePlus(Math.Exp(-Math.Abs(x))),
        UnaryFunction.Erf => Erf(x),
        _ => throw new ArgumentOutOfRangeException(nameof(f), f, null),
    };

    /// <summary>f′(x).</summary>
    public static double Derivative(UnaryFunction f, double x)
    {
        switch (f)
        {
            case UnaryFunction.Negate:
                return -1;
            case UnaryFunction.Abs:
                return Apply(UnaryFunction.Sign, x);
            case UnaryFunction.Sign:
                return 0;
            case UnaryFunction.Square:
                return 2 * x;
            case UnaryFunction.Reciprocal:
                return -1 / (x * x);
            case UnaryFunction.Sqrt:
                return 0.5 / Math.Sqrt(x);
            case UnaryFunction.Rsqrt:
                return -0.5 / (x * Math.Sqrt(x));
            case UnaryFunction.Exp:
                return Math.Exp(x);
            case UnaryFunction.Log:
                return 1 / x;
            case UnaryFunction.Sin:
                return Math.Cos(x);
            case UnaryFunction.Cos:
                return -Math.Sin(x);
            case UnaryFunction.Tanh:
                var t = Math.Tanh(x);
                return 1 - t * t;
            case UnaryFunction.Sigmoid:
                return Sigmoid(x) * Sigmoid(-x);
            case UnaryFunction.Relu:
                return x > 0 ? 1 : 0;
            case UnaryFunction.ReluSquared:
                return x > 0 ? 2 * x : 0;
            case UnaryFunction.Silu:
                return Sigmoid(x) * (1 + x * Sigmoid(-x));
            case UnaryFunction.GeluErf:
                return NormalDistribution(x) + x * Math.Exp(-0.5 * x * x) / Math.Sqrt(2 * Math.PI);
            case UnaryFunction.GeluTanh:
                var tanh = Math.Tanh(GeluInner(x));
                return 0.5 * (1 + tanh) + 0.5 * x * (1 - tanh * tanh) * GeluTanhScale * (1 + 3 * GeluTanhCube * x * x);
            case UnaryFunction.Softplus:
                return Sigmoid(x);
            case UnaryFunction.Erf:
                return 2 / Math.Sqrt(Math.PI) * Math.Exp(-x * x);
            default:
                throw new ArgumentOutOfRangeException(nameof(f), f, null);
        }
    }

    public static double Apply(BinaryFunction f, double a, double b) => f switch
    {
        BinaryFunction.Add => a + b,
        BinaryFunction.Subtract => a - b,
        BinaryFunction.Multiply => a * b,
        BinaryFunction.Divide => a / b,
        BinaryFunction.Maximum => Math.Max(a, b),
        BinaryFunction.Minimum => Math.Min(a, b),
        BinaryFunction.Power => Math.Pow(a, b),
        BinaryFunction.Less => a < b ? 1 : 0,
        BinaryFunction.LessOrEqual => a <= b ? 1 : 0,
        BinaryFunction.Equal => a == b ? 1 : 0,
        BinaryFunction.NotEqual => a != b ? 1 : 0,
        BinaryFunction.Greater => a > b ? 1 : 0,
        BinaryFunction.GreaterOrEqual => a >= b ? 1 : 0,
        _ => throw new ArgumentOutOfRangeException(nameof(f), f, null),
    };

    public static double Sigmoid(double x) => x >= 0 ? 1 / (1 + Math.Exp(-x)) : Math.Exp(x) / (1 + Math.Exp(x));

    /// <summary>
    /// erf x = (2/√π) e^(−x²) Σ 2ⁿ x^(2n+1) / (1·3·…·(2n+1)): all terms have one sign, so nothing cancels. From 6 on it is one in double
    /// precision.
    /// </summary>
    private static double Erf(double x)
    {
        if (double.IsNaN(x))
            return x;
        if (Math.Abs(x) >= 6)
            return Math.Sign(x);
        var (sum, term) = (x, x);
        for (var n = 1; Math.Abs(term) > 1e-18 * Math.Abs(sum); n++)
            sum += term *= 2 * x * x / (2 * n + 1);
        return 2 / Math.Sqrt(Math.PI) * Math.Exp(-x * x) * sum;
    }

    private static double NormalDistribution(double x) => 0.5 * (1 + Erf(x / Math.Sqrt(2)));

    private static double GeluInner(double x) => GeluTanhScale * (x + GeluTanhCube * x * x * x);

    /// <summary>ln(1 + u) without losing a small u (Kahan's correction).</summary>
    private static double LogOnePlus(double u)
    {
        var w = 1 + u;
        return w == 1 ? u : Math.Log(w) * u / (w - 1);
    }
}
