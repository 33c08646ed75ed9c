using Inkstone.Foundation.Errors;
using Microsoft.Extensions.AI;

namespace Inkstone.Inference.Tests;

public sealed class TextEmbeddingGeneratorTests
{
    [Fact]
    public async Task EachTextGetsItsVector()
    {
        using var generator = new TextEmbeddingGenerator(new Counter(), ChatSamples.Spelled, TimeProvider.System);
        string[] texts = [.. Enumerable.Range(1, 70).Select(i => new string('x', i % 9 + 1))];
        var embeddings = await generator.GenerateAsync(texts);
        Assert.Equal(texts.Select(text => (float)Math.Min(5, text.Length)), embeddings.Select(embedding => embedding.Vector.Span[0]));
        Assert.Equal(texts.Sum(text => Math.Min(5, text.Length)), embeddings.Usage!.InputTokenCount);
        Assert.Equal(("counter", 2), (embeddings[0].ModelId, embeddings[0].Dimensions));
        Assert.Equal(2, generator.GetService<EmbeddingGeneratorMetadata>()!.DefaultModelDimensions);
    }

    [Fact]
    public async Task WhatItCannotDoIsRefused()
    {
        using var generator = new TextEmbeddingGenerator(new Counter(), ChatSamples.Spelled, TimeProvider.System);
        foreach (var options in (EmbeddingGenerationOptions[])[new() { Dimensions = 1 }, new() { ModelId = "other" }, new() { AdditionalProperties = new() { ["a"] = 1 } }])
            await Assert.ThrowsAsync<InkstoneRequestException>(() => generator.GenerateAsync(["x"], options));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => generator.GenerateAsync(["x"], null, new CancellationToken(true)));
        Assert.Single(await generator.GenerateAsync(["x"], new() { Dimensions = 2, ModelId = "counter" }));
    }

    private sealed class Counter : ITextEmbedder
    {
        public string ModelId => "counter";

        public int Dimensions => 2;

        public int MaximumLength => 5;

        public float[][] Embed(IReadOnlyList<ReadOnlyMemory<int>> texts) => [.. texts.Select(text => new float[] { text.Length, 1 })];
    }
}
