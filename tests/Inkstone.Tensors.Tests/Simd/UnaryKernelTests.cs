namespace Inkstone.Tensors.Tests;

public unsafe class UnaryKernelTests : KernelTest
{
    private static readonly float[] Special =
    [
        0f, -0f, 1f, -1f, float.Epsilon, -float.Epsilon, 1e-40f, -1e-40f, 1.17549435e-38f, 1e-20f, -1e-20f, 0.3465f, -0.3467f, 88.3f, 88.72f, 88.73f, -87.3f,
        -87.4f, -88f, -100f, -103.9f, -104.5f, 1e4f, -1e4f, 1e5f, 131072f, 1e6f, 1e18f, 1e30f, -1e30f, float.MaxValue, float.MinValue,
        float.PositiveInfinity, float.NegativeInfinity, float.NaN,
    ];

    public static TheoryData<VectorWidth, UnaryFunction> Cases
    {
        get
        {
            var data = new TheoryData<VectorWidth, UnaryFunction>();
            foreach (var width in Enum.GetValues<VectorWidth>())
                foreach (var function in Enum.GetValues<UnaryFunction>())
                    data.Add(width, function);
            return data;
        }
    }

    [Theory, MemberData(nameof(Cases))]
    public void Every_length_agrees_with_double_precision(VectorWidth width, UnaryFunction function)
    {
        var table = KernelTable.For(width);
        var (low, high) = Domain(function);
        foreach (var length in Lengths)
        {
            using var x = Random(length, length + 1, low, high);
            using var y = new NativeArray(length);
            table.Unary(function, x, y, length);
            for (var i = 0; i < length; i++)
                Close(DoubleReference.Apply(function, x[i]), y[i], Tolerance(function, x[i]), Underflow(x[i]), $"{function}({x[i]})");
        }
    }

    [Theory, MemberData(nameof(Cases))]
    public void Special_values_are_those_of_the_formula(VectorWidth width, UnaryFunction function)
    {
        var table = KernelTable.For(width);
        using var x = new NativeArray(Special);
        using var y = new NativeArray(Special.Length);
        table.Unary(function, x, y, x.Length);
        for (var i = 0; i < x.Length; i++)
        {
            var expected = DoubleReference.Apply(function, x[i]);
            if (function == UnaryFunction.GeluErf && float.IsNegativeInfinity(x[i]))
                expected = double.NaN; // −∞·0, as the formula says
            Close(expected, y[i], Tolerance(function, x[i]), Underflow(x[i]), $"{function}({x[i]})");
        }
    }

    [Theory, MemberData(nameof(Cases))]
    public void Gradients_agree_with_central_differences(VectorWidth width, UnaryFunction function)
    {
        var table = KernelTable.For(width);
        var operands = UnaryOperators.GradientOperandsOf(function);
        var (low, high) = Domain(function);
        low = Math.Max(low, -6);
        high = Math.Min(high, 6);
        foreach (var length in ShortLengths)
        {
            using var x = Random(length, length + 7, function is UnaryFunction.Log ? 0.1 : low, high);
            using var y = new NativeArray(length);
            using var dy = Random(length, length + 8);
            using var dx = new NativeArray(length);
            table.Unary(function, x, y, length);
            table.UnaryGradient(
                function, dy, operands.HasFlag(GradientOperands.Input) ? x : null, operands.HasFlag(GradientOperands.Output) ? y : null, dx, length);
            for (var i = 0; i < length; i++)
            {
                double input = x[i];
                if (function is UnaryFunction.Abs or UnaryFunction.Sign or UnaryFunction.Relu or UnaryFunction.ReluSquared && Math.Abs(input) < 1e-4)
                    continue; // the difference would cross the corner
                var expected = dy[i] * Slope(v => DoubleReference.Apply(function, v), input, 1e-5 * Math.Max(0.1, Math.Abs(input)));
                Close(expected, dx[i], 2e-6, 1e-6, $"{function}′({input})");
            }
        }
    }

    [Theory, MemberData(nameof(Cases))]
    public void Results_may_overwrite_their_operands(VectorWidth width, UnaryFunction function)
    {
        var table = KernelTable.For(width);
        using var x = Random(77, 3, 0.1, 2);
        using var y = new NativeArray(77);
        using var dy = Random(77, 4);
        using var dx = new NativeArray(77);
        table.Unary(function, x, y, 77);
        table.UnaryGradient(function, dy, x, y, dx, 77);
        table.UnaryGradient(function, dy, x, y, dy, 77);
        table.Unary(function, x, x, 77);
        Assert.Equal(y.ToArray(), x.ToArray());
        Assert.Equal(dx.ToArray(), dy.ToArray());
    }

