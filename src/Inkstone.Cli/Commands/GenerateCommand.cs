using System.CommandLine;
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
              head -3 notes.txt | inkstone generate runs/quickstart

            With --json, one object a prompt and line: prompt, text, tokens, logProbability, finish.
            """)
        {
            model, prompts, json,
        };
        settings.AddTo(command);
        command.SetAction(async (result, cancellation) =>
        {
            var options = settings.Read(result);
            options.Validate();
            await using var session = ModelSession.Open(result.GetValue(model)!, RunObserver.Notes);
            var given = result.GetValue(prompts) is { Length: > 0 } list ? list
                : [Console.IsInputRedirected ? await StandardStreams.ReadAllAsync(cancellation).ConfigureAwait(false) : ""];
            await GenerationConsole.WriteAsync(session.Engine, given, options, result.GetValue(json), cancellation).ConfigureAwait(false);
            return 0;
        });
        return command;
    }
}
