using Inkstone.Foundation.Errors;

namespace Inkstone.Tensors.Tests;

public unsafe class CrossEntropyKernelTests : KernelTest
{
    private const int Rows = 4;

    [Theory, MemberData(nameof(Widths))]
    public void Losses_agree_with_double_precision_and_gradients_with_central_differences(VectorWidth width)
    {
        var table = KernelTable.For(width);
        var targets = stackalloc int[Rows];
        foreach (var columns in new[] { 1, 2, 5, 11, 16, 33, 70 })
        {
            foreach (var options in new CrossEntropyOptions[] { new(-100), new(Smoothing: 0.1), new(SoftCap: 3), new(Smoothing: 0.2, SoftCap: 1.5) })
            {
                var stride = columns + 1;
                (targets[0], targets[1], targets[2], targets[3]) = (0, columns - 1, -100, columns / 2);
                using var logits = Random(Rows * stride, columns, -6, 6);
                using var gradient = new NativeArray(logits.ToArray());
                using var losses = new NativeArray(Rows);
                using var again = new NativeArray(Rows);
                var before = logits.ToArray();
                table.CrossEntropy(logits, stride, targets, options, losses, Rows, columns);
                Assert.Equal(before, logits.ToArray());
                table.CrossEntropyGradient(gradient, stride, targets, options, 0.5f, again, Rows, columns);
                for (var row = 0; row < Rows; row++)
                {
                    var z = before.Skip(row * stride).Take(columns).Select(v => (double)v).ToArray();
                    var expected = targets[row] < 0 ? 0 : Loss(z, targets[row], options);
                    Close(expected, losses[row], 2e-6, 2e-6, $"loss, {options}");
                    Close(expected, again[row], 2e-6, 2e-6, $"loss with gradient, {options}");
                    for (var i = 0; i < columns; i++)
                    {
                        var target = targets[row];
                        var slope = target < 0 ? 0 : Slope(v =>
                        {
                            var moved = (double[])z.Clone();
                            moved[i] = v;
                            return Loss(moved, target, options);
                        }, z[i]);
                        Close(0.5 * slope, gradient[row * stride + i], 4e-6, 5e-7, $"gradient {i} of {columns}, {options}");
                    }
                    Assert.Equal(before[row * stride + columns], gradient[row * stride + columns]);
                }
            }
        }
    }

    [Theory, MemberData(nameof(Widths))]
    public void Forbidden_classes_and_large_logits(VectorWidth width)
    {
        var table = KernelTable.For(width);
        var targets = stackalloc int[] { 1, 0 };
        using var logits = new NativeArray(float.NegativeInfinity, 0f, 0f, 1e6f, 0f, -1e6f);
        using var losses = new NativeArray(2);
        table.CrossEntropyGradient(logits, 3, targets, new(-100), 1f, losses, 2, 3);
        Close(Math.Log(2), losses[0], 1e-6, 0, "loss");
        Assert.Equal(0f, losses[1]);
        Assert.Equal(new[] { 0f, -0.5f, 0.5f, 0f, 0f, 0f }, logits.ToArray());
    }

    [Theory, MemberData(nameof(Widths))]
    public void A_target_that_is_no_class_is_refused(VectorWidth width)
    {
        using var logits = new NativeArray(3);
        using var losses = new NativeArray(1);
        foreach (var wrong in new[] { -1, 3, int.MaxValue, int.MinValue })
        {
            var error = Assert.Throws<InkstoneRequestException>(() =>
            {
                var target = wrong;
                KernelTable.For(width).CrossEntropy(logits, 3, &target, new(-100), losses, 1, 3);
            });
            Assert.Contains("[0, 3)", error.Message);
        }
    }

    private static double Loss(double[] z, int target, CrossEntropyOptions options)
    {
        if (options.SoftCap > 0)
            z = [.. z.Select(v => options.SoftCap * Math.Tanh(v / options.SoftCap))];
        var logSum = z.Max() + Math.Log(z.Sum(v => Math.Exp(v - z.Max())));
        return z.Select((v, i) => (options.Smoothing / z.Length + (i == target ? 1 - options.Smoothing : 0)) * (logSum - v)).Sum();
    }
}
