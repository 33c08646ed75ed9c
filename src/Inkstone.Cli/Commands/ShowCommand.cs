using System.CommandLine;
using System.Globalization;
using Inkstone.Recipes;

namespace Inkstone.Cli;

internal static class ShowCommand
{
    public static Command Create()
    {
        var model = new Argument<string>("MODEL") { Description = "A GGUF file (any part of a split one) or a model folder." };
        var tensors = new Option<bool>("--tensors") { Description = "List every tensor." };
        var json = SharedOptions.Json();
        var command = new Command(
            "show",
            """
            Say what a checkpoint holds: its values, its tensors, its formats, and whether it can be run. No weight is read.

            Examples:
              inkstone show model.gguf
              inkstone show Qwen3-0.6B --tensors
            """)
        {
            model, tensors, json,
        };
        command.SetAction(result =>
        {
            var description = ModelInspection.Inspect(result.GetValue(model)!);
            if (result.GetValue(json))
                JsonOutput.Print(new
                {
                    description.Path,
                    description.Kind,
                    description.Family,
                    description.IsKnown,
                    description.Why,
                    description.ParameterCount,
                    description.Bytes,
                    Values = description.Values.ToDictionary(pair => pair.Key, pair => pair.Value),
                    description.Tensors,
                });
            else
                Print(description, result.GetValue(tensors));
            return 0;
        });
        return command;
    }

    private static void Print(ModelDescription description, bool listsTensors)
    {
        Console.WriteLine($"{description.Path}: {description.Kind}, {TerminalText.Safe(description.Family)}, {Sizes.Count(description.ParameterCount)} numbers, {Sizes.Bytes(description.Bytes)}");
        Console.WriteLine(description.IsKnown ? "Inkstone can run it." : $"Inkstone cannot run it: {TerminalText.Safe(description.Why)}");
        Console.WriteLine();
        var width = description.Values.Select(pair => Math.Min(48, pair.Key.Length)).DefaultIfEmpty().Max();
        foreach (var (name, value) in description.Values)
            Console.WriteLine($"  {TerminalText.Safe(name).PadRight(width)}  {TerminalText.Safe(value)}");
        Console.WriteLine();
        foreach (var (format, count, numbers, bytes) in description.Formats)
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture, $"  {format,-8} {count,5} tensors  {Sizes.Count(numbers),12} numbers  {Sizes.Bytes(bytes),12}  {8.0 * bytes / Math.Max(1, numbers):F2} bits a number"));
        if (!listsTensors)
            return;
        Console.WriteLine();
        foreach (var tensor in description.Tensors)
            Console.WriteLine($"  {TerminalText.Safe(tensor.Name),-48} {tensor.Format,-8} [{string.Join(", ", tensor.Shape)}]");
    }
}
