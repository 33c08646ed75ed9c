using System.Text;
using Inkstone.Foundation.Errors;
using Inkstone.Models;

namespace Inkstone.Evaluation.Tests;

public sealed class BitsPerByteTests
{
    private static readonly string[] Texts = ["the cat sat", "", "on the mat; the mat sat on the cat", "é and 永"];

    [Fact]
    public void AUniformModelPaysTheSameForEveryTokenAndForDocumentEnds()
    {
        // "ab" and "cde" in 5 bytes: 2 + 1 and 3 + 1 tokens are predicted, each at ln 257 nats.
        var score = BitsPerByte.Measure(new FixedModel(-MathF.Log(257)), [EvaluationDocument.FromBytes("ab"), EvaluationDocument.FromBytes("cde")]);
        Assert.Equal(7, score.TargetTokenCount);
        Assert.Equal(5, score.TextBytes);
        Assert.Equal(2, score.DocumentCount);
        Assert.Equal(7 * Math.Log(257), score.Nats, 1e-5);
        Assert.Equal(7 * Math.Log2(257) / 5, score.BitsPerByte, 1e-6);
        Assert.Equal(257, score.Perplexity, 1e-3);
        Assert.Equal(FixedModel.Context, score.ContextLength);
        Assert.Contains("context of 12 tokens", score.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void BytesAreThoseOfTheTextNotTokens()
    {
        var score = BitsPerByte.Measure(new FixedModel(-1), [new(new[] { 0, 5, 0 }, TextBytes: 7)]);
        Assert.Equal(2 / (Math.Log(2) * 7), score.BitsPerByte, 1e-12);
        Assert.Equal(Math.E, score.Perplexity, 1e-12);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(20)]
    [InlineData(36)]
    [InlineData(BitsPerByte.DefaultBatchTokens)]
    public void TheBatchSizeDoesNotMatter(int batchTokens)
    {
        var documents = Texts.Select(EvaluationDocument.FromBytes).ToArray();
        var model = NGramModel.Train(documents.Take(2).Select(d => d.Tokens), NGramOptions.ByteOrder5);
        var expected = documents.Sum(d => NatsOf(model, d.Tokens.Span));
        var recorder = new FixedModel(-1);
        BitsPerByte.Measure(recorder, documents, batchTokens);

        var score = BitsPerByte.Measure(model, documents, batchTokens);
        Assert.Equal(expected, score.Nats, 1e-4);
        Assert.Equal(Texts.Sum(Encoding.UTF8.GetByteCount), score.TextBytes);
        Assert.All(recorder.Calls, call => Assert.True(call.Tokens <= batchTokens || call.Documents == 1));
        Assert.Equal(documents.Length, recorder.Calls.Sum(c => c.Documents));
    }

    [Fact]
    public void DocumentsAreReadOnceAndBatched()
    {
        var reads = 0;
        IEnumerable<EvaluationDocument> Stream()
        {
            reads++;
            for (var i = 0; i < 100; i++)
                yield return EvaluationDocument.FromBytes("12345678"); // 10 tokens
        }
        var model = new FixedModel(-1);
        BitsPerByte.Measure(model, Stream(), batchTokens: 95);
        Assert.Equal(1, reads);
        Assert.Equal(12, model.Calls.Count);
        Assert.All(model.Calls.SkipLast(1), call => Assert.Equal((90, 9), call));
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(0.5f)]
    [InlineData(float.PositiveInfinity)]
    public void WhatIsNoProbabilityIsRefused(float value)
    {
        var error = Assert.Throws<InkstoneNumericException>(() => BitsPerByte.Measure(new FixedModel(value), [EvaluationDocument.FromBytes("ab")]));
        Assert.Contains(nameof(FixedModel), error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ATokenHeldImpossibleCostsInfinitely() =>
        Assert.Equal(double.PositiveInfinity, BitsPerByte.Measure(new FixedModel(float.NegativeInfinity), [EvaluationDocument.FromBytes("ab")]).BitsPerByte);

    [Fact]
    public void NothingToScoreIsAnError()
    {
        var model = new FixedModel(-1);
        Assert.Throws<InkstoneRequestException>(() => BitsPerByte.Measure(model, []));
        Assert.Throws<InkstoneRequestException>(() => BitsPerByte.Measure(model, [new(new[] { 0 }, 0)]));
        var error = Assert.Throws<InkstoneRequestException>(() => BitsPerByte.Measure(model, [EvaluationDocument.FromBytes("a"), default]));
        Assert.Contains("document 1", error.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => BitsPerByte.Measure(model, [EvaluationDocument.FromBytes("a")], batchTokens: 0));
    }

    private static double NatsOf(NGramModel model, ReadOnlySpan<int> document)
    {
        var nats = 0.0;
        for (var i = 1; i < document.Length; i++)
            nats -= Math.Log(model.Probability(document[..i], document[i]));
        return nats;
    }

    /// <summary>Gives every token but BOS the same logarithm and remembers how it was asked.</summary>
    private sealed class FixedModel(float logProbability) : ILanguageModel
    {
        public const int Context = 12;

        public List<(int Tokens, int Documents)> Calls { get; } = [];

        public int VocabularySize => 257;

        public int ContextLength => Context;

        public void LogProbabilities(ReadOnlySpan<int> tokens, ReadOnlySpan<int> documentStarts, Span<float> logProbabilities)
        {
            Calls.Add((tokens.Length, documentStarts.Length));
            logProbabilities.Fill(logProbability);
            foreach (var start in documentStarts)
                logProbabilities[start] = 0;
        }
    }
}
