using Inkstone.Foundation.Formats;
using Inkstone.Models;
using Inkstone.Tensors;

namespace Inkstone.Recipes;

/// <summary>
/// GGUF files of 1.039 billion weights decoded and read. Decoding is a share of the read bandwidth, counted in bytes of the file's matrices and of the cache a step reads; a
/// prompt and many streams are a share of the single-precision peak, 1.98 GFLOP a token of a prompt. The cache is in half precision, as the engine's.
/// </summary>
internal static class InferenceSuite
{
    private const string Suite = "inference";
    private const int PromptLength = 512;
    private const int Before = 64;
    private const int LongContext = 8_192;
    private const int Streams = 16;
    private const double WarmUp = 3;

    public static readonly (string Name, Func<string, WeightFormat> FormatOf)[] Mixes =
    [
        ("q8_0", _ => WeightFormat.Q8_0),
        ("q4_0", _ => WeightFormat.Q4_0),
        ("q4_k_m", BenchModelFile.Q4KM),
        ("bf16", _ => WeightFormat.BF16),
        ("f32", _ => WeightFormat.F32),
    ];

    /// <summary>Runs the suite.</summary>
    /// <param name="machine">Where.</param>
    /// <param name="peers">Whose scripts are timed on the same files; null times none.</param>
    public static IEnumerable<BenchResult> Run(BenchMachine machine, BenchPeers? peers)
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
                var results = Measure(machine, name, path);
                foreach (var result in peers is null ? results : peers.Beside(Suite, results, folder))
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
        if (name == "q8_0" && FirstToken.Seconds(path) is { } first)
            yield return new(Suite, $"first token {name}", first, "s", null);
        using var file = GgufFile.Open(path);
        var model = GgufModel.Load(file, machine.Backend);
        var bytes = (double)file.Tensors.Sum(tensor => tensor.ByteLength);
        yield return Decode(model, $"decode {name}", bytes, Before);
        if (name == "q8_0")
            yield return Decode(model, $"decode {name} after {LongContext}", bytes, LongContext);
        if (name is "bf16" or "f32")
            yield break;
        var prompt = new BenchTurn(model, streams: 1, before: 0, PromptLength);
        var headOnce = (PromptLength - 1.0) * model.Head.Weight.FlopsPerRow; // of a prompt only the last token asks for the head
        yield return Compute(machine, $"prefill512 {name}", PromptLength, PromptLength * model.ForwardFlopsPerToken(PromptLength) - headOnce, prompt);
        if (name == "q4_0")
            yield return Compute(machine, $"decode {Streams} streams {name}", Streams, Streams * model.ForwardFlopsPerToken(Before), new(model, Streams, Before, 1));
    }

    private static BenchResult Decode(Model model, string name, double weightBytes, int before)
    {
        var turn = new BenchTurn(model, streams: 1, before, count: 1);
        var result = BenchMachine.Reading(Suite, name, weightBytes + turn.CacheBytes, turn.Run, out var seconds, WarmUp);
        return result with { Value = 1 / seconds, Unit = "tokens/s" };
    }

    private static BenchResult Compute(BenchMachine machine, string name, int tokens, double flops, BenchTurn turn)
    {
        var seconds = BenchMachine.MedianSeconds(turn.Run, WarmUp);
        return machine.Arithmetic(Suite, name, flops, seconds) with { Value = tokens / seconds, Unit = "tokens/s" };
    }
}