    [Theory, MemberData(nameof(Cases))]
    public void Gated_products_and_their_gradients_follow_the_plain_function(VectorWidth width, UnaryFunction function)
    {
        var table = KernelTable.For(width);
        const int rows = 3;
        foreach (var columns in ShortLengths)
        {
            // gate and up are the halves of one matrix
            using var both = Random(rows * 2 * columns, 3, 0.2, 2);
            using var y = new NativeArray(rows * columns);
            using var dy = Random(rows * columns, 4);
            using var dboth = new NativeArray(rows * 2 * columns);
            table.Gated(function, both, 2 * columns, both.Pointer + columns, 2 * columns, y, columns, rows, columns);
            table.GatedGradient(
                function, dy, columns, both, 2 * columns, both.Pointer + columns, 2 * columns,
                dboth, 2 * columns, dboth.Pointer + columns, 2 * columns, rows, columns);
            for (var row = 0; row < rows; row++)
            {
                for (var i = 0; i < columns; i++)
                {
                    double gate = both[row * 2 * columns + i], up = both[row * 2 * columns + columns + i], gradient = dy[row * columns + i];
                    var value = DoubleReference.Apply(function, gate);
                    Close(value * up, y[row * columns + i], 1e-6, 1e-30, $"{function} gate");
                    Close(gradient * value, dboth[row * 2 * columns + columns + i], 1e-6, 1e-30, $"{function} dup");
                    var slope = Slope(v => DoubleReference.Apply(function, v), gate);
                    Close(gradient * up * slope, dboth[row * 2 * columns + i], 3e-6, 1e-6, $"{function} dgate");
                }
            }
        }
    }

    [Theory, MemberData(nameof(Widths))]
    public void Largest_errors_stay_within_what_the_documentation_says(VectorWidth width)
    {
        (UnaryFunction Function, double Low, double High, double Bound)[] ranges =
        [
            (UnaryFunction.Exp, -103, 88.7, 1.0e-7), (UnaryFunction.Log, 1e-30, 10, 1.2e-7), (UnaryFunction.Log, 0.5, 2, 1.2e-7),
            (UnaryFunction.Tanh, -1, 1, 2.0e-7), (UnaryFunction.Tanh, -10, 10, 2.0e-7), (UnaryFunction.Sigmoid, -87, 20, 2.0e-7),
            (UnaryFunction.Softplus, -80, 80, 2.0e-7), (UnaryFunction.Erf, -4, 4, 2.0e-7), (UnaryFunction.Silu, -80, 20, 2.6e-7),
        ];
        var table = KernelTable.For(width);
        foreach (var (function, low, high, bound) in ranges)
        {
            using var x = Random(30_000, 9, low, high);
            using var y = new NativeArray(x.Length);
            table.Unary(function, x, y, x.Length);
            for (var i = 0; i < x.Length; i++)
                Close(DoubleReference.Apply(function, x[i]), y[i], bound, Underflow(x[i]), $"{function}({x[i]})");
        }
        foreach (var function in new[] { UnaryFunction.Sin, UnaryFunction.Cos })
        {
            using var x = Random(30_000, 9, -131_072, 131_072);
            using var y = new NativeArray(x.Length);
            table.Unary(function, x, y, x.Length);
            for (var i = 0; i < x.Length; i++)
                Close(DoubleReference.Apply(function, x[i]), y[i], 0, 1.2e-7, $"{function}({x[i]})");
        }
    }

    private static (double Low, double High) Domain(UnaryFunction function) => function switch
    {
        UnaryFunction.Log or UnaryFunction.Sqrt or UnaryFunction.Rsqrt or UnaryFunction.Reciprocal => (0.01, 10),
        _ => (-12, 12),
    };

    /// <summary>An exponential below the normal range may have become 0; a function may then multiply with x.</summary>
    private static double Underflow(float x) => 1.2e-38 * (float.IsFinite(x) ? Math.Max(1, Math.Abs(x)) : 1);

    /// <summary>The tails of the normal distribution lose what rounding the exponent x²/2 loses.</summary>
    private static double Tolerance(UnaryFunction function, double x) => function switch
    {
        UnaryFunction.GeluErf when x < -1 => 3e-7 * Math.Max(1, x * x),
        UnaryFunction.GeluTanh when x < -1 => 3e-7 * Math.Max(1, -x * x * x),
        _ => 4e-7,
    };
}
