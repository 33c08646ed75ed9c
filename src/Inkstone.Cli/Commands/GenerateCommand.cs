using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Inkstone.Inference;
using Inkstone.Recipes;

namespace Inkstone.Cli;

internal static class GenerateCommand
{
    public static Command Create()
    {
        var model = new Argument<string>("MODEL") { Description = "A run's folder, a checkpoint or a model folder." };
        var prompts = new Option<string[]>("--prompt", "-p") { Description = "What to continue; may be given more than once. Default: standard input, or nothing." };
        var settings = new GenerationSettings(256);
        var json = SharedOptions.Json();
        var command = new Command(
            "generate",
            """
            Continue a text. A base model continues, it does not answer.

            Examples:
              inkstone generate runs/quickstart --prompt "System.String"
              inkstone generate runs/quickstart -p "Returns" -p "Gets" --temperature 0 --json
            """)
        {
            model, prompts, json,
        };
        settings.AddTo(command);
        command.SetAction(async (result, cancellation) =>
        {
            var given = result.GetValue(prompts) is { Length: > 0 } list ? list : [Console.IsInputRedirected ? await Console.In.ReadToEndAsync(cancellation).ConfigureAwait(false) : ""];
            var options = settings.Read(result);
            options.Validate();
            var asJson = result.GetValue(json);
            await using var session = ModelSession.Open(result.GetValue(model)!);
            await Task.WhenAll(given.Select((prompt, i) => WriteAsync(session.Engine, prompt, options with { Seed = options.Seed + i }, asJson, given.Length > 1, cancellation)))
                .ConfigureAwait(false);
            return 0;
        });
        return command;
    }

    private static async Task WriteAsync(InferenceEngine engine, string prompt, GenerationOptions options, bool asJson, bool several, CancellationToken cancellation)
    {
        var streams = !asJson && !several;
        if (streams)
            Console.Write(prompt);
        var text = new System.Text.StringBuilder();
        FinishReason? finish = null;
        var tokens = 0;
        var logProbability = 0.0;
        await foreach (var piece in engine.GenerateAsync(prompt, options, cancellation).ConfigureAwait(false))
        {
            if (streams)
                Console.Write(piece.Text);
            text.Append(piece.Text);
            tokens++;
            logProbability += piece.LogProbability;
            finish = piece.Finish ?? finish;
        }
        if (streams)
            Console.WriteLine();
        else if (asJson)
            Console.WriteLine(JsonSerializer.Serialize(new
            {
                prompt,
                text = text.ToString(),
                tokens,
                logProbability,
                finish = finish?.ToString().ToLower(CultureInfo.InvariantCulture),
            }));
        else
            Console.WriteLine($"{prompt}{text}\n");
    }
}
