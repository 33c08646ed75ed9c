using Inkstone.Foundation.Randomness;
using Inkstone.Tensors;

namespace Inkstone.Models.Tests;

/// <summary>The head's two ways to a loss, fused and row by row, with a scale, a cap and a bias.</summary>
public sealed class LanguageHeadTests
{
    [Theory]
    [InlineData(0, 1, false)]
    [InlineData(2, 1, false)]
    [InlineData(0, 0.125, false)]
    [InlineData(3, 0.5, true)]
    public void LossIsTheSumOfTheRows(double cap, double scale, bool hasBias)
    {
        var source = new ParameterSource("", Rng.From(1), Backend.Default);
        var weight = new DenseWeight(source.Normal("weight", [11, 6], 1));
        var bias = hasBias ? source.Normal("bias", [11], 1) : null;
        var head = new LanguageHead(() => weight, cap, scale, bias);
        Assert.Equal(hasBias ? 2 : 1, head.Parameters.Count());
        using var scope = PoolScope.Open();
        var hidden = Tensor.RandomNormal([5, 6], Rng.From(2));
        int[] targets = [3, 0, 10, 7, 7];
        var rows = new float[targets.Length];
        head.RowLosses(hidden, targets, FullPass.Over(targets, new TokenLayout(0, 5)), rows);
        using var tape = Tape.Record();
        var loss = head.Loss(hidden, Tensor.From(targets, [5]), 0.25);
        Assert.Equal(0.25 * rows.Sum(), loss.ToScalar(), 1e-4);
        tape.Backward(loss);
        if (bias is null)
            return;
        // softmax less one at the target, times the slope of the cap: what one bias's small step changes
        var gradient = bias.Gradient.ToArray();
        for (var i = 0; i < gradient.Length; i++)
            Assert.Equal((Moved(i, 1e-2f) - Moved(i, -1e-2f)) / 2e-2, gradient[i], 1e-3);

        double Moved(int index, float step)
        {
            using var pause = Tape.Pause();
            var values = bias.Value.ToArray();
            var kept = (float[])values.Clone();
            values[index] += step;
            bias.Set(Tensor.From(values, [11]));
            head.RowLosses(hidden, targets, FullPass.Over(targets, new TokenLayout(0, 5)), rows);
            bias.Set(Tensor.From(kept, [11]));
            return 0.25 * rows.Sum(row => (double)row);
        }
    }
}
