using System.CommandLine;
using Inkstone.Foundation.Errors;
using Inkstone.Inference;
using Inkstone.Recipes;

namespace Inkstone.Cli;

internal static class GenerateCommand
{
    public static Command Create()
    {
        var model = new Argument<string>("MODEL") { Description = "A run's folder, a checkpoint, a model folder or a GGUF file." };
        var prompts = new Option<string[]>("--prompt", "-p") { Description = "What to continue; may be given more than once. Default: standard input, or nothing.", HelpName = "TEXT" };
        var settings = new GenerationSettings(256);
        var grammars = new GrammarSettings();
        var engine = new EngineSettings();
        var answers = new Option<int?>("--answers") { Description = "How many answers to each prompt.", HelpName = "N" };
        var beams = new Option<int?>("--beams") { Description = "Search the most probable answers with this many beams instead of drawing.", HelpName = "N" };
        var lengthPenalty = new Option<double?>("--length-penalty") { Description = "With --beams: above 0 longer answers score better. Default 1.", HelpName = "N" };
        var logprobs = new Option<int?>("--logprobs") { Description = "Tell each token's log-probability, and those of the N most probable in its place (0 to 20).", HelpName = "N" };
        var echo = new Option<bool>("--echo") { Description = "The text begins with the prompt's; with --logprobs its tokens are scored too." };
        var json = SharedOptions.Json();
        var command = new Command(
            "generate",
            """
            Continue a text. A model continues it as it stands; to talk to one that answers, see: inkstone chat

            Examples:
              inkstone generate runs/quickstart --prompt "System.String"
              inkstone generate runs/quickstart -p "Returns" -p "Gets" --temperature 0 --json
              inkstone generate runs/quickstart -p "Returns the" --beams 4 --answers 2
              head -3 notes.txt | inkstone generate runs/quickstart

            With --json, one object an answer and line: prompt, answer, text, tokens, logProbability, finish, defaults; with --logprobs also
            logprobs, and promptLogprobs with --echo; with --beams also score.
            """)
        {
            model, prompts, answers, beams, lengthPenalty, logprobs, echo, json,
        };
        settings.AddTo(command);
        grammars.AddTo(command);
        engine.AddTo(command);
        GroupedHelp.Of(command,
        [
            ("What is asked", [prompts, answers]),
            ("How tokens are drawn", settings.Drawing),
            ("Repetition", settings.Repetition),
            ("The answer", [.. settings.Answer, .. grammars.All]),
            ("Search instead of drawing", [beams, lengthPenalty]),
            ("What is told", [logprobs, echo, json]),
            ("Guessing ahead", [.. settings.Guessing, engine.Draft]),
            ("Memory and threads", [.. engine.Memory, settings.Overflow]),
        ]);
        command.SetAction(async (result, cancellation) =>
        {
            // what is wrong with the command line is said before a model is opened
            var opening = engine.Read(result);
            var hasDraft = opening.DraftModel is not null;
            var search = Search(Options(null));
            var grammar = grammars.Read(result);
            await using var session = ModelSession.Open(result.GetValue(model)!, RunObserver.Notes, opening);
            DefaultsText.Write(session, result);
            var given = result.GetValue(prompts) is { Length: > 0 } list ? list
                : [Console.IsInputRedirected ? await StandardStreams.ReadAllAsync(cancellation).ConfigureAwait(false) : ""];
            var console = new GenerationConsole(session, result.GetValue(json) ? DefaultsText.ForJson(session.Defaults, result) : null, result.GetValue(logprobs) is not null);
            var options = Options(session.Defaults);
            if (search is not null)
                await console.SearchAsync(given, search with { MaxTokens = options.MaxTokens, IgnoreEndOfText = options.IgnoreEndOfText }, cancellation).ConfigureAwait(false);
            else
                await console.WriteAsync(given, () => options with { Constraint = GrammarSettings.Constrain(grammar, session) }, cancellation).ConfigureAwait(false);
            return 0;

            GenerationOptions Options(GenerationDefaults? defaults)
            {
                var options = settings.Read(result, defaults, hasDraft) with
                {
                    AnswerCount = result.GetValue(beams) is null ? result.GetValue(answers) ?? 1 : 1,
                    TopLogProbabilities = result.GetValue(logprobs) ?? 0,
                    PromptLogProbabilities = result.GetValue(echo) ? result.GetValue(logprobs) : null,
                    Echo = result.GetValue(echo),
                };
                options.Validate();
                return options;
            }

            BeamOptions? Search(GenerationOptions options)
            {
                if (result.GetValue(beams) is not { } width)
                    return result.GetValue(lengthPenalty) is null ? null : throw new InkstoneRequestException("nothing is searched", "--length-penalty", "with --beams N");
                foreach (var option in (Option[])[.. settings.Drawing, .. settings.Repetition, .. settings.Answer.Where(option => option.Name is not ("--max-tokens" or "--ignore-end")),
                    .. grammars.All, .. settings.Guessing, engine.Draft, settings.Overflow, logprobs, echo])
                    if (GenerationSettings.IsGiven(result, option))
                        throw new InkstoneRequestException("a search does not draw, and takes no such option", option.Name, "--beams without it");
                var search = new BeamOptions { Width = width, AnswerCount = result.GetValue(answers) ?? 1, LengthPenalty = result.GetValue(lengthPenalty) ?? 1, MaxTokens = options.MaxTokens };
                search.Validate();
                return search;
            }
        });
        return command;
    }
}
