using System.Text;
using Inkstone.Inference;
using Inkstone.Models;
using Inkstone.Tokenizers;

namespace Inkstone.Recipes;

/// <summary>Lets a model write, by an engine of its own that lives as long as the call.</summary>
public static class SampleWriter
{
    /// <summary>One text a prompt, all at once.</summary>
    public static IReadOnlyList<GeneratedSample> Write(
        Model model, Tokenizer tokenizer, IReadOnlyList<string> prompts, GenerationOptions options, long step = 0, CancellationToken cancellation = default) =>
        WriteAsync(model, tokenizer, prompts, options, step, cancellation).GetAwaiter().GetResult();

    /// <inheritdoc cref="Write"/>
    public static async Task<IReadOnlyList<GeneratedSample>> WriteAsync(
        Model model, Tokenizer tokenizer, IReadOnlyList<string> prompts, GenerationOptions options, long step = 0, CancellationToken cancellation = default)
    {
        var engine = new InferenceEngine(model, tokenizer, new EngineOptions { CacheBytes = 32L << 20, SequencesPerTurn = 16 });
        await using (engine.ConfigureAwait(false))
        {
            return await Task.WhenAll(prompts.Select(async (prompt, i) =>
            {
                var text = new StringBuilder();
                FinishReason? finish = null;
                await foreach (var piece in engine.GenerateAsync(prompt, options with { Seed = options.Seed + i }, cancellation).ConfigureAwait(false))
                {
                    text.Append(piece.Text);
                    finish = piece.Finish ?? finish;
                }
                return new GeneratedSample(step, prompt, text.ToString(), finish == FinishReason.EndOfText);
            })).ConfigureAwait(false);
        }
    }
}
