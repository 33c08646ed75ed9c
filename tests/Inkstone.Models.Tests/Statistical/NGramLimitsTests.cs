using Inkstone.Foundation.Errors;

namespace Inkstone.Models.Tests.Statistical;

public sealed class NGramLimitsTests
{
    [Theory]
    [InlineData(0, 10, "Order")]
    [InlineData(3, 0, "VocabularySize")]
    [InlineData(8, 257, "Order")]            // 8 × 9 bits
    [InlineData(4, (1 << 16) + 1, "Order")]  // 4 × 17 bits
    public void OptionsOutOfRangeAreNamed(int order, int vocabularySize, string option)
    {
        var error = Assert.Throws<InkstoneRequestException>(() => new NGramTrainer(new(order, vocabularySize)));
        Assert.Contains($"NGramOptions.{option}", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0)]
    [InlineData((1L << 34) + 1)]
    public void AMemoryLimitOutOfRangeIsNamed(long bytes)
    {
        var error = Assert.Throws<InkstoneRequestException>(() => new NGramOptions(2, 10) { MaximumBytes = bytes }.Validate());
        Assert.Contains("MaximumBytes", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(7, 257)]
    [InlineData(4, 1 << 16)]
    [InlineData(3, 1 << 21)]
    [InlineData(64, 2)]
    [InlineData(64, 1)]
    [InlineData(1, int.MaxValue)]
    public void KeysMayUseAll64Bits(int order, int vocabularySize)
    {
        var last = vocabularySize - 1;
        int[] document = [last, .. Enumerable.Repeat(last, order + 3), 0];
        var model = SampleCorpus.Train([document], new(order, vocabularySize));
        Assert.InRange(model.Probability(document.AsSpan(..^1), 0), 1e-12, 1);
        var often = model.Probability(document.AsSpan(..^2), last);
        Assert.True(often > model.Probability(document.AsSpan(..^2), last / 2) || vocabularySize <= 2);
    }

    [Fact]
    public void TrainingStaysWithinItsLimitOrSaysSo()
    {
        var documents = SampleCorpus.Make(seed: 11, 3_000, 500, 60);
        var model = SampleCorpus.Train(documents, new(3, 500));
        Assert.InRange(model.TableBytes, 1, model.TrainingPeakBytes);

        var exact = SampleCorpus.Train(documents, new(3, 500) { MaximumBytes = model.TrainingPeakBytes });
        Assert.Equal(model.TrainingPeakBytes, exact.TrainingPeakBytes);
        var error = Assert.Throws<InkstoneResourceException>(() =>
            SampleCorpus.Train(documents, new(3, 500) { MaximumBytes = model.TrainingPeakBytes - 1 }));
        Assert.Contains("MaximumBytes", error.Message, StringComparison.Ordinal);
        Assert.Equal(5, error.ExitCode);
    }

    [Fact]
    public void MemoryFollowsDistinctNGramsNotText()
    {
        var documents = SampleCorpus.Make(seed: 12, 50, 20, 40);
        long Peak(int repeats)
        {
            var trainer = new NGramTrainer(new(3, 20), bufferKeys: 4_096);
            for (var i = 0; i < repeats; i++)
                documents.ForEach(d => trainer.Add(d));
            return trainer.Build().TrainingPeakBytes;
        }
        Assert.Equal(Peak(100), Peak(500));
    }

    [Fact]
    public void NothingToPredictIsAnError()
    {
        Assert.Throws<InkstoneRequestException>(() => NGramModel.Train([], [], new(2, 3)));
        Assert.Throws<InkstoneRequestException>(() => NGramModel.Train([0, 0], [0, 1], new(2, 3)));
    }

    [Fact]
    public void ATrainerBuildsOnce()
    {
        var trainer = new NGramTrainer(new(2, 3));
        trainer.Add([0, 1, 0]);
        trainer.Build();
        Assert.Throws<InvalidOperationException>(() => trainer.Build());
        Assert.Throws<InvalidOperationException>(() => trainer.Add([0, 1, 0]));
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(3)]
    public void AnIdOutsideTheVocabularyIsNamed(int id)
    {
        var model = SampleCorpus.Train([[0, 1, 2, 0]], new(2, 3));
        var error = Assert.Throws<InkstoneRequestException>(() => model.LogProbabilities([0, id], [0], new float[2]));
        Assert.Contains($"{id} at index 1", error.Message, StringComparison.Ordinal);
        Assert.Throws<InkstoneRequestException>(() => model.Probability([0], id));
        Assert.Throws<InkstoneRequestException>(() => model.Probability([id], 0));
        Assert.Throws<InkstoneRequestException>(() => NGramModel.Train([0, id], [0], new(2, 3)));
    }

    [Theory]
    [InlineData(4, 4, 1)]       // does not begin at 0
    [InlineData(4, 4, 0, 2, 2)] // an empty document
    [InlineData(4, 4, 0, 4)]    // begins after the last token
    [InlineData(4, 4)]          // no starts
    [InlineData(4, 3, 0)]       // an output too short
    [InlineData(0, 0, 0)]       // a start without tokens
    public void SpansThatDoNotFitAreRefused(int tokens, int outputs, params int[] starts)
    {
        var model = SampleCorpus.Train([[0, 1, 2, 0]], new(2, 3));
        Assert.Throws<InkstoneShapeException>(() => model.LogProbabilities(new int[tokens], starts, new float[outputs]));
    }

    [Fact]
    public void NothingIsScoredAsNothing()
    {
        var model = SampleCorpus.Train([[0, 1, 2, 0]], new(2, 3));
        model.LogProbabilities([], [], []);
        Assert.Throws<InkstoneShapeException>(() => model.Distribution([0], new double[2]));
        Assert.Throws<ArgumentOutOfRangeException>(() => model.NGramCount(3));
        Assert.Throws<ArgumentOutOfRangeException>(() => model.Discounts(0));
    }
}
