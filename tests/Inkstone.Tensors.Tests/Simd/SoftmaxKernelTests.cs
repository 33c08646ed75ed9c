namespace Inkstone.Tensors.Tests;

public unsafe class SoftmaxKernelTests : KernelTest
{
    private const int Rows = 3;

    [Theory, MemberData(nameof(Widths))]
    public void Softmax_and_its_gradient_agree_with_double_precision(VectorWidth width)
    {
        var table = KernelTable.For(width);
        foreach (var columns in ShortLengths.Append(1000))
        {
            using var x = Random(Rows * columns, columns, -8, 8);
            using var y = new NativeArray(x.Length);
            using var dy = Random(x.Length, 2);
            using var dx = new NativeArray(x.Length);
            foreach (var logarithm in new[] { false, true })
            {
                table.Softmax(x, y, Rows, columns, logarithm);
                table.SoftmaxGradient(y, dy, dx, Rows, columns, logarithm);
                for (var row = 0; row < Rows; row++)
                {
                    var values = Row(x, row, columns);
                    var p = Probabilities(values);
                    var gradient = Row(dy, row, columns);
                    var dot = p.Zip(gradient, (a, b) => a * b).Sum();
                    for (var c = 0; c < columns; c++)
                    {
                        var where = $"column {c} of {columns}, logarithm {logarithm}";
                        Close(logarithm ? Math.Log(p[c]) : p[c], y[row * columns + c], 1e-6, 1e-6, where);
                        var expected = logarithm ? gradient[c] - p[c] * gradient.Sum() : p[c] * (gradient[c] - dot);
                        Close(expected, dx[row * columns + c], 2e-6, 2e-6, "gradient, " + where);
                    }
                }
            }
        }
    }

    [Theory, MemberData(nameof(Widths))]
    public void The_gradient_formula_is_the_slope(VectorWidth width)
    {
        const int columns = 11;
        using var x = Random(columns, 1);
        using var y = new NativeArray(columns);
        using var dy = Random(columns, 2);
        using var dx = new NativeArray(columns);
        foreach (var logarithm in new[] { false, true })
        {
            KernelTable.For(width).Softmax(x, y, 1, columns, logarithm);
            KernelTable.For(width).SoftmaxGradient(y, dy, dx, 1, columns, logarithm);
            var values = Row(x, 0, columns);
            for (var c = 0; c < columns; c++)
            {
                var slope = Slope(v =>
                {
                    var moved = (double[])values.Clone();
                    moved[c] = v;
                    return Probabilities(moved).Select((p, i) => dy[i] * (logarithm ? Math.Log(p) : p)).Sum();
                }, values[c]);
                Close(slope, dx[c], 2e-6, 1e-6, $"column {c}");
            }
        }
    }

    [Theory, MemberData(nameof(Widths))]
    public void Masked_large_and_undefined_rows(VectorWidth width)
    {
        var table = KernelTable.For(width);
        const float inf = float.PositiveInfinity;
        using var x = new NativeArray(-inf, 3f, -inf, 3f, 3f, -inf, 1e30f, 1e30f, -1e30f, -inf, -inf, -inf, 1f, float.NaN, 2f, -3e38f, 3e38f, 0f);
        using var y = new NativeArray(18);
        table.Softmax(x, y, 6, 3);
        Assert.Equal(new[] { 0f, 1f, 0f, 0.5f, 0.5f, 0f, 0.5f, 0.5f, 0f }, y.ToArray()[..9]);
        Assert.All(y.ToArray()[9..15], v => Assert.True(float.IsNaN(v)));
        Assert.Equal(new[] { 0f, 1f, 0f }, y.ToArray()[15..]);
        table.Softmax(x, y, 1, 3, logarithm: true);
        Assert.Equal(new[] { -inf, 0f, -inf }, y.ToArray()[..3]);
        table.Softmax(x, x, 3, 3);
        Assert.Equal(new[] { 0f, 1f, 0f, 0.5f, 0.5f, 0f, 0.5f, 0.5f, 0f }, x.ToArray()[..9]);
    }

    private static double[] Row(NativeArray x, int row, int columns) =>
        [.. x.ToArray().Skip(row * columns).Take(columns).Select(v => (double)v)];

    private static double[] Probabilities(double[] x)
    {
        var exponentials = x.Select(v => Math.Exp(v - x.Max())).ToArray();
        return [.. exponentials.Select(v => v / exponentials.Sum())];
    }
}
