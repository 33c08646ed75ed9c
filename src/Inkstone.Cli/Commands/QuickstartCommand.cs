using System.CommandLine;
using Inkstone.Recipes;

namespace Inkstone.Cli;

internal static class QuickstartCommand
{
    public static Command Create()
    {
        var text = SharedOptions.Text();
        var minutes = new Option<double>("--minutes") { Description = "The whole budget.", DefaultValueFactory = _ => 5 };
        var size = new Option<string?>("--size") { Description = $"One of {string.Join(", ", ModelSize.All.Select(s => s.Name))}. Default: what the budget and the machine allow." };
        var seed = SharedOptions.Seed(42);
        var output = new Option<string>("--output") { Description = "The run's folder.", DefaultValueFactory = _ => new QuickstartOptions().Output };
        var vocabulary = new Option<int>("--vocabulary") { Description = "Tokens of the tokenizer.", DefaultValueFactory = _ => 4_096 };
        var context = new Option<int>("--context") { Description = "The longest sequence, in tokens.", DefaultValueFactory = _ => 256 };
        var plan = new Option<string?>("--plan") { Description = "Repeat another run bit for bit, from its run.json.", HelpName = "RUN.JSON" };
        var noChat = SharedOptions.NoChat();
        var json = SharedOptions.Json();
        var command = new Command(
            "quickstart",
            """
            Turn text into a small language model within a few minutes, and talk to it.

            Examples:
              inkstone quickstart
              inkstone quickstart --minutes 20
              inkstone quickstart --text docs/ --output runs/docs --no-chat
              inkstone quickstart --plan runs/quickstart/run.json --output runs/again
            """)
        {
            text, minutes, size, seed, output, vocabulary, context, plan, noChat, json,
        };
        command.SetAction(async (result, cancellation) =>
        {
            var asJson = result.GetValue(json);
            var options = new QuickstartOptions
            {
                Text = result.GetValue(text),
                Minutes = result.GetValue(minutes),
                Size = result.GetValue(size),
                Seed = result.GetValue(seed),
                Output = result.GetValue(output)!,
                VocabularySize = result.GetValue(vocabulary),
                ContextLength = result.GetValue(context),
                Plan = result.GetValue(plan),
            };
            var outcome = RunConsole.Watch(asJson, observer => QuickstartRecipe.Run(options, observer, null, cancellation));
            return await RunConsole.FinishAsync(outcome, asJson, chat: !asJson && !result.GetValue(noChat), cancellation).ConfigureAwait(false);
        });
        return command;
    }
}
