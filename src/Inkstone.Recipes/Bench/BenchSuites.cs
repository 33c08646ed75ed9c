using Inkstone.Foundation.Errors;

namespace Inkstone.Recipes;

/// <summary>The suites of <c>inkstone bench</c>. Every figure is a median; work is counted by the one rule of the design: a product of m×k by k×n is 2mkn.</summary>
public static class BenchSuites
{
    private const string Inferring = "inference";
    private const string Tokenizing = "tokenizer";

    private static readonly (string Name, Func<BenchMachine, IEnumerable<BenchResult>> Run)[] All =
    [
        ("machine", Machine),
        ("memory", TrainingSuite.Memory), // before the others, whose memory stays in the pool
        ("gemm", GemmSuite.Run),
        ("attention", AttentionSuite.Run),
        ("loss", LossSuite.Run),
        ("training", TrainingSuite.Run),
        ("decode", DecodeSuite.Run),
        (Inferring, _ => []), // these two write files that peers read: see Run
        (Tokenizing, _ => []),
    ];

    /// <summary>All suites, in the order they run.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. All.Select(suite => suite.Name)];

    /// <summary>Runs suites, each once, in the order of <see cref="Names"/>.</summary>
    /// <param name="suites">Their names; none means all.</param>
    /// <param name="machine">Where they run.</param>
    /// <param name="peers">Whose scripts are timed beside them; null times none.</param>
    /// <param name="inputs">What benches of text read; null for what every machine has.</param>
    /// <exception cref="InkstoneRequestException">There is no such suite.</exception>
    public static IEnumerable<BenchResult> Run(IReadOnlyCollection<string> suites, BenchMachine machine, BenchPeers? peers = null, BenchInputs? inputs = null)
    {
        if (suites.FirstOrDefault(suite => !Names.Contains(suite)) is { } unknown)
            throw new InkstoneRequestException("there is no such suite", "bench", string.Join(", ", Names), unknown);
        return All.Where(suite => suites.Count == 0 || suites.Contains(suite.Name))
            .SelectMany(suite => suite.Name switch
            {
                Inferring => InferenceSuite.Run(machine, peers),
                Tokenizing => Tokenizers(inputs ?? new(), peers),
                _ => peers is null ? suite.Run(machine) : peers.Beside(suite.Name, suite.Run(machine)),
            });
    }

    private static IEnumerable<BenchResult> Tokenizers(BenchInputs inputs, BenchPeers? peers)
    {
        using var files = new TokenizerBenchFiles(inputs);
        foreach (var result in peers is null ? TokenizerSuite.Run(files) : peers.Beside(Tokenizing, TokenizerSuite.Run(files), files.Folder))
            yield return result;
    }

    private static IEnumerable<BenchResult> Machine(BenchMachine machine)
    {
        yield return new BenchResult("machine", "multiply-add peak", machine.Peak.FmaGflops, "GFLOP/s", 1);
        yield return new BenchResult("machine", "read bandwidth", machine.Peak.ReadGBps, "GB/s", 1);
    }
}
