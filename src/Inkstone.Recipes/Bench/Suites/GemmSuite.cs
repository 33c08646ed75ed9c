using Inkstone.Tensors;

namespace Inkstone.Recipes;

/// <summary>Single-precision products: large squares and the shapes of training, in all four transpose forms.</summary>
internal static class GemmSuite
{
    public static IEnumerable<BenchResult> Run(BenchMachine machine)
    {
        (int M, int N, int K)[] shapes = [(1024, 1024, 1024), (2048, 2048, 2048), (2048, 384, 384), (2048, 1536, 384), (2048, 384, 1536)];
        foreach (var (m, n, k) in shapes)
            foreach (var form in (string[])["nn", "nt", "tn", "tt"])
            {
                var a = machine.Random([form[0] == 't' ? k : m, form[0] == 't' ? m : k], 1).Keep();
                var b = machine.Random([form[1] == 't' ? n : k, form[1] == 't' ? k : n], 2).Keep();
                var seconds = BenchMachine.MedianSeconds(() =>
                {
                    using var scope = PoolScope.Open();
                    a.MatMul(b, form[0] == 't', form[1] == 't');
                });
                yield return machine.Arithmetic("gemm", $"{m}x{n}x{k} {form}", 2.0 * m * n * k, seconds);
            }
    }
}
