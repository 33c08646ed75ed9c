using Inkstone.Foundation.Errors;

namespace Inkstone.Inference.Tests;

public sealed class SamplerTests
{
    private static readonly float[] Logits = [1f, 3f, 2f, 3f, -1f, float.NegativeInfinity];

    [Fact]
    public void GreedyTakesTheMostProbableAndTheLowerIdOfATie() =>
        Assert.Equal(1, new Sampler().Choose(Logits, SamplingOptions.Greedy, [], 0).Token);

    [Fact]
    public void TheLogProbabilityIsTheModelsOwn()
    {
        var options = new SamplingOptions { Temperature = 0.3, TopK = 1 };
        var expected = 3 - Math.Log(Math.Exp(1) + 2 * Math.Exp(3) + Math.Exp(2) + Math.Exp(-1));
        Assert.Equal(expected, new Sampler().Choose(Logits, options, [], 0).LogProbability, 1e-9);
    }

    [Fact]
    public void DrawsFollowTheSoftmax()
    {
        var sampler = new Sampler();
        var counts = new int[6];
        for (var i = 0; i < 40_000; i++)
            counts[sampler.Choose(Logits, new SamplingOptions { Seed = 9 }, [], i).Token]++;
        var sum = Logits.Sum(z => Math.Exp(z));
        for (var i = 0; i < 6; i++)
            Assert.Equal(Math.Exp(Logits[i]) / sum, counts[i] / 40_000.0, 0.01);
        Assert.Equal(0, counts[5]);
    }

    [Theory]
    [InlineData(2, 1.0, 0.0, new[] { 1, 3 })]
    [InlineData(3, 1.0, 0.0, new[] { 1, 2, 3 })]
    [InlineData(0, 0.5, 0.0, new[] { 1, 3 })]
    [InlineData(0, 0.3, 0.0, new[] { 1 })]
    [InlineData(0, 1.0, 0.3, new[] { 1, 2, 3 })]
    [InlineData(0, 1.0, 0.5, new[] { 1, 3 })]
    public void OnlyTheAllowedTokensAreDrawn(int topK, double topP, double minP, int[] allowed)
    {
        var sampler = new Sampler();
        var options = new SamplingOptions { TopK = topK, TopP = topP, MinP = minP, Seed = 4 };
        var drawn = Enumerable.Range(0, 2_000).Select(i => sampler.Choose(Logits, options, [], i).Token).Distinct().Order();
        Assert.Equal(allowed, drawn);
    }

    [Fact]
    public void RepeatedTokensBecomeLessLikely()
    {
        var options = new SamplingOptions { Temperature = 0, RepetitionPenalty = 2 };
        Assert.Equal(2, new Sampler().Choose(Logits, options, [1, 3, 3], 0).Token);
    }

    [Fact]
    public void AScoreThatIsNotANumberIsAnError() =>
        Assert.Throws<InkstoneNumericException>(() => new Sampler().Choose([1f, float.NaN], SamplingOptions.Greedy, [], 0));

    [Fact]
    public void NoFiniteScoreIsAnError() =>
        Assert.Throws<InkstoneNumericException>(() => new Sampler().Choose([float.NegativeInfinity], SamplingOptions.Greedy, [], 0));

    [Theory]
    [InlineData(-0.1, 0, 1.0, 0.0, 1.0)]
    [InlineData(double.NaN, 0, 1.0, 0.0, 1.0)]
    [InlineData(1.0, -1, 1.0, 0.0, 1.0)]
    [InlineData(1.0, 0, 0.0, 0.0, 1.0)]
    [InlineData(1.0, 0, 1.1, 0.0, 1.0)]
    [InlineData(1.0, 0, 1.0, 2.0, 1.0)]
    [InlineData(1.0, 0, 1.0, 0.0, 0.0)]
    public void OptionsOutOfRangeAreRefused(double temperature, int topK, double topP, double minP, double penalty)
    {
        var options = new SamplingOptions { Temperature = temperature, TopK = topK, TopP = topP, MinP = minP, RepetitionPenalty = penalty };
        Assert.Throws<InkstoneRequestException>(options.Validate);
    }
}
