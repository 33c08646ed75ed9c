namespace Inkstone.Tensors.Tests;

public unsafe class UpdateKernelTests : KernelTest
{
    public static TheoryData<VectorWidth, UpdateRule> Cases
    {
        get
        {
            var data = new TheoryData<VectorWidth, UpdateRule>();
            foreach (var width in Enum.GetValues<VectorWidth>())
                foreach (var rule in Enum.GetValues<UpdateRule>())
                    data.Add(width, rule);
            return data;
        }
    }

    [Theory, MemberData(nameof(Cases))]
    public void Five_updates_agree_with_the_rule_in_double_precision(VectorWidth width, UpdateRule rule)
    {
        var table = KernelTable.For(width);
        foreach (var length in new[] { 0, 1, 3, 4, 7, 8, 16, 31, 70 })
        {
            foreach (var (nesterov, scale) in new[] { (false, 1.0), (true, 0.25) })
            {
                using var parameter = Random(length, 1);
                using var first = new NativeArray(length);
                using var second = new NativeArray(length);
                double[] p = [.. parameter.ToArray().Select(v => (double)v)], m = new double[length], v = new double[length];
                for (var step = 1; step <= 5; step++)
                {
                    using var gradient = Random(length, step + 10);
                    var numbers = new UpdateNumbers(1e-2, 0.9, 0.95, 1e-8, 0.1, step, scale, nesterov);
                    table.Update(rule, numbers, parameter, gradient, first, second, length);
                    for (var i = 0; i < length; i++)
                    {
                        Reference(rule, numbers, ref p[i], gradient[i] * scale, ref m[i], ref v[i]);
                        Close(p[i], parameter[i], 1e-6, 1e-6, $"{rule}, parameter, step {step}");
                        Close(m[i], first[i], 2e-6, 1e-6, $"{rule}, first moment");
                        Close(v[i], second[i], 2e-6, 1e-6, $"{rule}, second moment");
                    }
                }
            }
        }
    }

    [Theory, MemberData(nameof(Widths))]
    public void Moments_that_a_rule_does_not_keep_may_be_missing(VectorWidth width)
    {
        var table = KernelTable.For(width);
        var numbers = new UpdateNumbers(0.5, 0.9, 0.99, 0, 0.1, 1);
        using var gradient = new NativeArray(1f, -2f, 4f);
        using var parameter = new NativeArray(1f, 1f, 1f);
        table.Update(UpdateRule.Sgd, numbers, parameter, gradient, null, null, 3);
        Assert.Equal(new[] { 1f - 0.5f * 1.1f, 1f + 0.5f * 1.9f, 1f - 0.5f * 4.1f }, parameter.ToArray());
        using var second = new NativeArray(3);
        table.Update(UpdateRule.Adagrad, numbers with { WeightDecay = 0 }, parameter, gradient, null, second, 3);
        Assert.Equal(new[] { 1f, 4f, 16f }, second.ToArray());
    }

    private static void Reference(UpdateRule rule, UpdateNumbers n, ref double p, double g, ref double m, ref double v)
    {
        if (rule == UpdateRule.AdamW)
            p *= 1 - n.LearningRate * n.WeightDecay;
        else
            g += n.WeightDecay * p;
        switch (rule)
        {
            case UpdateRule.Sgd:
                m = n.Beta1 * m + g;
                p -= n.LearningRate * (n.Nesterov ? g + n.Beta1 * m : m);
                break;
            case UpdateRule.RmsProp:
                v = n.Beta2 * v + (1 - n.Beta2) * g * g;
                p -= n.LearningRate * g / (Math.Sqrt(v) + n.Epsilon);
                break;
            case UpdateRule.Adagrad:
                v += g * g;
                p -= n.LearningRate * g / (Math.Sqrt(v) + n.Epsilon);
                break;
            default:
                m = n.Beta1 * m + (1 - n.Beta1) * g;
                v = n.Beta2 * v + (1 - n.Beta2) * g * g;
                var deviation = Math.Sqrt(v / (1 - Math.Pow(n.Beta2, n.Step))) + n.Epsilon;
                p -= n.LearningRate / (1 - Math.Pow(n.Beta1, n.Step)) * m / deviation;
                break;
        }
    }
}
