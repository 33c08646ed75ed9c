using Inkstone.Foundation.Errors;
using Inkstone.Models;
using Inkstone.Tokenizers;
using Microsoft.Extensions.AI;

namespace Inkstone.Inference;

/// <summary>Embedders behind the interface of Microsoft.Extensions.AI.</summary>
public static class EmbeddingExtensions
{
    /// <summary>
    /// Gives the vectors of texts by an embedder (BERT, RoBERTa and the sentence-transformers built on them, or any network with pooling). Texts get the tokenizer's begin and
    /// end tokens; one that is longer than <see cref="Embedder.MaximumLength"/> is cut or refused (<see cref="EmbeddingOptions.Truncation"/>). Texts are read 32 at a
    /// time, and cancelling ends the work between these; callers take turns. The usage counts the tokens that were read.
    /// </summary>
    /// <param name="embedder">The embedder.</param>
    /// <param name="tokenizer">Its tokenizer.</param>
    /// <param name="options">How texts become tokens; null for the defaults.</param>
    /// <exception cref="InkstoneRequestException">The tokenizer is of another model, or an option is out of its range.</exception>
    public static IEmbeddingGenerator<string, Embedding<float>> AsEmbeddingGenerator(this Embedder embedder, Tokenizer tokenizer, EmbeddingOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(embedder);
        ArgumentNullException.ThrowIfNull(tokenizer);
        if (tokenizer.VocabularySize > embedder.Model.VocabularySize)
            throw new InkstoneRequestException("the tokenizer has more tokens than the model", nameof(tokenizer), $"at most {embedder.Model.VocabularySize}",
                $"{tokenizer.VocabularySize}", "Use the tokenizer the model was trained with.");
        return new TextEmbeddingGenerator(embedder, tokenizer, options ?? new EmbeddingOptions(), TimeProvider.System);
    }

    /// <summary>
    /// Gives the vectors of texts by the network of an engine, which goes on serving: its hidden rows after the final norm, pooled. Disposing the generator leaves the
    /// engine running.
    /// </summary>
    /// <param name="engine">The engine.</param>
    /// <param name="pooling">How rows become a vector: of a decoder only the last row has seen the whole text.</param>
    /// <param name="normalised">Whether vectors are divided by their length.</param>
    /// <param name="options">How texts become tokens; null for the defaults.</param>
    /// <inheritdoc cref="AsEmbeddingGenerator(Embedder, Tokenizer, EmbeddingOptions?)" path="/exception"/>
    public static IEmbeddingGenerator<string, Embedding<float>> AsEmbeddingGenerator(
        this InferenceEngine engine, PoolingModes pooling = PoolingModes.Last, bool normalised = true, EmbeddingOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(engine);
        return new Embedder(engine.Parts.Model, pooling, normalised).AsEmbeddingGenerator(engine.Parts.Tokenizer, options);
    }
}
