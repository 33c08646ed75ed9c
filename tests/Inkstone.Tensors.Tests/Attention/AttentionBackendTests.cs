using Inkstone.Foundation.Randomness;

namespace Inkstone.Tensors.Tests;

/// <summary>The whole way from tensors: views of one fused projection, recorded on a tape, on the fast backend and on the reference.</summary>
public sealed class AttentionBackendTests
{
    [Theory]
    [InlineData(ScoreBias.None, 0f)]
    [InlineData(ScoreBias.Slopes, 0.2f)]
    [InlineData(ScoreBias.Buckets, 0f)]
    [InlineData(ScoreBias.RelativeKeys, 0.2f)]
    public void TheFastBackendGivesTheReferencesGradients(ScoreBias bias, float dropout)
    {
        var fast = new CpuBackend();
        var expected = Run(ReferenceBackend.Double, bias, dropout);
        var actual = Run(fast, bias, dropout);
        foreach (var (a, b) in expected.Zip(actual))
            for (var i = 0; i < a.Length; i++)
                Assert.Equal(a[i], b[i], 1e-4 * Math.Max(1, Math.Abs(a[i])));
    }

    private static double[][] Run(Backend backend, ScoreBias bias, float dropout)
    {
        const int heads = 3, width = 10, rows = 75;
        using var scope = PoolScope.Open();
        var rng = Rng.From(8);
        var form = new AttentionForm { Bias = bias, Dropout = dropout, SoftCap = 3 };
        var layout = new TokenLayout(0, 70, 71, 75);
        Shape shape = bias switch
        {
            ScoreBias.Slopes => [heads],
            ScoreBias.Buckets => [16, heads],
            _ => [9, width],
        };
        var fused = new Parameter("fused", Tensor.RandomNormal([rows, 3 * heads * width], rng.Split("x"), backend: backend));
        var table = new Parameter("table", Tensor.RandomNormal(shape, rng.Split("table"), backend: backend));
        var sinks = new Parameter("sinks", Tensor.RandomNormal([heads], rng.Split("sinks"), backend: backend));
        using var tape = Tape.Record();
        var all = fused.Value.Reshape([rows, 3 * heads, width]);
        var y = all.Slice(1, 0, heads).Attention(
            all.Slice(1, heads, heads), all.Slice(1, 2 * heads, heads), form, layout, layout, sinks.Value,
            bias == ScoreBias.None ? default : table.Value, rng.Split("dropout"));
        tape.Backward(y, Tensor.RandomNormal(y.Shape, rng.Split("dy"), backend: backend));
        return
        [
            y.ToDoubles(), fused.Gradient.ToDoubles(), sinks.Gradient.ToDoubles(), bias == ScoreBias.None ? [] : table.Gradient.ToDoubles(),
        ];
    }
}
