using System.Globalization;
using System.Text;
using System.Text.Json.Serialization;
using Inkstone.Inference;
using Inkstone.Recipes;

namespace Inkstone.Cli;

/// <summary>Writes what a model makes of prompts: as it comes where there is one answer, in the prompts' order where there are several, or as JSON.</summary>
/// <param name="session">The model.</param>
/// <param name="defaults">What the checkpoint says, as JSON answers tell it; null: answers are plain text.</param>
/// <param name="tellsScores">Whether the log-probabilities of tokens are told.</param>
internal sealed class GenerationConsole(ModelSession session, object? defaults = null, bool tellsScores = false)
{
    /// <summary>Generates.</summary>
    /// <param name="prompts">What is continued.</param>
    /// <param name="options">The options of one prompt, made anew for each: a constraint serves one.</param>
    /// <param name="cancellation">Stops it.</param>
    public async Task WriteAsync(IReadOnlyList<string> prompts, Func<GenerationOptions> options, CancellationToken cancellation)
    {
        if (defaults is null && prompts.Count == 1 && !tellsScores && options() is { AnswerCount: 1 } only)
        {
            await StreamAsync(session.Engine, prompts[0], only, cancellation).ConfigureAwait(false);
            return;
        }
        var answers = await Task.WhenAll(prompts.Select((prompt, i) => CollectAsync(prompt, options(), i, cancellation))).ConfigureAwait(false);
        foreach (var answer in answers.SelectMany(list => list))
            Print(answer);
    }

    /// <summary>Searches the most probable answers.</summary>
    public async Task SearchAsync(IReadOnlyList<string> prompts, BeamOptions options, CancellationToken cancellation)
    {
        foreach (var prompt in prompts)
        {
            var found = await session.Engine.SearchAsync(prompt, options, cancellation).ConfigureAwait(false);
            for (var i = 0; i < found.Count; i++)
                Print(new Answer(prompt, i, found[i].Text, found[i].Tokens.Count, found[i].LogProbability, found[i].Finish) { Score = found[i].Score });
        }
    }

    /// <summary>Writes the prompt and then the answer, piece by piece.</summary>
    public static async Task StreamAsync(InferenceEngine engine, string prompt, GenerationOptions options, CancellationToken cancellation)
    {
        var pieces = engine.GenerateAsync(prompt, options with { Echo = false }, cancellation); // a prompt that cannot be continued is refused here
        Console.Write(Shown(Continued(engine, prompt)));
        await foreach (var piece in pieces.ConfigureAwait(false))
        {
            Console.Write(Shown(piece.Text));
            if (piece.DroppedCount > 0)
                await Console.Error.WriteLineAsync($"\n[the context is full: {piece.DroppedCount} older tokens dropped]").ConfigureAwait(false);
        }
        Console.WriteLine();
    }

    private async Task<Answer[]> CollectAsync(string prompt, GenerationOptions options, int number, CancellationToken cancellation)
    {
        options = options with { Seed = options.Seed + number };
        var answers = Enumerable.Range(0, options.AnswerCount).Select(i => new Answer(prompt, i, "", 0, 0, null)).ToArray();
        var texts = answers.Select(_ => new StringBuilder()).ToArray();
        await foreach (var piece in session.Engine.GenerateAsync(prompt, options, cancellation).ConfigureAwait(false))
        {
            var answer = answers[piece.Answer];
            texts[piece.Answer].Append(piece.Text);
            if (piece.Token >= 0)
                answer = answer with { Tokens = answer.Tokens + 1, LogProbability = answer.LogProbability + piece.LogProbability };
            if (tellsScores && piece.Token >= 0)
                (answer.Logprobs ??= []).Add(Scored(piece.Token, piece.LogProbability, piece.Top));
            if (tellsScores && piece.Prompt is { Scores.Count: > 0 } prompted)
                answer.PromptLogprobs = [.. prompted.Scores.Select(score => Scored(score.Token, double.IsNaN(score.LogProbability) ? null : score.LogProbability, score.Top))];
            answers[piece.Answer] = answer with { Finish = piece.Finish ?? answer.Finish, Dropped = (answer.Dropped ?? 0) + piece.DroppedCount is > 0 and var dropped ? dropped : null };
        }
        return [.. answers.Select((answer, i) => answer with { Text = texts[i].ToString() })];
    }

    private void Print(Answer answer)
    {
        if (defaults is not null)
        {
            JsonOutput.Print(answer with { Defaults = defaults });
            return;
        }
        var score = answer.Score is { } value ? string.Create(CultureInfo.InvariantCulture, $"[score {value:F4}] ") : "";
        var before = answer.PromptLogprobs is null ? Continued(session.Engine, answer.Prompt) : "";
        Console.WriteLine(Shown($"{score}{before}{answer.Text}\n"));
        foreach (var token in (answer.PromptLogprobs ?? []).Concat(answer.Logprobs ?? []))
            Console.WriteLine(Shown(Row(token)));
    }

    private static string Row(TokenScore token)
    {
        var own = token.LogProbability is { } value ? value.ToString("F4", CultureInfo.InvariantCulture) : "";
        var others = string.Join("  ", token.Top.Select(other => string.Create(CultureInfo.InvariantCulture, $"{Quoted(other.Text)} {other.LogProbability:F4}")));
        return string.Create(CultureInfo.InvariantCulture, $"{token.Id,8}  {own,9}  {Quoted(token.Text),-16}  {others}");
    }

    private TokenScore Scored(int token, double? logProbability, IReadOnlyList<TokenLogProbability> top) =>
        new(token, TextOf(token), logProbability, [.. top.Select(other => new TokenScore(other.Token, TextOf(other.Token), other.LogProbability, []))]);

    private string TextOf(int token) => token < session.Tokenizer.VocabularySize ? session.Tokenizer.Decode([token]) : "";

    private static string Quoted(string text) => $"'{text.Replace("\n", "\\n", StringComparison.Ordinal)}'";

    /// <summary>What an answer continues: of an encoder-decoder nothing.</summary>
    private static string Continued(InferenceEngine engine, string prompt) => engine.ReadsSource ? "" : prompt;

    private static string Shown(string text) => Console.IsOutputRedirected ? text : TerminalText.Safe(text);

    private sealed record TokenScore(int Id, string Text, double? LogProbability, IReadOnlyList<TokenScore> Top);

    private sealed record Answer(string Prompt, [property: JsonPropertyName("answer")] int Number, string Text, int Tokens, double LogProbability, FinishReason? Finish)
    {
        [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
        public double? Score { get; init; }

        [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
        public int? Dropped { get; init; }

        [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
        public List<TokenScore>? Logprobs { get; set; }

        [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
        public List<TokenScore>? PromptLogprobs { get; set; }

        [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
        public object? Defaults { get; init; }
    }
}
