using System.CommandLine;
using System.Globalization;
using Inkstone.Foundation.Machine;
using Inkstone.Recipes;

namespace Inkstone.Cli;

internal static class PlanCommand
{
    public static Command Create()
    {
        var size = new Option<string?>("--size") { Description = $"One of {string.Join(", ", ModelSize.All.Select(s => s.Name))}. Default: all." };
        var tokens = new Option<double>("--tokens") { Description = "Million tokens to train on.", DefaultValueFactory = _ => 10 };
        var vocabulary = new Option<int>("--vocabulary") { Description = "Tokens of the tokenizer.", DefaultValueFactory = _ => 4_096 };
        var context = new Option<int>("--context") { Description = "The longest sequence, in tokens.", DefaultValueFactory = _ => 256 };
        var rows = new Option<int>("--batch") { Description = "Rows of a batch.", DefaultValueFactory = _ => Planner.BatchRows };
        var json = SharedOptions.Json();
        var command = new Command(
            "plan",
            """
            Will it fit, and how long will it take? Estimates from the machine's measured peak; nothing is trained.

            Examples:
              inkstone plan
              inkstone plan --size small --tokens 50
              inkstone plan --context 1024 --batch 8192 --json
            """)
        {
            size, tokens, vocabulary, context, rows, json,
        };
        command.SetAction(result =>
        {
            var sizes = result.GetValue(size) is { } name ? [ModelSize.Named(name)] : ModelSize.All;
            var peak = BenchMachine.Measure().Peak;
            var memory = MachineMemory.Read().TotalBytes;
            var estimates = sizes.Select(s => SizeEstimate.Of(s, result.GetValue(vocabulary), result.GetValue(context), result.GetValue(rows), result.GetValue(tokens) * 1e6, peak.FmaGflops, memory)).ToList();
            if (result.GetValue(json))
            {
                JsonOutput.Print(new { processor = peak.Processor, fmaGflops = peak.FmaGflops, memoryBytes = memory, sizes = estimates });
                return 0;
            }
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{peak.Processor}, {peak.FmaGflops:F0} GFLOP/s, {memory / 1073741824.0:F1} GiB; {result.GetValue(tokens):F0} M tokens at {100 * SizeEstimate.AssumedShareOfPeak:F0} % of peak"));
            foreach (var e in estimates)
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                    $"{e.Size,-8} {e.Parameters / 1e6,7:F1} M parameters {e.MemoryBytes / 1048576.0,8:F0} MiB  {(e.Fits ? "fits" : e.FitsWithRecomputation ? "fits with recomputation" : "does not fit"),-24} {Sizes.Time(e.Seconds)}"));
            return 0;
        });
        return command;
    }
}
