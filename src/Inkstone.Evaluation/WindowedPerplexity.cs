using Inkstone.Foundation.Errors;
using Inkstone.Models;

namespace Inkstone.Evaluation;

/// <summary>
/// Perplexity of one long text in windows of a fixed length that begin a stride apart. The first window is scored whole; of each later one only the tokens that no window
/// before it reached, each therefore with at least window − stride tokens of history. A later window begins without a begin-of-text token.
/// </summary>
public static class WindowedPerplexity
{
    /// <summary>Scores a text.</summary>
    /// <param name="model">The model.</param>
    /// <param name="tokens">The text, with its begin-of-text token where the model has one.</param>
    /// <param name="textBytes">UTF-8 bytes of the text.</param>
    /// <param name="window">Tokens of a window, at most the model's context.</param>
    /// <param name="stride">Tokens from one window's beginning to the next's.</param>
    /// <param name="progress">Told how many tokens are done.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <exception cref="InkstoneRequestException">There is nothing to score, or window and stride do not fit.</exception>
    public static LanguageModelScore Measure(
        ILanguageModel model, ReadOnlyMemory<int> tokens, long textBytes, int window, int stride, IProgress<long>? progress = null, CancellationToken cancellation = default)
    {
        Require(nameof(window), window, 2, model.ContextLength);
        Require(nameof(stride), stride, 1, window - 1);
        if (tokens.Length < 2)
            throw new InkstoneRequestException("there is nothing to score", nameof(WindowedPerplexity), "at least two tokens", $"{tokens.Length}");
        var (nats, scored) = (0.0, 1);
        var logProbabilities = new float[window];
        for (var start = 0; scored < tokens.Length; start += stride)
        {
            cancellation.ThrowIfCancellationRequested();
            var length = Math.Min(window, tokens.Length - start);
            model.LogProbabilities(tokens.Span.Slice(start, length), [0], logProbabilities.AsSpan(0, length));
            for (; scored < start + length; scored++)
                nats -= logProbabilities[scored - start];
            progress?.Report(scored);
        }
        return new(nats, tokens.Length - 1, textBytes, 1, window);
    }

    private static void Require(string name, int value, int least, int most)
    {
        if (value < least || value > most)
            throw new InkstoneRequestException("the value is out of range", name, FormattableString.Invariant($"{least} to {most}"), FormattableString.Invariant($"{value}"));
    }
}
