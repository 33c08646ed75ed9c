namespace Inkstone.Tensors.Tests;

public unsafe class NormKernelTests : KernelTest
{
    private const int Rows = 5;
    private const float Epsilon = 1e-5f;

    [Theory, MemberData(nameof(Widths))]
    public void Both_norms_agree_with_double_precision(VectorWidth width)
    {
        var table = KernelTable.For(width);
        foreach (var columns in ShortLengths.Append(384))
        {
            using var x = Random(Rows * columns, columns, -1, 3);
            using var weight = Random(columns, 1);
            using var bias = Random(columns, 2);
            using var y = new NativeArray(x.Length);
            using var mean = new NativeArray(Rows);
            using var reciprocal = new NativeArray(Rows);
            for (var given = 0; given < 4; given++)
            {
                float* w = (given & 1) != 0 ? weight : null, b = (given & 2) != 0 ? bias : null;
                table.LayerNorm(x, w, b, Epsilon, y, mean, reciprocal, Rows, columns);
                Check(true, given, x, weight, bias, y, mean, reciprocal, columns);
                if (b == null)
                {
                    table.RmsNorm(x, w, Epsilon, y, reciprocal, Rows, columns);
                    Check(false, given, x, weight, bias, y, null, reciprocal, columns);
                }
            }
        }
    }

    [Theory, MemberData(nameof(Widths))]
    public void Both_gradients_agree_with_central_differences(VectorWidth width)
    {
        var table = KernelTable.For(width);
        foreach (var columns in new[] { 2, 3, 8, 13, 16, 21, 37 })
        {
            foreach (var centered in new[] { true, false })
            {
                using var x = Random(Rows * columns, columns, -1, 3);
                using var weight = Random(columns, 1);
                using var dy = Random(x.Length, 3);
                using var y = new NativeArray(x.Length);
                using var dx = new NativeArray(x.Length);
                using var mean = new NativeArray(Rows);
                using var reciprocal = new NativeArray(Rows);
                foreach (var weighted in new[] { true, false })
                {
                    using var dweight = new NativeArray(columns, _ => 1f);
                    using var dbias = new NativeArray(columns, _ => 1f);
                    float* w = weighted ? weight : null, dw = weighted ? dweight : null;
                    if (centered)
                    {
                        table.LayerNorm(x, w, null, Epsilon, y, mean, reciprocal, Rows, columns);
                        table.LayerNormGradient(x, w, mean, reciprocal, dy, dx, dw, dbias, Rows, columns);
                    }
                    else
                    {
                        table.RmsNorm(x, w, Epsilon, y, reciprocal, Rows, columns);
                        table.RmsNormGradient(x, w, reciprocal, dy, dx, dw, Rows, columns);
                    }

                    double Weight(int c) => weighted ? weight[c] : 1;
                    for (var row = 0; row < Rows; row++)
                    {
                        var values = Values(x, row, columns);
                        for (var c = 0; c < columns; c++)
                        {
                            var slope = Slope(v =>
                            {
                                var moved = (double[])values.Clone();
                                moved[c] = v;
                                return Normalised(centered, moved).Select((n, i) => n * Weight(i) * dy[row * columns + i]).Sum();
                            }, values[c], 1e-4);
                            Close(slope, dx[row * columns + c], 1e-5, 1e-4, $"dx, {columns} columns, centred {centered}"); // few columns amplify
                        }
                    }
                    for (var c = 0; c < columns; c++)
                    {
                        var rows = Enumerable.Range(0, Rows).ToArray();
                        var product = rows.Sum(r => Normalised(centered, Values(x, r, columns))[c] * dy[r * columns + c]);
                        Close(weighted ? 1 + product : 1, dweight[c], 2e-6, 4e-6, "dweight is added to");
                        Close(centered ? 1 + rows.Sum(r => (double)dy[r * columns + c]) : 1, dbias[c], 2e-6, 4e-6, "dbias is added to");
                    }

                    if (centered)
                        table.LayerNormGradient(x, w, mean, reciprocal, dy, y, null, null, Rows, columns);
                    else
                        table.RmsNormGradient(x, w, reciprocal, dy, y, null, Rows, columns);
                    Assert.Equal(dx.ToArray(), y.ToArray());
                }
            }
        }
    }

    [Theory, MemberData(nameof(Widths))]
    public void A_large_mean_does_not_drown_the_variance(VectorWidth width)
    {
        using var x = Random(64, 1, 1000, 1001);
        using var y = new NativeArray(64);
        using var mean = new NativeArray(1);
        using var reciprocal = new NativeArray(1);
        KernelTable.For(width).LayerNorm(x, null, null, Epsilon, y, mean, reciprocal, 1, 64);
        var expected = Normalised(true, Values(x, 0, 64));
        for (var c = 0; c < 64; c++)
            Close(expected[c], y[c], 1e-4, 3e-4, $"column {c}");
    }

    private static void Check(
        bool centered, int given, NativeArray x, NativeArray weight, NativeArray bias, NativeArray y, NativeArray? mean, NativeArray reciprocal, int columns)
    {
        for (var row = 0; row < Rows; row++)
        {
            var values = Values(x, row, columns);
            var normalised = Normalised(centered, values);
            for (var c = 0; c < columns; c++)
            {
                var expected = normalised[c] * ((given & 1) != 0 ? weight[c] : 1) + ((given & 2) != 0 ? bias[c] : 0);
                Close(expected, y[row * columns + c], 2e-6, columns < 4 ? 1e-4 : 4e-6, $"row {row}, column {c} of {columns}, centred {centered}");
            }
            var center = centered ? values.Average() : 0;
            if (mean is not null)
                Close(center, mean[row], 1e-6, 1e-6, "mean");
            var deviation = 1 / Math.Sqrt(values.Average(v => (v - center) * (v - center)) + Epsilon);
            Close(deviation, reciprocal[row], columns < 4 ? 1e-4 : 2e-6, 0, "reciprocal");
        }
    }

    private static double[] Values(NativeArray x, int row, int columns) =>
        [.. x.ToArray().Skip(row * columns).Take(columns).Select(v => (double)v)];

    private static double[] Normalised(bool centered, double[] x)
    {
        var center = centered ? x.Average() : 0;
        var deviation = Math.Sqrt(x.Average(v => (v - center) * (v - center)) + Epsilon);
        return [.. x.Select(v => (v - center) / deviation)];
    }
}
