namespace Inkstone.Models;

/// <summary>
/// A model that gives every token of a document a probability given the tokens before it: an n-gram table as much as a
/// Transformer. One evaluator compares them all through this interface.
/// </summary>
/// <remarks>
/// A document begins with BOS and ends with EOS (one id may serve as both). EOS is predicted, so the model pays for saying
/// where a document ends; BOS is given and never predicted. Nothing is remembered from one call, or one document, to the next.
/// </remarks>
public interface ILanguageModel
{
    /// <summary>How many ids there are: the probabilities of 0 … <see cref="VocabularySize"/> − 1 sum to 1 in every context.</summary>
    int VocabularySize { get; }

    /// <summary>
    /// The most tokens of history that a prediction uses (of an order-n n-gram model, n − 1). A document may be longer:
    /// the model moves its own window over it and still scores every token.
    /// </summary>
    int ContextLength { get; }

    /// <summary>Writes ln P(token | the tokens before it in its document) for every token of some documents.</summary>
    /// <param name="tokens">The documents back to back, ragged and flat.</param>
    /// <param name="documentStarts">
    /// The index of each document's first token: the first is 0, and each is greater than the one before (no document is
    /// empty). Empty only when <paramref name="tokens"/> is.
    /// </param>
    /// <param name="logProbabilities">
    /// As long as <paramref name="tokens"/>; receives natural logarithms, ≤ 0. The entry at each document's first token is 0,
    /// since BOS is given.
    /// </param>
    /// <exception cref="Foundation.Errors.InkstoneShapeException">The spans do not fit together.</exception>
    /// <exception cref="Foundation.Errors.InkstoneRequestException">A token id is not in the vocabulary.</exception>
    void LogProbabilities(ReadOnlySpan<int> tokens, ReadOnlySpan<int> documentStarts, Span<float> logProbabilities);
}
