namespace Inkstone.Tensors.Tests;

/// <summary>Every operation, and the inputs its tests are generated from. A new operation adds its rows here.</summary>
internal static partial class OpTable
{
    public static IReadOnlyList<OpRow> Rows { get; } =
        [.. Elementwise(), .. Folding(), .. Viewing(), .. Indexing(), .. Products(), .. Normalising(), .. Losing(), .. Recurrent(), .. Attending()];

    public static OpRow Row(string name) => Rows.Single(r => r.Name == name);

    /// <summary>Normal numbers.</summary>
    private static OpInput N(params int[] extents) => new(extents);

    /// <summary>Positive numbers.</summary>
    private static OpInput P(params int[] extents) => new(extents, Filling.Positive);

    /// <summary>Whole numbers below a bound.</summary>
    private static OpInput I(int bound, params int[] extents) => new(extents, Filling.Integers, bound, Differentiable: false);

    private static OpInput Constant(OpInput input) => input with { Differentiable = false };

    private static IEnumerable<OpRow> Elementwise()
    {
        foreach (var f in Enum.GetValues<UnaryFunction>())
        {
            var fill = f is UnaryFunction.Log or UnaryFunction.Sqrt or UnaryFunction.Rsqrt or UnaryFunction.Reciprocal ? Filling.Positive : Filling.Normal;
            OpInput Fill(params int[] extents) => new(extents, fill);
            yield return new($"unary {f}", t => t[0].Map(f))
            {
                Small = [[Fill(3, 5)], [Fill(1)], [Fill()], [Fill(0, 3)], [Fill(2, 1, 4)]],
                Large = [[Fill(311, 257)]],
            };
        }
        foreach (var f in Enum.GetValues<BinaryFunction>().Where(f => f < BinaryFunction.Less))
        {
            yield return new($"binary {f}", t => Apply(f, t[0], t[1]))
            {
                Small = [[P(3, 4), P(3, 4)], [P(4, 1, 3), P(2, 1)], [P(2, 3), P(3)], [P(3), P(2, 3)], [P(), P(2, 2)], [P(2, 2), P()], [P(0, 3), P(3)], [P(1), P(1)], [P(3, 1), P(3, 4)]],
                Large = [[P(311, 257), P(311, 257)], [P(311, 257), P(257)], [P(311, 257), P(311, 1)], [P(), P(311, 257)], [P(40, 1, 33), P(61, 1)], [P(257), P(311, 257)]],
                GradientTolerance = 5e-5, // sums over what was stretched cancel
            };
        }
        foreach (var f in Enum.GetValues<BinaryFunction>().Where(f => f >= BinaryFunction.Less))
        {
            OpInput Whole(params int[] extents) => new(extents, Filling.Eighths, Differentiable: false);
            yield return new($"compare {f}", t => Tensor.Compare(f, t[0], t[1]).To(t[0].Type))
            {
                Small = [[Whole(7, 9), Whole(7, 9)], [Whole(7, 9), Whole(9)], [Whole(), Whole()]],
                Large = [[Whole(311, 257), Whole(311, 257)], [Whole(311, 257), Whole(311, 1)]],
            };
        }
        yield return new("affine", t => 3 - (t[0] * 2.5 - 1) / 4) { Small = [[N(3, 4)], [N()], [N(0)]], Large = [[N(311, 257)]] };
        yield return new("where", t => Tensor.Where(t[0], t[1], t[2]))
        {
            Small = [[I(2, 3, 4), N(3, 4), N(3, 4)], [I(2, 3, 1), N(4), N(2, 3, 4)], [I(2, 4), N(), N(3, 4)], [I(2, 0), N(0), N(0)]],
            Large = [[I(2, 311, 257), N(311, 257), N(311, 257)], [I(2, 311, 257), N(), N(257)], [I(2, 311, 1), N(311, 257), N()]],
        };
        yield return new("masked fill", t => t[1].MaskedFill(t[0], -3)) { Small = [[I(2, 4), N(3, 4)]], Large = [[I(2, 311, 257), N(311, 257)]] };
        yield return new("dropout", t => t[0].Dropout(0.3, Foundation.Randomness.Rng.From(5)))
        {
            Small = [[N(3, 5)], [N(1)], [N(0)]],
            Large = [[N(311, 257)]],
        };
        yield return new("convert", t => t[0].To(ElementType.Float16).To(t[0].Type) + t[0].To(ElementType.BFloat16).To(t[0].Type))
        {
            Small = [[new([3, 5], Filling.Eighths)], [new([], Filling.Eighths)]],
            Large = [[new([311, 257], Filling.Eighths)]],
            Step = 1 / 8.0,
            CheckTolerance = 1e-2, // the gradient goes through bfloat16, which has eight bits
            GradientTolerance = 1e-2,
        };
        yield return new("swiglu", t => Tensor.SwiGlu(t[0], t[1])) { Small = [[N(3, 5), N(3, 5)], [N(1, 1), N(1, 1)], [N(0, 4), N(0, 4)]], Large = [[N(311, 257), N(311, 257)]] };
        yield return new("swiglu of halves", t => Tensor.SwiGlu(t[0].Slice(-1, 0, t[0].Shape[-1] / 2), t[0].Slice(-1, t[0].Shape[-1] / 2, t[0].Shape[-1] / 2)))
        {
            Small = [[N(3, 6)]],
            Large = [[N(311, 258)]],
        };
    }

