using System.Globalization;

namespace Inkstone.Evaluation;

/// <summary>How well a language model foretold some documents.</summary>
/// <param name="Nats">−Σ ln P over all tokens but the BOS of each document, EOS included.</param>
/// <param name="TargetTokenCount">How many tokens that sum is over.</param>
/// <param name="TextBytes">UTF-8 bytes of the documents' text, without anything for their borders.</param>
/// <param name="DocumentCount">Documents scored.</param>
/// <param name="ContextLength">The most tokens of history that the model used for one token; to be stated beside every figure.</param>
public sealed record LanguageModelScore(double Nats, long TargetTokenCount, long TextBytes, long DocumentCount, int ContextLength)
{
    /// <summary>
    /// Nats / (ln 2 × <see cref="TextBytes"/>): comparable between models of any vocabulary, since each pays for the same text
    /// and the same document ends. +∞ where there are no bytes but something was predicted.
    /// </summary>
    public double BitsPerByte => Nats / (Math.Log(2) * TextBytes);

    /// <summary>exp(Nats / <see cref="TargetTokenCount"/>): comparable only between models of the same vocabulary.</summary>
    public double Perplexity => Math.Exp(Nats / TargetTokenCount);

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"{BitsPerByte:F3} bits per byte (perplexity {Perplexity:F2} per token, context of {ContextLength} tokens, {TargetTokenCount} tokens, {TextBytes} bytes, {DocumentCount} documents)");
}
