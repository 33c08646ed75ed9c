using System.CommandLine;
using Inkstone.Recipes;

namespace Inkstone.Cli;

internal static class ChatCommand
{
    private const string Template = "default";
    private const int MaxTokensInChat = 1_024;

    public static Command Create()
    {
        var model = new Argument<string>("MODEL") { Description = "A run's folder, a checkpoint, a model folder or a GGUF file." };
        var system = new Option<string?>("--system") { Description = "What the model is told before anything else.", HelpName = "TEXT" };
        var raw = new Option<bool>("--raw") { Description = "Continue what is typed, though the model has a chat template." };
        var settings = new GenerationSettings(200, MaxTokensInChat);
        var grammars = new GrammarSettings();
        var engine = new EngineSettings();
        var command = new Command(
            "chat",
            """
            A prompt in the terminal. A model with a chat template answers, and what was said before is kept; a base model continues what you begin.

            Examples:
              inkstone chat runs/quickstart
              inkstone chat Qwen3-0.6B-Q8_0.gguf --system "Answer in one sentence."
              inkstone chat runs/quickstart --temperature 1.1 --max-tokens 400
            """)
        {
            model, system, raw,
        };
        settings.AddTo(command);
        grammars.AddTo(command);
        engine.AddTo(command);
        GroupedHelp.Of(command,
        [
            ("The conversation", [system, raw]),
            ("How tokens are drawn", settings.Drawing),
            ("Repetition", settings.Repetition),
            ("The answer", [.. settings.Answer, .. grammars.All]),
            ("Guessing ahead", [.. settings.Guessing, engine.Draft]),
            ("Memory and threads", [.. engine.Memory, settings.Overflow]),
        ]);
        command.SetAction(async (result, cancellation) =>
        {
            var opening = engine.Read(result);
            var hasDraft = opening.DraftModel is not null;
            settings.Read(result, null, hasDraft);
            var grammar = grammars.Read(result);
            await using var session = ModelSession.Open(result.GetValue(model)!, RunObserver.Notes, opening);
            DefaultsText.Write(session, result);
            var converses = !result.GetValue(raw) && session.Tokenizer.Config?.ChatTemplates.ContainsKey(Template) == true;
            var options = settings.Read(result, session.Defaults, hasDraft, converses ? MaxTokensInChat : null);
            if (converses)
                await new Conversation(session, options, result.GetValue(system), () => GrammarSettings.Constrain(grammar, session)).RunAsync(cancellation).ConfigureAwait(false);
            else
                await ChatPrompt.RunAsync(session, options, cancellation, () => GrammarSettings.Constrain(grammar, session)).ConfigureAwait(false);
            return 0;
        });
        return command;
    }
}
