using Inkstone.Foundation.Errors;
using Inkstone.Foundation.Randomness;
using Inkstone.Models;
using Inkstone.Tokenizers;
using Microsoft.Extensions.AI;

namespace Inkstone.Inference.Tests;

public sealed class TextEmbeddingGeneratorTests : EngineTest
{
    private static readonly Tokenizer Words = ChatSamples.Spelled;

    private static readonly Embedder Small = new(
        new Bert(new BertConfig { VocabularySize = Words.VocabularySize, ContextLength = 40, Width = 32, LayerCount = 2, HeadCount = 4, HiddenWidth = 48, InitialDeviation = 0.3 }, Rng.From(3)),
        PoolingModes.Mean | PoolingModes.First, normalised: true, maximumLength: 9);

    [Fact]
    public async Task EachTextGetsItsVector()
    {
        using var generator = Small.AsEmbeddingGenerator(Words, new() { ModelId = "small" });
        string[] texts = [.. Enumerable.Range(1, 70).Select(i => string.Concat(Enumerable.Range(0, i % 13 + 1).Select(k => (char)('a' + (i + k * k) % 20))))];
        var embeddings = await generator.GenerateAsync(texts);
        ReadOnlyMemory<int>[] tokens = [.. texts.Select(text => (ReadOnlyMemory<int>)Words.EncodeDetailed(text, options: new() { AddSpecial = true }).Tokens.Select(t => t.Id).Take(9).ToArray())];
        for (var i = 0; i < texts.Length; i++)
        {
            Assert.Equal(Small.Embed([tokens[i]])[0], embeddings[i].Vector.ToArray(), (a, b) => Math.Abs(a - b) < 1e-5);
            Assert.Equal(1, Math.Sqrt(embeddings[i].Vector.ToArray().Sum(x => (double)x * x)), 5);
        }
        Assert.Equal((tokens.Sum(text => text.Length), tokens.Sum(text => text.Length)), (embeddings.Usage!.InputTokenCount, embeddings.Usage.TotalTokenCount));
        Assert.Equal(("small", 64), (embeddings[0].ModelId, embeddings[0].Dimensions));
        Assert.Equal(64, generator.GetService<EmbeddingGeneratorMetadata>()!.DefaultModelDimensions);
        Assert.Same(Small, generator.GetService<Embedder>());
        Assert.Empty(await generator.GenerateAsync([]));
    }

    [Theory]
    [InlineData(PoolingModes.Last, true)]
    [InlineData(PoolingModes.Mean, false)]
    public async Task ADecodersRowsArePooledWhileItsEngineServes(PoolingModes pooling, bool normalised)
    {
        var network = Samples.Llama(64);
        var engine = Start(network);
        var expected = await Tokens(engine, "the river", new GenerationOptions { MaxTokens = 40, IgnoreEndOfText = true });
        using var generator = engine.AsEmbeddingGenerator(pooling, normalised, new() { EndToken = 5 });
        var answering = Tokens(engine, "the river", new GenerationOptions { MaxTokens = 40, IgnoreEndOfText = true });
        string[] texts = ["the river ran past", string.Concat(Enumerable.Repeat("the moon ", 60))];
        var embeddings = await generator.GenerateAsync(texts);
        int[][] tokens = [.. texts.Select(text => (int[])[.. Samples.Words.EncodeDetailed(text, options: new() { AddSpecial = true }).Tokens.Select(t => t.Id).Take(63), 5])];
        var vectors = new Embedder(network, pooling, normalised).Embed([.. tokens.Select(text => (ReadOnlyMemory<int>)text)]);
        for (var i = 0; i < texts.Length; i++)
            Assert.Equal(vectors[i], embeddings[i].Vector.ToArray(), (a, b) => Math.Abs(a - b) < 1e-5);
        Assert.Equal((64, tokens.Sum(text => text.Length)), (tokens[1].Length, embeddings.Usage!.InputTokenCount));
        Assert.Equal(expected, await answering);
    }

    [Fact]
    public async Task WhatItCannotDoIsRefused()
    {
        using var generator = Small.AsEmbeddingGenerator(Words);
        foreach (var options in (EmbeddingGenerationOptions[])[new() { Dimensions = 1 }, new() { ModelId = "other" }, new() { AdditionalProperties = new() { ["a"] = 1 } }])
            await Assert.ThrowsAsync<InkstoneRequestException>(() => generator.GenerateAsync(["x"], options));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => generator.GenerateAsync(["x"], null, new CancellationToken(true)));
        Assert.Single(await generator.GenerateAsync(["x"], new() { Dimensions = 64, ModelId = "bert" }));
        using var strict = Small.AsEmbeddingGenerator(Words, new() { Truncation = TextTruncation.Refuse });
        var error = await Assert.ThrowsAsync<InkstoneRequestException>(() => strict.GenerateAsync(["x", "too long a text for this one"]));
        Assert.Contains("values[1]", error.Message, StringComparison.Ordinal);
        Assert.Throws<InkstoneRequestException>(() => Small.AsEmbeddingGenerator(Words, new() { EndToken = Words.VocabularySize }));
        Assert.Throws<InkstoneRequestException>(() => Start(Samples.EncoderDecoder(64)).AsEmbeddingGenerator());
    }

    [Fact]
    public async Task CancellingEndsTheWorkBetweenTexts()
    {
        using var generator = Small.AsEmbeddingGenerator(Words);
        using var cancel = new CancellationTokenSource();
        var asked = 0;
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => generator.GenerateAsync(Texts(), null, cancel.Token));
        Assert.InRange(asked, 100, 132);
        Assert.Single(await generator.GenerateAsync(["x"]));

        IEnumerable<string> Texts()
        {
            for (; asked < 10_000; asked++)
            {
                if (asked == 100)
                    cancel.Cancel();
                yield return "x";
            }
        }
    }
}
