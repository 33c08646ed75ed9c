using Inkstone.Foundation.Errors;
using Inkstone.Tokenizers;
using Microsoft.Extensions.AI;

namespace Inkstone.Inference;

/// <summary>
/// Gives the vectors of texts. Texts get the tokenizer's begin and end tokens, and one that is longer than the model takes is cut at its end. Callers take turns.
/// </summary>
internal sealed class TextEmbeddingGenerator(ITextEmbedder embedder, Tokenizer tokenizer, TimeProvider clock) : IEmbeddingGenerator<string, Embedding<float>>
{
    private const int TextsAtOnce = 32;

    private readonly SemaphoreSlim _turn = new(1);
    private readonly EncodeOptions _encoding = new() { AddSpecial = true, Truncation = new Truncation { MaximumLength = embedder.MaximumLength } };
    private readonly EmbeddingGeneratorMetadata _metadata = new("inkstone", null, embedder.ModelId, embedder.Dimensions);

    public async Task<GeneratedEmbeddings<Embedding<float>>> GenerateAsync(
        IEnumerable<string> values, EmbeddingGenerationOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(values);
        Check(options);
        await _turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return await Task.Run(() => Generate(values, cancellationToken), cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _turn.Release();
        }
    }

    public object? GetService(Type serviceType, object? serviceKey = null)
    {
        ArgumentNullException.ThrowIfNull(serviceType);
        return serviceKey is null ? new object[] { this, _metadata, tokenizer }.FirstOrDefault(serviceType.IsInstanceOfType) : null;
    }

    public void Dispose() => _turn.Dispose();

    private GeneratedEmbeddings<Embedding<float>> Generate(IEnumerable<string> values, CancellationToken cancellation)
    {
        var embeddings = new GeneratedEmbeddings<Embedding<float>>();
        var tokens = 0L;
        foreach (var texts in values.Chunk(TextsAtOnce))
        {
            cancellation.ThrowIfCancellationRequested();
            ReadOnlyMemory<int>[] encoded = [.. texts.Select(text => new ReadOnlyMemory<int>([.. tokenizer.EncodeDetailed(text, options: _encoding).Tokens.Select(token => token.Id)]))];
            tokens += encoded.Sum(text => (long)text.Length);
            foreach (var vector in embedder.Embed(encoded))
                embeddings.Add(new Embedding<float>(vector) { ModelId = embedder.ModelId, CreatedAt = clock.GetUtcNow() });
        }
        embeddings.Usage = new UsageDetails { InputTokenCount = tokens, TotalTokenCount = tokens };
        return embeddings;
    }

    private void Check(EmbeddingGenerationOptions? options)
    {
        if (options?.Dimensions is { } dimensions && dimensions != embedder.Dimensions)
            throw Refuse(nameof(options.Dimensions), $"{embedder.Dimensions}", $"{dimensions}");
        if (options?.ModelId is { } model && model != embedder.ModelId)
            throw Refuse(nameof(options.ModelId), embedder.ModelId, model);
        if (options?.AdditionalProperties?.Keys.FirstOrDefault() is { } name)
            throw Refuse(nameof(options.AdditionalProperties), "none", name);
        if (options?.RawRepresentationFactory is not null)
            throw Refuse(nameof(options.RawRepresentationFactory), "none", "one");
    }

    private static InkstoneRequestException Refuse(string option, string expected, string found) => new("the model cannot do this", $"EmbeddingGenerationOptions.{option}", expected, found);
}
