using Inkstone.Foundation.Randomness;

namespace Inkstone.Models.Tests.Statistical;

public sealed class NGramModelTests
{
    [Fact]
    public void AHandWorkedBigramModel()
    {
        // Documents "ab" and "aa" over border = 0, a = 1, b = 2. Too small for estimated discounts: 0.5, 1, 1.5 are used.
        // Bigrams: (border a) 2, (a b) 1, (b border) 1, (a a) 1, (a border) 1.
        // Tokens by what they follow: a after border and a = 2, b after a = 1, border after b and a = 2; 5 in all.
        // Unigrams: γ = (1 + 0.5 + 1) / 5 = 1/2, so P(a) = P(border) = (2 − 1)/5 + 1/2 · 1/3 = 11/30, P(b) = 0.5/5 + 1/6 = 8/30.
        // After a: γ = 3 · 0.5 / 3 = 1/2; P(b | a) = 0.5/3 + 1/2 · 8/30 = 3/10; P(a | a) = P(border | a) = 1/6 + 1/2 · 11/30 = 7/20.
        // After border: γ = 1/2; P(a | border) = (2 − 1)/2 + 1/2 · 11/30 = 41/60. After b: P(border | b) = 0.5 + 1/2 · 11/30 = 41/60.
        var model = SampleCorpus.Train([[0, 1, 2, 0], [0, 1, 1, 0]], new(Order: 2, VocabularySize: 3));

        Assert.Equal(KneserNeyDiscounts.Default, model.Discounts(1));
        Assert.Equal(KneserNeyDiscounts.Default, model.Discounts(2));
        Assert.Equal(3, model.NGramCount(1));
        Assert.Equal(5, model.NGramCount(2));
        Assert.Equal(6, model.TrainingTokenCount);
        Assert.Equal(11 / 30.0, model.Probability([], 1), 1e-15);
        Assert.Equal(8 / 30.0, model.Probability([], 2), 1e-15);
        Assert.Equal(3 / 10.0, model.Probability([1], 2), 1e-15);
        Assert.Equal(7 / 20.0, model.Probability([1], 1), 1e-15);
        Assert.Equal(7 / 20.0, model.Probability([1], 0), 1e-15);
        Assert.Equal(41 / 60.0, model.Probability([0], 1), 1e-15);
        Assert.Equal(4 / 30.0, model.Probability([0], 2), 1e-15);
        Assert.Equal(41 / 60.0, model.Probability([2], 0), 1e-15);

        var logProbabilities = new float[4];
        model.LogProbabilities([0, 1, 2, 0], [0], logProbabilities);
        Assert.Equal(0, logProbabilities[0]);
        Assert.Equal(Math.Log(41 / 60.0 * 3 / 10 * 41 / 60), logProbabilities.Sum(), 1e-6);
    }

    [Fact]
    public void AHandWorkedUnigramModelWithEstimatedDiscounts()
    {
        // Four tokens once, two twice, one three times, one four times: 15 in all. n = 4, 2, 1, 1: Y = 1/2 and
        // D = 1 − 2·½·2/4, 2 − 3·½·1/2, 3 − 4·½·1/1 = 0.5, 1.25, 1; γ = (4 · 0.5 + 2 · 1.25 + 2 · 1) / 15 = 6.5/15 over 9 ids.
        int[] document = [0, 1, 2, 3, 4, 5, 5, 6, 6, 7, 7, 7, 8, 8, 8, 8];
        var model = SampleCorpus.Train([document], new(Order: 1, VocabularySize: 9));

        Assert.Equal(new KneserNeyDiscounts(0.5, 1.25, 1), model.Discounts(1));
        Assert.Equal(6.5 / 135, model.Probability([], 0), 1e-15); // BOS, given and never predicted, has the uniform share alone
        Assert.Equal(0.5 / 15 + 6.5 / 135, model.Probability([], 1), 1e-15);
        Assert.Equal(0.75 / 15 + 6.5 / 135, model.Probability([], 5), 1e-15);
        Assert.Equal(2.0 / 15 + 6.5 / 135, model.Probability([], 7), 1e-15);
        Assert.Equal(3.0 / 15 + 6.5 / 135, model.Probability([], 8), 1e-15);
    }

    [Theory]
    [InlineData(1, 12, 40, 12)]
    [InlineData(2, 12, 40, 12)]
    [InlineData(3, 12, 60, 20)]
    [InlineData(3, 40, 60, 40)]
    [InlineData(4, 6, 40, 30)]
    [InlineData(5, 9, 50, 30)]
    [InlineData(5, 4, 3, 2)] // documents shorter than the order
    public void AgreesWithTheDefinition(int order, int vocabularySize, int documentCount, int longest)
    {
        var documents = SampleCorpus.Make(seed: order, documentCount, vocabularySize, longest);
        var model = SampleCorpus.Train(documents, new(order, vocabularySize));
        var oracle = new NaiveKneserNey(documents, order, vocabularySize);

        for (var length = 1; length <= order; length++)
        {
            var expected = oracle.Discounts(length);
            var found = model.Discounts(length);
            Assert.Equal(expected[1], found.Once, 1e-12);
            Assert.Equal(expected[2], found.Twice, 1e-12);
            Assert.Equal(expected[3], found.Often, 1e-12);
        }
        foreach (var history in Histories(documents.Take(4), vocabularySize, order).Take(60))
            for (var token = 0; token < vocabularySize; token++)
                Assert.Equal(oracle.Probability(history, token), model.Probability(history, token), 1e-12);
    }

