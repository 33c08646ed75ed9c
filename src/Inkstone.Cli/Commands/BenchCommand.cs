using System.CommandLine;
using Inkstone.Foundation.Files;
using Inkstone.Recipes;

namespace Inkstone.Cli;

internal static class BenchCommand
{
    public static Command Create()
    {
        var suites = new Argument<string[]>("SUITE") { Description = $"Any of {string.Join(", ", BenchSuites.Names)}. Default: all.", Arity = ArgumentArity.ZeroOrMore };
        suites.AcceptOnlyFromAmong([.. BenchSuites.Names]);
        var peers = new Option<string?>("--peers") { Description = "Also time what others make of the same work: a folder of Python scripts named after suites.", HelpName = "FOLDER" };
        var python = new Option<string?>("--python") { Description = "The Python that runs the peers, for example /usr/bin/python3.", HelpName = "PROGRAM" };
        var text = new Option<string?>("--text") { Description = "The text that the tokenizer suite encodes: a file or folder. Default: the API documentation of the .NET SDK.", HelpName = "PATH" };
        var tokenizers = new Option<string?>("--tokenizers") { Description = "Published vocabularies for the tokenizer suite: gpt2/tokenizer.json, tiktoken/cl100k_base.tiktoken, bert/bert-base-uncased-vocab.txt, xlnet/spiece.model.", HelpName = "FOLDER" };
        var json = new Option<string?>("--json") { Description = "Write the figures as JSON to a file, or - for standard output.", HelpName = "FILE" };
        var command = new Command(
            "bench",
            """
            Measure this machine and what Inkstone makes of it: medians, as a share of the measured peak.

            Examples:
              inkstone bench
              inkstone bench gemm training
              inkstone bench training --peers benchmarks/peers
              inkstone bench machine --json -
              inkstone bench tokenizer --tokenizers vocabularies/ --text novels/
            """)
        {
            suites, text, tokenizers, peers, python, json,
        };
        command.SetAction((result, cancellation) =>
        {
            var chosen = result.GetValue(suites) ?? [];
            var beside = result.GetValue(peers) is { } folder ? new BenchPeers(folder, result.GetValue(python)) : null;
            var target = result.GetValue(json);
            var output = target == "-" ? Console.Error : Console.Out;
            output.WriteLine("Measuring the machine ...");
            var machine = BenchMachine.Measure();
            output.WriteLine(FormattableString.Invariant($"{machine.Peak.Processor}, {machine.Peak.Cores} threads: {machine.Peak.FmaGflops:F0} GFLOP/s, {machine.Peak.ReadGBps:F1} GB/s read"));
            var results = new List<BenchResult>();
            foreach (var figure in BenchSuites.Run(chosen, machine, beside, new() { Text = result.GetValue(text), Tokenizers = result.GetValue(tokenizers) }))
            {
                cancellation.ThrowIfCancellationRequested();
                results.Add(figure);
                var share = figure.OfPeak is { } ofPeak ? FormattableString.Invariant($"{100 * ofPeak,5:F0} % of peak") : "";
                var peer = figure.Peer is { } other ? FormattableString.Invariant($"   peer {Figure(other)}, ratio {figure.Ratio:F2}") : "";
                output.WriteLine(FormattableString.Invariant($"{figure.Suite,-10} {figure.Name,-36} {Figure(figure.Value),10} {figure.Unit,-9}{share}{peer}"));
            }
            if (target is not null)
                Write(target, machine, results);
            return Task.FromResult(0);
        });
        return command;
    }

    /// <summary>A figure with a decimal place, below ten with two.</summary>
    private static string Figure(double value) => value.ToString(Math.Abs(value) < 10 ? "F2" : "F1", System.Globalization.CultureInfo.InvariantCulture);

    private static void Write(string target, BenchMachine machine, List<BenchResult> results)
    {
        var text = JsonOutput.Page(
            new
            {
                machine = new { processor = machine.Peak.Processor, cores = machine.Peak.Cores, fmaGflops = machine.Peak.FmaGflops, readGBps = machine.Peak.ReadGBps },
                results = results.Select(figure => new { suite = figure.Suite, name = figure.Name, value = figure.Value, unit = figure.Unit, ofPeak = figure.OfPeak, peer = figure.Peer, ratio = figure.Ratio }),
            });
        if (target == "-")
            Console.WriteLine(text);
        else
            DurableFiles.Instance.WriteAtomically(target, System.Text.Encoding.UTF8.GetBytes(text + "\n"));
    }
}
