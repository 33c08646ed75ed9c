using System.CommandLine;
using System.Globalization;
using Inkstone.Recipes;

namespace Inkstone.Cli;

internal static class QuantizeCommand
{
    public static Command Create()
    {
        var model = new Argument<string>("MODEL") { Description = "A GGUF file, best in F32, F16 or BF16." };
        var format = new Argument<string>("FORMAT") { Description = $"What to write: {string.Join(", ", QuantizationMix.All.Select(mix => mix.Name))}." };
        var output = new Option<string>("--output", "-o") { Description = "The file to write.", Required = true };
        var json = SharedOptions.Json();
        var command = new Command(
            "quantize",
            """
            Write a model's matrices in fewer bits.

            Examples:
              inkstone quantize model-f16.gguf Q4_K_M --output model-q4.gguf
              inkstone quantize model-f16.gguf Q8_0 --output model-q8.gguf --json
            """)
        {
            model, format, output, json,
        };
        command.SetAction((result, cancellation) => Task.Run(
            () =>
            {
                var asJson = result.GetValue(json);
                using var observer = RunConsole.Observer(asJson);
                var report = ModelQuantization.Quantize(
                    result.GetValue(model)!, result.GetValue(output)!, QuantizationMix.Named(result.GetValue(format)!), null, observer, cancellation);
                observer.Dispose();
                Print(report, asJson);
            },
            CancellationToken.None));
        return command;
    }

    private static void Print(QuantizationReport report, bool asJson)
    {
        if (asJson)
        {
            JsonOutput.Print(new
            {
                report.Path,
                report.BytesBefore,
                report.BytesAfter,
                report.BitsPerNumber,
                Numbers = report.Numbers.ToDictionary(pair => pair.Key.ToString(), pair => pair.Value),
                Fallbacks = report.Fallbacks.ToDictionary(pair => pair.Key, pair => pair.Value.ToString()),
            });
            return;
        }
        foreach (var (name, got) in report.Fallbacks)
            Console.WriteLine($"{TerminalText.Safe(name)}: its rows are no whole blocks, written as {got}");
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"{report.Path}: {Sizes.Bytes(report.BytesBefore)} → {Sizes.Bytes(report.BytesAfter)}, {report.BitsPerNumber:F2} bits a number"));
    }
}
