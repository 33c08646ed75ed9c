using Inkstone.Foundation.Errors;
using Inkstone.Models;
using Inkstone.Tokenizers;
using Microsoft.Extensions.AI;

namespace Inkstone.Inference;

/// <summary>Gives the vectors of texts: see <see cref="EmbeddingExtensions.AsEmbeddingGenerator(Embedder, Tokenizer, EmbeddingOptions?)"/>.</summary>
internal sealed class TextEmbeddingGenerator : IEmbeddingGenerator<string, Embedding<float>>
{
    private const int TextsAtOnce = 32;

    private readonly SemaphoreSlim _turn = new(1);
    private readonly Embedder _embedder;
    private readonly Tokenizer _tokenizer;
    private readonly EmbeddingOptions _options;
    private readonly EncodeOptions _encoding;
    private readonly EmbeddingGeneratorMetadata _metadata;
    private readonly TimeProvider _clock;

    /// <exception cref="InkstoneRequestException">An option is out of its range.</exception>
    public TextEmbeddingGenerator(Embedder embedder, Tokenizer tokenizer, EmbeddingOptions options, TimeProvider clock)
    {
        if (options.EndToken is { } end && (uint)end >= (uint)embedder.Model.VocabularySize)
            throw new InkstoneRequestException("an option names an id that is no token's", nameof(options.EndToken), $"0 to {embedder.Model.VocabularySize - 1}", $"{end}");
        (_embedder, _tokenizer, _options, _clock) = (embedder, tokenizer, options, clock);
        MostTokens = embedder.MaximumLength - (options.EndToken is null ? 0 : 1);
        _encoding = new EncodeOptions
        {
            AddSpecial = true,
            Truncation = options.Truncation == TextTruncation.CutEnd ? new Truncation { MaximumLength = MostTokens } : null,
        };
        _metadata = new EmbeddingGeneratorMetadata("inkstone", null, options.ModelId ?? embedder.Model.Config.Family, embedder.Dimensions);
    }

    private string ModelId => _metadata.DefaultModelId!;

    /// <summary>The longest text, in tokens without the end token of the options.</summary>
    private int MostTokens { get; }

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
        return serviceKey is null ? new object[] { this, _metadata, _tokenizer, _embedder }.FirstOrDefault(serviceType.IsInstanceOfType) : null;
    }

    public void Dispose() => _turn.Dispose();

    private GeneratedEmbeddings<Embedding<float>> Generate(IEnumerable<string> values, CancellationToken cancellation)
    {
        var embeddings = new GeneratedEmbeddings<Embedding<float>>();
        var tokens = 0L;
        foreach (var texts in values.Chunk(TextsAtOnce))
        {
            cancellation.ThrowIfCancellationRequested();
            ReadOnlyMemory<int>[] encoded = [.. texts.Select((text, i) => Encode(text, embeddings.Count + i))];
            tokens += encoded.Sum(text => (long)text.Length);
            foreach (var vector in _embedder.Embed(encoded))
                embeddings.Add(new Embedding<float>(vector) { ModelId = ModelId, CreatedAt = _clock.GetUtcNow() });
        }
        embeddings.Usage = new UsageDetails { InputTokenCount = tokens, TotalTokenCount = tokens };
        return embeddings;
    }

    private ReadOnlyMemory<int> Encode(string text, int place)
    {
        ArgumentNullException.ThrowIfNull(text, $"values[{place}]");
        var ids = _tokenizer.EncodeDetailed(text, options: _encoding).Tokens.Select(token => token.Id).ToList();
        if (ids.Count > MostTokens)
            throw new InkstoneRequestException("a text is longer than the embedder takes", $"values[{place}]", $"at most {MostTokens} tokens", $"{ids.Count}",
                $"Shorten the text, or let its end be cut off ({nameof(EmbeddingOptions)}.{nameof(EmbeddingOptions.Truncation)}).");
        if (_options.EndToken is { } end)
            ids.Add(end);
        return ids.ToArray();
    }

    private void Check(EmbeddingGenerationOptions? options)
    {
        if (options?.Dimensions is { } dimensions && dimensions != _embedder.Dimensions)
            throw Refuse(nameof(options.Dimensions), $"{_embedder.Dimensions}", $"{dimensions}");
        if (options?.ModelId is { } model && model != ModelId)
            throw Refuse(nameof(options.ModelId), ModelId, model);
        if (options?.AdditionalProperties?.Keys.FirstOrDefault() is { } name)
            throw Refuse(nameof(options.AdditionalProperties), "none", name);
        if (options?.RawRepresentationFactory is not null)
            throw Refuse(nameof(options.RawRepresentationFactory), "none", "one");
    }

    private static InkstoneRequestException Refuse(string option, string expected, string found) => new("the model cannot do this", $"EmbeddingGenerationOptions.{option}", expected, found);
}
