using System.CommandLine;
using System.Globalization;
using Inkstone.Recipes;

namespace Inkstone.Cli;

internal static class QuantizeCommand
{
    private static readonly QuantizationOptions Defaults = new() { Mix = QuantizationMix.All[0] };

    public static Command Create()
    {
        var model = new Argument<string>("MODEL") { Description = "A GGUF file, best in F32, F16 or BF16." };
        var format = new Argument<string>("FORMAT") { Description = $"What to write: {string.Join(", ", QuantizationMix.All.Select(mix => mix.Name))}." };
        var output = new Option<string>("--output", "-o") { Description = "The file to write.", Required = true };
        var calibration = new Option<string?>("--calibration") { Description = "Text that the model reads first, so that it shows which columns matter.", HelpName = "PATH" };
        var calibrationTokens = new Option<int>("--calibration-tokens") { Description = "Only so many tokens of it.", DefaultValueFactory = _ => Defaults.CalibrationTokens };
        var importance = new Option<string?>("--importance") { Description = "Importance of the columns that was found before, by this tool or llama.cpp's llama-imatrix.", HelpName = "FILE" };
        var saveImportance = new Option<string?>("--save-importance") { Description = "Write the importance found from --calibration, as llama.cpp reads it.", HelpName = "FILE" };
        var method = new Option<QuantizationMethod>("--method")
        {
            Description = "plain: each block for itself. gptq: columns make up for the errors of those before. awq: columns of large input are enlarged. The last two need --calibration.",
        };
        var activationOrder = new Option<bool>("--activation-order") { Description = "gptq: columns of large input first." };
        var damping = new Option<double>("--damping") { Description = "gptq: what is added to the diagonal of the inputs' moments, as a share of its mean.", DefaultValueFactory = _ => Defaults.Damping };
        var evaluate = new Option<string?>("--evaluate") { Description = "Text on which source and result are compared. Default: a part of the calibration text that was kept out of it.", HelpName = "PATH" };
        var evaluationTokens = new Option<int>("--evaluation-tokens") { Description = "The most tokens they are compared on.", DefaultValueFactory = _ => Defaults.EvaluationTokens };
        var maxIncrease = new Option<double?>("--max-perplexity-increase") { Description = "Fail, and leave no file, if the perplexity rises by more.", HelpName = "PERCENT" };
        var minAgreement = new Option<double?>("--min-agreement") { Description = "Fail, and leave no file, if the first choice is the same in fewer places.", HelpName = "PERCENT" };
        var keep = new Option<bool>("--keep") { Description = "Keep a file that fails." };
        var ignoreMemory = SharedOptions.IgnoreMemory();
        var json = SharedOptions.Json();
        var command = new Command(
            "quantize",
            """
            Write a model's matrices in fewer bits, and say what that cost.

            Examples:
              inkstone quantize model-f16.gguf Q4_K_M --output model-q4.gguf
              inkstone quantize model-f16.gguf Q4_K_M --output model-q4.gguf --calibration text/ --max-perplexity-increase 3
              inkstone quantize model-f16.gguf Q4_0 --output model-q4.gguf --calibration text/ --method gptq --json
            """)
        {
            model, format, output, calibration, calibrationTokens, importance, saveImportance, method, activationOrder, damping, evaluate, evaluationTokens, maxIncrease, minAgreement,
            keep, ignoreMemory, json,
        };
        command.SetAction((result, cancellation) => Task.Run(
            () =>
            {
                var asJson = result.GetValue(json);
                using var observer = RunConsole.Observer(asJson);
                var options = new QuantizationOptions
                {
                    Mix = QuantizationMix.Named(result.GetValue(format)!),
                    Method = result.GetValue(method),
                    Importance = result.GetValue(importance),
                    Calibration = result.GetValue(calibration),
                    CalibrationTokens = result.GetValue(calibrationTokens),
                    SaveImportance = result.GetValue(saveImportance),
                    ActivationOrder = result.GetValue(activationOrder),
                    Damping = result.GetValue(damping),
                    Evaluate = result.GetValue(evaluate),
                    EvaluationTokens = result.GetValue(evaluationTokens),
                    MaxPerplexityIncrease = result.GetValue(maxIncrease),
                    MinAgreement = result.GetValue(minAgreement),
                    Keep = result.GetValue(keep),
                    IgnoresMemory = result.GetValue(ignoreMemory),
                };
                var report = ModelQuantization.Quantize(result.GetValue(model)!, result.GetValue(output)!, options, observer, cancellation);
                observer.Dispose();
                if (asJson)
                    PrintJson(report);
                else
                    Print(report);
                foreach (var missed in report.Missed ?? [])
                    Console.Error.WriteLine($"{missed}.{(report.Exists ? "" : " No file was left.")}");
                return report.Missed is { Count: > 0 } ? 1 : 0;
            },
            CancellationToken.None));
        return command;
    }

    private static void PrintJson(QuantizationReport report) => JsonOutput.Print(new
    {
        report.Path,
        report.Exists,
        report.BytesBefore,
        report.BytesAfter,
        report.BitsPerNumber,
        Numbers = report.Numbers.ToDictionary(pair => pair.Key.ToString(), pair => pair.Value),
        Fallbacks = report.Fallbacks.ToDictionary(pair => pair.Key, pair => pair.Value.ToString()),
        report.Quality,
        Missed = report.Missed ?? [],
    });

    private static void Print(QuantizationReport report)
    {
        foreach (var (name, got) in report.Fallbacks)
            Console.WriteLine($"{TerminalText.Safe(name)}: its rows are no whole blocks, written as {got}");
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"{report.Path}: {Sizes.Bytes(report.BytesBefore)} → {Sizes.Bytes(report.BytesAfter)}, {report.BitsPerNumber:F2} bits a number"));
        if (report.Quality is not { } quality)
            return;
        Console.WriteLine();
        ComparisonTable.Print(quality, "source", "result");
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  (over {quality.Tokens:N0} places; divergence in nats; the perplexity rises by {quality.PerplexityIncrease:F2} %)"));
    }
}
