using Inkstone.Foundation.Errors;

namespace Inkstone.Inference.Tests;

public sealed class SamplerTests
{
    private static readonly float[] Logits = [1f, 3f, 2f, 3f, -1f, float.NegativeInfinity];

    [Fact]
    public void GreedyTakesTheMostProbableAndTheLowerIdOfATie() =>
        Assert.Equal(1, new Sampler().Choose(Logits, new SamplerInput(SamplingOptions.Greedy)).Token);

    [Fact]
    public void TheLogProbabilityIsTheModelsOwn()
    {
        var options = new SamplingOptions { Temperature = 0.3, TopK = 1 };
        var expected = 3 - Math.Log(Math.Exp(1) + 2 * Math.Exp(3) + Math.Exp(2) + Math.Exp(-1));
        Assert.Equal(expected, new Sampler().Choose(Logits, new SamplerInput(options)).LogProbability, 1e-9);
    }

    [Fact]
    public void DrawsFollowTheSoftmax()
    {
        var sampler = new Sampler();
        var counts = new int[6];
        for (var i = 0; i < 40_000; i++)
            counts[sampler.Choose(Logits, new SamplerInput(new SamplingOptions { Seed = 9 }, drawn: i)).Token]++;
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
        var drawn = Enumerable.Range(0, 2_000).Select(i => sampler.Choose(Logits, new SamplerInput(options, drawn: i)).Token).Distinct().Order();
        Assert.Equal(allowed, drawn);
    }

    [Fact]
    public void RepeatedTokensBecomeLessLikely()
    {
        var options = new SamplingOptions { Temperature = 0, RepetitionPenalty = 2 };
        Assert.Equal(2, new Sampler().Choose(Logits, new SamplerInput(options, [1, 3, 3])).Token);
    }

    [Fact]
    public void AScoreThatIsNotANumberIsAnError() =>
        Assert.Throws<InkstoneNumericException>(() => new Sampler().Choose([1f, float.NaN], new SamplerInput(SamplingOptions.Greedy)));

    [Fact]
    public void NoFiniteScoreIsAnError() =>
        Assert.Throws<InkstoneNumericException>(() => new Sampler().Choose([float.NegativeInfinity], new SamplerInput(SamplingOptions.Greedy)));

    public static TheoryData<SamplingOptions> OutOfRange() =>
    [
        new() { Temperature = -0.1 },
        new() { Temperature = double.NaN },
        new() { TopK = -1 },
        new() { TopP = 0 },
        new() { TopP = 1.1 },
        new() { MinP = 2 },
        new() { TypicalP = 0 },
        new() { TopNSigma = -1 },
        new() { XtcProbability = 1.1 },
        new() { XtcThreshold = -0.1 },
        new() { RepetitionPenalty = 0 },
        new() { RepetitionWindow = -1 },
        new() { PresencePenalty = 2.1 },
        new() { FrequencyPenalty = -2.1 },
        new() { DryMultiplier = -1 },
        new() { DryBase = 0.9 },
        new() { DryAllowedLength = 0 },
        new() { DryWindow = -1 },
        new() { LogitBias = new Dictionary<int, double> { [1] = 101 } },
        new() { LogitBias = new Dictionary<int, double> { [-1] = 1 } },
        new() { LogitBias = Enumerable.Range(0, 1_025).ToDictionary(i => i, _ => 1.0) },
    ];

    [Theory, MemberData(nameof(OutOfRange))]
    public void OptionsOutOfRangeAreRefused(SamplingOptions options) => Assert.Throws<InkstoneRequestException>(options.Validate);

    [Fact]
    public void ATokenOutsideATokenizerIsNotDrawnButCounts()
    {
        var drawn = new Sampler().Choose([0f, 1f, 5f], new SamplerInput(SamplingOptions.Greedy) { TokenCount = 2 });
        Assert.Equal(1, drawn.Token);
        Assert.Equal(1 - Math.Log(1 + Math.E + Math.Exp(5)), drawn.LogProbability, 1e-9);
    }

    [Fact]
    public void AShortAnswerDoesNotEnd()
    {
        var input = new SamplerInput(SamplingOptions.Greedy) { EndTokens = [1, 3], IsTooShort = true };
        Assert.Equal(2, new Sampler().Choose(Logits, input).Token);
    }

    [Fact]
    public void AConstraintIsHonoured()
    {
        var sampler = new Sampler();
        Assert.Equal(2, sampler.Choose(Logits, Constrained(new Only(mayEnd: false, 0, 2))).Token);
        // tokens that end the answer are the constraint's end, whatever it says of them
        Assert.Equal(0, sampler.Choose(Logits, Constrained(new Only(mayEnd: false, 0, 1))).Token);
        Assert.Equal(1, sampler.Choose(Logits, Constrained(new Only(mayEnd: true, 0))).Token);
        Assert.Equal(1, sampler.Choose(Logits, Constrained(new Only(mayEnd: true))).Token);
        Assert.Equal(-1, sampler.Choose(Logits, new SamplerInput(SamplingOptions.Greedy) { Constraint = new Only(mayEnd: true) }).Token);
        Assert.Throws<InkstoneRequestException>(() => sampler.Choose(Logits, Constrained(new Only(mayEnd: false))));

        static SamplerInput Constrained(ITokenConstraint constraint) => new(SamplingOptions.Greedy) { Constraint = constraint, EndTokens = new[] { 1 } };
    }

    [Fact]
    public void ASmallTemperatureIsNoOverflow() =>
        Assert.Contains(new Sampler().Choose(Logits, new SamplerInput(new SamplingOptions { Temperature = 1e-320 })).Token, new[] { 1, 3 });

    [Theory]
    [InlineData(0.9)]
    [InlineData(0.2)]
    public void JudgedProposalsFollowTheModelsDistribution(double temperature)
    {
        // Leviathan et al. 2023: whatever the draft model is, what comes out is distributed as the target
        float[] draft = [2f, 0f, 1f, -1f, 1.5f, 0f];
        var options = new SamplingOptions { Temperature = temperature, TopK = 4 };
        var expected = NaiveSampler.Distribution(Logits, options, [], 0, 0);
        var (sampler, proposal, counts, accepted) = (new Sampler(), new Proposal(), new int[6], 0);
        const int Draws = 60_000;
        for (var i = 0; i < Draws; i++)
        {
            var input = new SamplerInput(options with { Seed = 77 }, drawn: i);
            sampler.Propose(draft, input, proposal);
            var token = sampler.Judge(Logits, input, proposal).Token;
            counts[token]++;
            accepted += token == proposal.Token ? 1 : 0;
        }
        var statistic = expected.Sum(p => (counts[p.Key] - Draws * p.Value) * (counts[p.Key] - Draws * p.Value) / (Draws * p.Value));
        Assert.True(statistic < 16.27, $"chi-square {statistic} with 3 degrees of freedom"); // p = 0.001
        Assert.Equal(Draws, expected.Keys.Sum(t => counts[t]));
        // the share accepted is Σ min(p, q)
        var q = NaiveSampler.Distribution(draft, options, [], 0, 0);
        Assert.Equal(expected.Sum(p => Math.Min(p.Value, q.GetValueOrDefault(p.Key))), accepted / (double)Draws, 0.01);
    }

    private sealed class Only(bool mayEnd, params int[] tokens) : ITokenConstraint
    {
        public bool MayEnd => mayEnd;

        public void Allow(Span<ulong> mask)
        {
            foreach (var token in tokens)
                mask[token / 64] |= 1UL << token;
        }

        public void Accept(int token)
        {
        }

        public ITokenConstraint Fork() => this;
    }
}
