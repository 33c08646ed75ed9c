using Inkstone.Tensors;

namespace Inkstone.Recipes;

/// <summary>Cross-entropy fused with the output projection.</summary>
internal static class LossSuite
{
    public static IEnumerable<BenchResult> Run(BenchMachine machine)
    {
        const int rows = 2048;
        const int width = 384;
        foreach (var vocabulary in (int[])[4_096, 32_768])
        {
            var hidden = machine.Random([rows, width], 1).Keep();
            var weight = machine.Random([vocabulary, width], 2).Keep();
            var targets = Tensor.From([.. Enumerable.Range(0, rows).Select(i => i * 37 % vocabulary)], [rows], machine.Backend).Keep();
            var seconds = BenchMachine.MedianSeconds(() =>
            {
                using var scope = PoolScope.Open();
                using var tape = Tape.Record();
                tape.Backward(tape.Watch(hidden).HeadCrossEntropy(tape.Watch(weight), targets, 1.0 / rows));
            });
            yield return machine.Arithmetic("loss", $"vocabulary {vocabulary} forward and backward", 6.0 * rows * width * vocabulary, seconds);
        }
    }
}
