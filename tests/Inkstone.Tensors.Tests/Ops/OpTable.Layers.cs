namespace Inkstone.Tensors.Tests;

internal static partial class OpTable
{
    private static IEnumerable<OpRow> Normalising()
    {
        OpInput[][] three = [[N(3, 5), N(5), N(5)], [N(2, 2, 3), N(3), N(3)], [N(1, 3), N(3), N(3)], [N(0, 3), N(3), N(3)], [N(4), N(4), N(4)]];
        OpInput[][] large = [[N(311, 97), N(97), N(97)], [N(1031, 16), N(16), N(16)]];
        yield return new("layer norm", t => t[0].LayerNorm(t[1], t[2])) { Small = three, Large = large };
        yield return new("layer norm without bias", t => t[0].LayerNorm(t[1], default)) { Small = First(three, 2), Large = First(large, 2) };
        yield return new("layer norm without weight", t => t[0].LayerNorm(default, t[1])) { Small = First(three, 2), Large = First(large, 2) };
        yield return new("plain layer norm", t => t[0].LayerNorm(default, default)) { Small = First(three, 1), Large = First(large, 1) };
        yield return new("RMS norm", t => t[0].RmsNorm(t[1])) { Small = First(three, 2), Large = First(large, 2) };
        yield return new("plain RMS norm", t => t[0].RmsNorm(default)) { Small = First(three, 1), Large = First(large, 1) };
        foreach (var pairing in Enum.GetValues<RotaryPairing>())
        {
            OpInput Angle(params int[] extents) => Constant(N(extents));
            yield return new($"rotary of {pairing}", t => t[0].Rotary(t[1].Cos(), t[1].Sin(), pairing))
            {
                Small = [[N(3, 2, 4), Angle(3, 2)], [N(1, 1, 2), Angle(1, 1)], [N(2, 1, 5), Angle(2, 1)], [N(0, 2, 4), Angle(0, 2)]],
                Large = [[N(211, 4, 64), Angle(211, 32)], [N(211, 3, 37), Angle(211, 9)]],
            };
        }
    }

    private static IEnumerable<OpRow> Losing()
    {
        (string Name, CrossEntropyOptions Options)[] variants =
            [("", new()), (", smoothed", new(Smoothing: 0.1)), (", capped", new(SoftCap: 3)), (", ignoring", new(IgnoredTarget: 1)), (", all", new(1, 0.2, 2))];
        foreach (var (name, options) in variants)
        {
            yield return new($"cross-entropy{name}", t => t[0].CrossEntropy(t[1], options))
            {
                Small = [[N(4, 5), I(5, 4)], [N(1, 1), I(1, 1)], [N(0, 3), I(3, 0)]],
                Large = [[N(311, 257), I(257, 311)]],
            };
            yield return new($"head cross-entropy{name}", t => t[0].HeadCrossEntropy(t[1], t[2], 0.5, options))
            {
                Small = [[N(4, 3), N(5, 3), I(5, 4)], [N(1, 1), N(1, 1), I(1, 1)], [N(0, 3), N(2, 3), I(2, 0)]],
                Large = [[N(311, 33), N(257, 33), I(257, 311)]],
            };
        }
        yield return new("head cross-entropy in chunks", t => t[0].HeadCrossEntropy(t[1], t[2])) { Small = [[N(2, 2), N(3, 2), I(3, 2)]], Large = [[N(150, 5), N(40000, 5), I(40000, 150)]] };
        yield return new("mean squared error", t => t[0].MeanSquaredError(t[1])) { Small = [[N(3, 4), N(3, 4)]], Large = [[N(311, 257), N(311, 257)]] };
        yield return new("binary cross-entropy", t => t[0].BinaryCrossEntropy(t[1])) { Small = [[N(3, 4), P(3, 4)]], Large = [[N(311, 257), P(311, 257)]] };
        yield return new("Kullback and Leibler", t => t[0].LogSoftmax().KullbackLeibler(t[1].Softmax())) { Small = [[N(3, 4), Constant(N(3, 4))]], Large = [[N(311, 57), Constant(N(311, 57))]] };
    }

    private static OpInput[][] First(OpInput[][] cases, int count) => [.. cases.Select(c => c[..count])];
}
