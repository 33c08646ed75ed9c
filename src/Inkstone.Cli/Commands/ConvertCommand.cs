using System.CommandLine;
using Inkstone.Foundation.Errors;
using Inkstone.Recipes;
using Inkstone.Tensors;

namespace Inkstone.Cli;

internal static class ConvertCommand
{
    public static Command Create()
    {
        var model = new Argument<string>("MODEL") { Description = "A Hugging Face folder or a run (its newest checkpoint), which becomes a GGUF file; or a GGUF file (any part of a split one), which becomes a folder." };
        var output = new Option<string>("--output", "-o") { Description = "The file or folder to write.", Required = true };
        var type = new Option<string?>("--type") { Description = "What matrices are written in: f32, f16, bf16, or for GGUF q8_0. Default: as they are, block formats as f16 in a folder.", HelpName = "TYPE" };
        var shard = new Option<string>("--shard-size") { Description = "The most bytes of a folder's weight file, such as 500MB.", DefaultValueFactory = _ => "5GB", HelpName = "SIZE" };
        var split = new Option<string?>("--split-size") { Description = "The most bytes of a GGUF file; a larger model is split. Default: never.", HelpName = "SIZE" };
        var force = new Option<bool>("--force") { Description = "Replace what is there." };
        var json = SharedOptions.Json();
        var command = new Command(
            "convert",
            """
            Turn a Hugging Face folder into a GGUF file, or a GGUF file into a folder, with the tokenizer.

            Examples:
              inkstone convert Qwen3-0.6B --output qwen3.gguf
              inkstone convert Llama-3.2-3B --output llama.gguf --type q8_0 --split-size 2GB
              inkstone convert model-q4.gguf --output model-folder --type bf16
            """)
        {
            model, output, type, shard, split, force, json,
        };
        command.SetAction((result, cancellation) => Task.Run(
            () =>
            {
                var asJson = result.GetValue(json);
                using var observer = RunConsole.Observer(asJson);
                var options = new ConversionOptions
                {
                    Format = result.GetValue(type) is { } name ? FormatOf(name) : null,
                    ShardBytes = ByteSize.Parse(result.GetValue(shard)!, "--shard-size"),
                    SplitBytes = result.GetValue(split) is { } size ? ByteSize.Parse(size, "--split-size") : null,
                    Replaces = result.GetValue(force),
                };
                var report = ModelConversion.Convert(result.GetValue(model)!, result.GetValue(output)!, options, observer, null, cancellation);
                observer.Dispose();
                Print(report, asJson);
            },
            CancellationToken.None));
        return command;
    }

    private static WeightFormat FormatOf(string name) => WeightFormats.TryParse(name, out var format) ? format
        : throw new InkstoneRequestException("there is no such format", "--type", "f32, f16, bf16 or q8_0", name);

    private static void Print(ConversionReport report, bool asJson)
    {
        if (asJson)
        {
            JsonOutput.Print(new
            {
                report.Path,
                report.Family,
                report.Bytes,
                Files = report.Files.ToDictionary(file => file.Key, file => file.Value),
                Numbers = report.Numbers.ToDictionary(pair => pair.Key.ToString(), pair => pair.Value),
                report.Notes,
            });
            return;
        }
        foreach (var note in report.Notes)
            Console.WriteLine(TerminalText.Safe(note));
        var formats = string.Join(", ", report.Numbers.OrderByDescending(pair => pair.Value).Select(pair => $"{Sizes.Count(pair.Value)} numbers in {pair.Key}"));
        Console.WriteLine(TerminalText.Safe($"{report.Path}: {report.Family}, {report.Files.Count} file{(report.Files.Count == 1 ? "" : "s")}, {Sizes.Bytes(report.Bytes)}, {formats}"));
    }
}