    private static Tensor Apply(BinaryFunction f, in Tensor a, in Tensor b) => f switch
    {
        BinaryFunction.Add => a + b,
        BinaryFunction.Subtract => a - b,
        BinaryFunction.Multiply => a * b,
        BinaryFunction.Divide => a / b,
        BinaryFunction.Maximum => Tensor.Maximum(a, b),
        BinaryFunction.Minimum => Tensor.Minimum(a, b),
        _ => Tensor.Power(a, b),
    };

    private static IEnumerable<OpRow> Folding()
    {
        foreach (var f in Enum.GetValues<ReduceFunction>())
        {
            Tensor Fold(Tensor x, bool keep, params int[] axes) => f switch
            {
                ReduceFunction.Sum => x.Sum(axes, keep),
                ReduceFunction.Mean => x.Mean(axes, keep),
                ReduceFunction.Max => x.Max(axes, keep),
                ReduceFunction.Min => x.Min(axes, keep),
                _ => x.SumOfSquares(axes, keep),
            };
            // sums of both signs cancel, hence the wide tolerance
            OpInput[][] large = [[N(97, 3, 311)], [N(1, 1, 70001)], [N(5003, 1, 7)]];
            yield return new($"{f} of all", t => Fold(t[0], false)) { Small = [[N(3, 4)], [N()], [N(1)]], Large = large, Tolerance = 5e-5 };
            yield return new($"{f} of the last axis", t => Fold(t[0], true, -1)) { Small = [[N(3, 4)], [N(1, 1)], [N(2, 3, 1)]], Large = large, Tolerance = 5e-5 };
            yield return new($"{f} of the first axis", t => Fold(t[0], false, 0)) { Small = [[N(3, 4)], [N(1, 1)], [N(2, 3, 2)]], Large = large, Tolerance = 5e-5 };
            yield return new($"{f} of outer axes", t => Fold(t[0], false, 0, 2)) { Small = [[N(3, 2, 4)], [N(1, 3, 1)]], Large = large, Tolerance = 5e-5 };
            yield return new($"{f} of a middle axis", t => Fold(t[0], false, 1)) { Small = [[N(3, 2, 4)]], Large = large, Tolerance = 5e-5 };
        }
        yield return new("sum of nothing", t => t[0].Sum([0]) + t[0].SumOfSquares([0])) { Small = [[N(0, 3)]] };
        yield return new("argmax and argmin", t => (t[0].ArgMax() + t[0].ArgMin() * 2).To(t[1].Type) + t[0].ArgMax(0).To(t[1].Type).Sum() + t[1])
        {
            Small = [[Constant(N(3, 4)), N()], [new([4, 5], Filling.Eighths, Differentiable: false), N()]],
            Large = [[Constant(N(61, 257)), N()]],
        };
        yield return new("cumulative sum", t => t[0].CumulativeSum()) { Small = [[N(3, 4)], [N(1)], [N(2, 0)]], Large = [[N(61, 257)]], Tolerance = 1e-5 };
        yield return new("cumulative sum of the first axis", t => t[0].CumulativeSum(0)) { Small = [[N(3, 4)]], Large = [[N(61, 257)]], Tolerance = 1e-5 };
        yield return new("top-k", t => t[0].TopK(3).Values) { Small = [[N(3, 5)], [N(3)]], Large = [[N(61, 257)]] };
        yield return new("top-k places", t => t[0].TopK(3).Indices.To(t[0].Type))
        {
            Small = [[new([3, 9], Filling.Eighths, Differentiable: false)]],
            Large = [[new([61, 257], Filling.Eighths, Differentiable: false)]],
        };
        yield return new("softmax", t => t[0].Softmax()) { Small = [[N(3, 5)], [N(1, 1)], [N(0, 3)], [N(4)]], Large = [[N(97, 311)], [N(3, 5, 7)]] };
        yield return new("softmax of the first axis", t => t[0].Softmax(0)) { Small = [[N(3, 5)]], Large = [[N(97, 311)]] };
        yield return new("log-softmax", t => t[0].LogSoftmax()) { Small = [[N(3, 5)], [N(1, 1)], [N(0, 3)]], Large = [[N(97, 311)]] };
    }
}
