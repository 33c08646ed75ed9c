using System.CommandLine;
using Inkstone.Recipes;

namespace Inkstone.Cli;

internal static class ChatCommand
{
    public static Command Create()
    {
        var model = new Argument<string>("MODEL") { Description = "A run's folder, a checkpoint or a model folder." };
        var settings = new GenerationSettings(200);
        var command = new Command(
            "chat",
            """
            A prompt in the terminal. A base model continues what you begin; it does not answer.

            Examples:
              inkstone chat runs/quickstart
              inkstone chat runs/quickstart --temperature 1.1 --max-tokens 400
            """)
        {
            model,
        };
        settings.AddTo(command);
        command.SetAction(async (result, cancellation) =>
        {
            var options = settings.Read(result);
            options.Validate();
            await using var session = ModelSession.Open(result.GetValue(model)!, RunObserver.Notes);
            await ChatPrompt.RunAsync(session, options, cancellation).ConfigureAwait(false);
            return 0;
        });
        return command;
    }
}