    [Fact]
    public void TheSampleCorpusExercisesEstimatedDiscounts()
    {
        var documents = SampleCorpus.Make(seed: 3, 60, 40, 40);
        Assert.NotEqual([0, 0.5, 1, 1.5], new NaiveKneserNey(documents, 3, 40).Discounts(3));
    }

    [Theory]
    [InlineData(1, 5)]
    [InlineData(2, 300)]
    [InlineData(3, 50)]
    [InlineData(5, 30)]
    [InlineData(4, 65_536)]
    public void ProbabilitiesOfEveryContextSumToOne(int order, int vocabularySize)
    {
        var documents = SampleCorpus.Make(seed: 100 + order, 40, vocabularySize, 50);
        var model = SampleCorpus.Train(documents, new(order, vocabularySize));
        var distribution = new double[vocabularySize];
        var some = vocabularySize > 1_000 ? documents.Take(1) : documents;
        foreach (var history in Histories(some, vocabularySize, order))
        {
            model.Distribution(history, distribution);
            Assert.Equal(1.0, distribution.Sum(), 1e-9);
            Assert.True(distribution.Min() > 0);
            foreach (var token in new[] { 0, vocabularySize / 2, vocabularySize - 1 })
                Assert.Equal(distribution[token], model.Probability(history, token), 1e-15);
        }
    }

    [Fact]
    public void ScoresEachDocumentAlone()
    {
        var documents = SampleCorpus.Make(seed: 7, 30, 20, 25);
        var model = SampleCorpus.Train(documents, new(3, 20));
        var (tokens, starts) = SampleCorpus.Flatten(documents);
        var together = new float[tokens.Length];
        model.LogProbabilities(tokens, starts, together);
        for (var d = 0; d < documents.Count; d++)
        {
            var document = documents[d];
            Assert.Equal(0, together[starts[d]]);
            for (var i = 1; i < document.Length; i++)
                Assert.Equal((float)Math.Log(model.Probability(document.AsSpan(..i), document[i])), together[starts[d] + i]);
        }
    }

    [Fact]
    public void HistoryBeyondTheContextDoesNotMatter()
    {
        var model = SampleCorpus.Train(SampleCorpus.Make(seed: 8, 30, 20, 25), new(3, 20));
        Assert.Equal(2, model.ContextLength);
        Assert.Equal(model.Probability([5, 6], 7), model.Probability([1, 2, 3, 4, 5, 6], 7));
    }

    [Fact]
    public void FlatAndStreamedTrainingGiveTheSameModel()
    {
        var documents = SampleCorpus.Make(seed: 9, 200, 30, 40);
        var options = new NGramOptions(4, 30);
        var (tokens, starts) = SampleCorpus.Flatten(documents);
        Assert.Equal(Scores(SampleCorpus.Train(documents, options), tokens, starts), Scores(NGramModel.Train(tokens, starts, options), tokens, starts));
    }

    [Theory]
    [InlineData(1)] // a merge for every key
    [InlineData(7)]
    [InlineData(1_024)]
    [InlineData(2_500)]
    public void TheBufferSizeDoesNotMatter(int bufferKeys)
    {
        var documents = SampleCorpus.Make(seed: 10, 100, 30, 60);
        var options = new NGramOptions(4, 30);
        var (tokens, starts) = SampleCorpus.Flatten(documents);
        var trainer = new NGramTrainer(options, bufferKeys);
        foreach (var document in documents)
            trainer.Add(document);
        Assert.Equal(Scores(SampleCorpus.Train(documents, options), tokens, starts), Scores(trainer.Build(), tokens, starts));
    }

    [Fact]
    public void AByteModelLearnsItsText()
    {
        var document = ByteVocabulary.Encode("the cat sat on the mat; the cat sat on the mat"u8);
        Assert.Equal(ByteVocabulary.Border, document[0]);
        Assert.Equal(ByteVocabulary.Border, document[^1]);
        Assert.Equal('t', document[1]);
        var model = SampleCorpus.Train([document], NGramOptions.ByteOrder5);
        var context = document[..5]; // border, "the "
        Assert.True(model.Probability(context, 'c') > 0.3);
        Assert.True(model.Probability(context, 'z') < 0.01);
    }

    private static float[] Scores(NGramModel model, int[] tokens, int[] starts)
    {
        var scores = new float[tokens.Length];
        model.LogProbabilities(tokens, starts, scores);
        return scores;
    }

    /// <summary>The beginning of a document, every history of some documents, and random ones that were mostly never seen.</summary>
    private static IEnumerable<int[]> Histories(IEnumerable<int[]> documents, int vocabularySize, int order)
    {
        yield return [];
        var cursor = Rng.From(order).Split("histories").Cursor();
        for (var i = 0; i < 20; i++)
            yield return [.. Enumerable.Range(0, cursor.NextInt(order + 2)).Select(_ => cursor.NextInt(vocabularySize))];
        foreach (var document in documents)
            for (var i = 1; i < document.Length; i++)
                yield return document[..i];
    }
}
