using System.CommandLine;
using Inkstone.Recipes;

namespace Inkstone.Cli;

internal static class ResumeCommand
{
    public static Command Create()
    {
        var run = new Argument<string>("RUN") { Description = "The folder of a run that was stopped." };
        var checkpoint = new Option<string?>("--checkpoint") { Description = "Go on from this checkpoint instead of the newest; newer ones are set aside.", HelpName = "step-00001234" };
        var noChat = SharedOptions.NoChat();
        var json = SharedOptions.Json();
        var command = new Command(
            "resume",
            """
            Go on with a run from its newest checkpoint, to the same bits as if it had never been stopped.

            Examples:
              inkstone resume runs/quickstart
              inkstone resume runs/quickstart --checkpoint step-00000400 --no-chat
            """)
        {
            run, checkpoint, noChat, json,
        };
        command.SetAction(async (result, cancellation) =>
        {
            var asJson = result.GetValue(json);
            var outcome = RunConsole.Watch(asJson, observer => ResumeRecipe.Run(result.GetValue(run)!, result.GetValue(checkpoint), observer, null, cancellation));
            return await RunConsole.FinishAsync(outcome, asJson, chat: !asJson && !result.GetValue(noChat), cancellation).ConfigureAwait(false);
        });
        return command;
    }
}
