using System.Text;
using Inkstone.Inference;

namespace Inkstone.Cli;

/// <summary>Writes what a model makes of prompts: as it comes where there is one prompt, in the prompts' order where there are several, or as JSON.</summary>
internal static class GenerationConsole
{
    public static async Task WriteAsync(InferenceEngine engine, IReadOnlyList<string> prompts, GenerationOptions options, bool asJson, CancellationToken cancellation)
    {
        if (!asJson && prompts.Count == 1)
        {
            await StreamAsync(engine, prompts[0], options, cancellation).ConfigureAwait(false);
            return;
        }
        var answers = await Task.WhenAll(prompts.Select((prompt, i) => CollectAsync(engine, prompt, options with { Seed = options.Seed + i }, cancellation))).ConfigureAwait(false);
        foreach (var answer in answers)
            if (asJson)
                JsonOutput.Print(answer);
            else
                Console.WriteLine(Shown($"{Continued(engine, answer.Prompt)}{answer.Text}\n"));
    }

    /// <summary>Writes the prompt and then the answer, piece by piece.</summary>
    public static async Task StreamAsync(InferenceEngine engine, string prompt, GenerationOptions options, CancellationToken cancellation)
    {
        var pieces = engine.GenerateAsync(prompt, options, cancellation); // a prompt that cannot be continued is refused here
        Console.Write(Shown(Continued(engine, prompt)));
        await foreach (var piece in pieces.ConfigureAwait(false))
            Console.Write(Shown(piece.Text));
        Console.WriteLine();
    }

    private static async Task<Answer> CollectAsync(InferenceEngine engine, string prompt, GenerationOptions options, CancellationToken cancellation)
    {
        var text = new StringBuilder();
        var answer = new Answer(prompt, "", 0, 0, null);
        await foreach (var piece in engine.GenerateAsync(prompt, options, cancellation).ConfigureAwait(false))
        {
            text.Append(piece.Text);
            answer = answer with { Tokens = answer.Tokens + 1, LogProbability = answer.LogProbability + piece.LogProbability, Finish = piece.Finish };
        }
        return answer with { Text = text.ToString() };
    }

    /// <summary>What an answer continues: of an encoder-decoder nothing.</summary>
    private static string Continued(InferenceEngine engine, string prompt) => engine.ReadsSource ? "" : prompt;

    private static string Shown(string text) => Console.IsOutputRedirected ? text : TerminalText.Safe(text);

    private sealed record Answer(string Prompt, string Text, int Tokens, double LogProbability, FinishReason? Finish);
}
