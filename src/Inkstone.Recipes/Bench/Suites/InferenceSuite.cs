using System.Diagnostics;
using Inkstone.Foundation.Formats;
using Inkstone.Inference;
using Inkstone.Models;
using Inkstone.Tensors;

namespace Inkstone.Recipes;

/// <summary>
/// A GGUF file of 1.039 billion weights decoded and read. Decoding is a share of the read bandwidth, counted in bytes of the file's matrices and of the cache a step reads;
/// a prompt is a share of the single-precision peak, 1.98 GFLOP a token.
/// </summary>
internal static class InferenceSuite
{
    private const string Suite = "inference";
    private const int PromptLength = 512;

    public static readonly (string Name, Func<string, WeightFormat> FormatOf)[] Mixes =
    [
        ("q8_0", _ => WeightFormat.Q8_0),
        ("q4_0", _ => WeightFormat.Q4_0),
        ("q4_k_m", BenchModelFile.Q4KM),
        ("bf16", _ => WeightFormat.BF16),
        ("f32", _ => WeightFormat.F32),
    ];

    public static IEnumerable<BenchResult> Run(BenchMachine machine)
    {
        foreach (var result in GrammarMaskBench.Run(Suite))
            yield return result;
        var folder = Directory.CreateTempSubdirectory("inkstone-bench-").FullName;
        try
        {
            foreach (var (name, formatOf) in Mixes)
            {
                var path = Path.Combine(folder, name + ".gguf");
                BenchModelFile.Write(path, formatOf);
                foreach (var result in Measure(machine, name, path))
                    yield return result;
                File.Delete(path);
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static IEnumerable<BenchResult> Measure(BenchMachine machine, string name, string path)
    {
        var started = Stopwatch.GetTimestamp();
        using var file = GgufFile.Open(path);
        var model = GgufModel.Load(file, machine.Backend);
        yield return new(Suite, $"load {name}", Stopwatch.GetElapsedTime(started).TotalSeconds, "s", null);
        var bytes = (double)file.Tensors.Sum(tensor => tensor.ByteLength);
        var cache = new KeyValueCache(model, BlockPool.BlocksFor(PromptLength + 16));
        var table = new BlockTable(cache.Pool);
        var tokens = Enumerable.Range(300, PromptLength).ToArray();
        yield return BenchMachine.Reading(Suite, $"decode {name}", bytes, () => Turn(1, 64), out var seconds);
        yield return new(Suite, $"decode {name}, tokens", 1 / seconds, "tokens/s", null);
        if (name is "bf16" or "f32")
            yield break;
        seconds = BenchMachine.MedianSeconds(() => Turn(PromptLength, 0));
        yield return machine.Arithmetic(Suite, $"prefill512 {name}", Flops(model), seconds);
        yield return new(Suite, $"prefill512 {name}, tokens", PromptLength / seconds, "tokens/s", null);

        // a turn over some tokens after some others, whose place in the cache they take again every time
        void Turn(int count, int before)
        {
            using var scope = PoolScope.Open();
            table.Release();
            table.TryReserve(before + count);
            table.Advance(before);
            var pass = PagedPass.Over(model, cache, [new PagedRows(table, tokens.AsMemory(0, count), 1)]);
            model.Head.Forward(model.Forward(pass), pass);
        }
    }

    /// <summary>Of a whole prompt, the head counted once.</summary>
    private static double Flops(Model model) =>
        PromptLength * (model.Stack.FlopsPerRow + model.Memory.Sum(layer => layer.AttentionFlops(PromptLength))) + model.Head.Weight.FlopsPerRow;
}
