namespace Inkstone.Tensors.Tests;

/// <summary>The elementwise functions in double precision, straight from their definitions.</summary>
internal static class DoubleReference
{
    public static double Apply(UnaryFunction function, double x) => function switch
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
        UnaryFunction.Relu => double.IsNaN(x) ? x : Math.Max(x, 0),
        UnaryFunction.ReluSquared => double.IsNaN(x) ? x : Math.Max(x, 0) * Math.Max(x, 0),
        UnaryFunction.Silu => x * Sigmoid(x),
        UnaryFunction.GeluErf => x * 0.5 * Erfc(-x / Math.Sqrt(2)),
        UnaryFunction.GeluTanh => x * Sigmoid(2 * Math.Sqrt(2 / Math.PI) * (x + 0.044715 * x * x * x)),
        UnaryFunction.Softplus => Math.Max(x, 0) + LogOnePlus(Math.Exp(-Math.Abs(x))),
        UnaryFunction.Erf => Erf(x),
        _ => throw new ArgumentOutOfRangeException(nameof(function)),
    };

    public static double Apply(BinaryFunction function, double a, double b) => function switch
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
        _ => throw new ArgumentOutOfRangeException(nameof(function)),
    };

    public static double Sigmoid(double x) => x >= 0 ? 1 / (1 + Math.Exp(-x)) : Math.Exp(x) / (1 + Math.Exp(x));

    /// <summary>The Maclaurin series up to 2, the continued fraction beyond.</summary>
    public static double Erf(double x)
    {
        if (double.IsNaN(x))
            return x;
        if (Math.Abs(x) > 2)
            return x > 0 ? 1 - Erfc(x) : Erfc(-x) - 1;
        double sum = x, term = x;
        for (var n = 1; n < 100; n++)
        {
            term *= -x * x / n;
            sum += term / (2 * n + 1);
        }
        return sum * 2 / Math.Sqrt(Math.PI);
    }

    public static double Erfc(double x)
    {
        if (!(x >= 2))
            return 1 - Erf(x);
        if (x > 30)
            return 0;
        double fraction = 0;
        for (var k = 200; k >= 1; k--)
            fraction = k / 2.0 / (x + fraction);
        return Math.Exp(-x * x) / Math.Sqrt(Math.PI) / (x + fraction);
    }

    private static double LogOnePlus(double z)
    {
        var sum = 1 + z;
        return sum == 1 ? z : Math.Log(sum) * z / (sum - 1);
    }
}
