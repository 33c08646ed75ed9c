using System.CommandLine;
using Inkstone.Recipes;

namespace Inkstone.Cli;

internal static class ResumeCommand
{
    public static Command Create()
    {
        var run = new Argument<string>("RUN") { Description = "The folder of a run that was stopped." };
        var noChat = SharedOptions.NoChat();
        var json = SharedOptions.Json();
        var command = new Command(
            "resume",
            """
            Go on with a run from its newest checkpoint, to the same bits as if it had never been stopped.

            Example:
              inkstone resume runs/quickstart
            """)
        {
            run, noChat, json,
        };
        command.SetAction(async (result, cancellation) =>
        {
            var asJson = result.GetValue(json);
            var outcome = RunConsole.Watch(asJson, observer => ResumeRecipe.Run(result.GetValue(run)!, observer, null, cancellation));
            return await RunConsole.FinishAsync(outcome, asJson, chat: !asJson && !result.GetValue(noChat), cancellation).ConfigureAwait(false);
        });
        return command;
    }
}
