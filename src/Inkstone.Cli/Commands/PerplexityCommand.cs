using System.CommandLine;
using System.Globalization;
using Inkstone.Recipes;

namespace Inkstone.Cli;

internal static class PerplexityCommand
{
    public static Command Create()
    {
        var model = new Argument<string>("MODEL") { Description = "A run's folder, a checkpoint, a model folder or a GGUF file." };
        var text = new Option<string>("--text") { Description = "A file or folder of text.", HelpName = "PATH", Required = true };
        var window = new Option<int?>("--window") { Description = "Tokens of a window. Default: the model's context, at most 2,048." };
        var stride = new Option<int?>("--stride") { Description = "Tokens from one window's beginning to the next's. Default: half a window." };
        var against = new Option<string?>("--against") { Description = "Another model of the same vocabulary that is right: say how far this one is from it.", HelpName = "MODEL" };
        var most = new Option<int?>("--tokens") { Description = "Only so many tokens of the text." };
        var ignoreMemory = SharedOptions.IgnoreMemory();
        var json = SharedOptions.Json();
        var command = new Command(
            "perplexity",
            """
            Measure how well a model foretells a text, and how far it is from another one.

            Examples:
              inkstone perplexity model.gguf --text held-out.txt
              inkstone perplexity model-q4.gguf --text held-out.txt --against model-f16.gguf --tokens 20000
            """)
        {
            model, text, window, stride, against, most, ignoreMemory, json,
        };
        command.SetAction((result, cancellation) => Task.Run(
            () =>
            {
                var asJson = result.GetValue(json);
                using var observer = RunConsole.Observer(asJson);
                var report = PerplexityRecipe.Measure(
                    result.GetValue(model)!, result.GetValue(text)!, new()
                    {
                        Window = result.GetValue(window),
                        Stride = result.GetValue(stride),
                        Against = result.GetValue(against),
                        MostTokens = result.GetValue(most),
                        IgnoresMemory = result.GetValue(ignoreMemory),
                    },
                    observer, cancellation);
                observer.Dispose();
                if (asJson)
                    JsonOutput.Print(report);
                else
                    Print(report);
            },
            CancellationToken.None));
        return command;
    }

    private static void Print(PerplexityReport report)
    {
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"perplexity {report.Score.Perplexity:F4}, {report.Score.BitsPerByte:F4} bits per byte ({report.Score.TargetTokenCount:N0} tokens in windows of {report.Window}, stride {report.Stride})"));
        if (report.Comparison is not { } comparison)
            return;
        Console.WriteLine();
        ComparisonTable.Print(comparison, "reference", "this model");
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  (over {comparison.Tokens:N0} places with at least {report.Window / 2} tokens of history; divergence in nats)"));
    }
}
