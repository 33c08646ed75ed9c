using Inkstone.Tensors;

namespace Inkstone.Recipes;

/// <summary>Causal attention of 8 heads of width 64 over 2,048 rows, in short sequences and in one long one.</summary>
internal static class AttentionSuite
{
    public static IEnumerable<BenchResult> Run(BenchMachine machine)
    {
        const int heads = 8;
        const int width = 64;
        foreach (var length in (int[])[256, 2048])
        {
            var sequences = 2048 / length;
            var layout = TokenLayout.Uniform(sequences, length);
            Tensor[] parts = [.. Enumerable.Range(0, 4).Select(i => machine.Random([2048, heads, width], i).Keep())];
            var flops = sequences * 2.0 * length * length * width * heads;
            var forward = BenchMachine.MedianSeconds(() =>
            {
                using var scope = PoolScope.Open();
                parts[0].Attention(parts[1], parts[2], new AttentionForm(), layout, layout);
            });
            yield return machine.Arithmetic("attention", $"T {length} forward", flops, forward);
            var both = BenchMachine.MedianSeconds(() =>
            {
                using var scope = PoolScope.Open();
                using var tape = Tape.Record();
                var y = tape.Watch(parts[0]).Attention(tape.Watch(parts[1]), tape.Watch(parts[2]), new AttentionForm(), layout, layout);
                tape.Backward(y, parts[3]);
            });
            yield return machine.Arithmetic("attention", $"T {length} forward and backward", 3 * flops, both);
        }
    }
}
