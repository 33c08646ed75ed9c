using Inkstone.Foundation.Randomness;
using Inkstone.Models;
using Inkstone.Training;

namespace Inkstone.Recipes;

/// <summary>Whole training steps of 2,048 tokens: forward, backward, clipping and update.</summary>
internal static class TrainingSuite
{
    private const int Length = 256;
    private const int Sequences = 8;

    public static IEnumerable<BenchResult> Run(BenchMachine machine)
    {
        yield return Speed("gpt 384x6", Gpt(machine), OptimizerKind.AdamW, machine);
        foreach (var kind in (OptimizerKind[])[OptimizerKind.AdamW, OptimizerKind.Muon])
            yield return Speed($"quickstart tiny, {kind}", new Llama(ModelSize.Named("tiny").Config(4_096, Length), Rng.From(1), machine.Backend), kind, machine);
    }

    /// <summary>The most that the process has resident while it trains the GPT of the design: everything counted, the runtime too.</summary>
    public static IEnumerable<BenchResult> Memory(BenchMachine machine)
    {
        var before = PeakMemory.Restart();
        Steps(Gpt(machine), OptimizerKind.AdamW, 8);
        yield return new BenchResult("memory", "gpt 384x6, resident before", before / 1048576.0, "MiB", null);
        yield return new BenchResult("memory", "gpt 384x6, peak resident", PeakMemory.Bytes / 1048576.0, "MiB", null);
    }

    private static Gpt2 Gpt(BenchMachine machine) =>
        new(new Gpt2Config { VocabularySize = 4_096, ContextLength = Length, Width = 384, LayerCount = 6, HeadCount = 6 }, Rng.From(1), machine.Backend);

    private static BenchResult Speed(string name, Model model, OptimizerKind kind, BenchMachine machine)
    {
        var steps = Steps(model, kind, 16).Skip(5).OrderBy(step => step.Seconds).ToList();
        var median = steps[steps.Count / 2];
        return machine.Arithmetic("training", name, median.Flops, median.Seconds);
    }

    private static List<TrainingStep> Steps(Model model, OptimizerKind kind, int count)
    {
        var cursor = Rng.From(3).Cursor();
        var tokens = new int[(Length + 1) * Sequences * 40];
        for (var i = 0; i < tokens.Length; i++)
            tokens[i] = cursor.NextInt(model.VocabularySize);
        var data = TokenDataset.FromPacked(tokens, [.. Enumerable.Range(0, Sequences * 40).Select(i => i * (Length + 1))], Length);
        var options = new TrainingOptions { Steps = count, BatchRows = Length * Sequences, LearningRate = 1e-3, Optimizer = new OptimizerOptions { Kind = kind } };
        return [.. new Trainer(model, data, new NextToken(), options).Run()];
    }
}
