using Inkstone.Foundation.Randomness;

namespace Inkstone.Inference.Tests;

/// <summary>Each step, and all of them together, against the naive oracle and against numbers worked by hand.</summary>
public sealed class SamplerStepTests
{
    private static readonly SamplingOptions[] Kinds =
    [
        new(),
        new() { Temperature = 0 },
        new() { Temperature = 0.4 },
        new() { TopK = 5 },
        new() { TopK = 40 },
        new() { TopP = 0.9 },
        new() { TopP = 0.2 },
        new() { TopP = 0.999999 },
        new() { MinP = 0.1 },
        new() { TypicalP = 0.9 },
        new() { TypicalP = 0.2 },
        new() { TopNSigma = 1.5 },
        new() { XtcProbability = 1, XtcThreshold = 0.05 },
        new() { XtcProbability = 0.5, XtcThreshold = 0.1 },
        new() { RepetitionPenalty = 1.3 },
        new() { RepetitionPenalty = 0.7, RepetitionWindow = 4 },
        new() { PresencePenalty = 1.5 },
        new() { FrequencyPenalty = 0.6 },
        new() { PresencePenalty = -1, FrequencyPenalty = 0.3 },
        new() { DryMultiplier = 0.8 },
        new() { DryMultiplier = 2, DryAllowedLength = 1, DryBase = 2, DryBreakTokens = [0, 3] },
        new() { DryMultiplier = 1, DryAllowedLength = 1, DryWindow = 9 },
        new() { LogitBias = new Dictionary<int, double> { [0] = 5, [2] = -100, [3] = 100 } },
        new()
        {
            LogitBias = new Dictionary<int, double> { [1] = 2 }, RepetitionPenalty = 1.1, PresencePenalty = 0.2, FrequencyPenalty = 0.1, DryMultiplier = 0.5, TopNSigma = 3,
            TopK = 30, TypicalP = 0.95, TopP = 0.9, MinP = 0.02, XtcProbability = 0.5, Temperature = 0.8,
        },
        new() { TypicalP = 0.7, TopK = 12, TopP = 0.8, MinP = 0.2, Temperature = 1.7 },
    ];

    public static TheoryData<int> KindNumbers() => [.. Enumerable.Range(0, Kinds.Length)];

    [Theory, MemberData(nameof(KindNumbers))]
    public void TheDistributionIsTheOracles(int kind)
    {
        var sampler = new Sampler();
        for (var seed = 0; seed < 60; seed++)
        {
            var cursor = Rng.From(seed).Split("steps").Cursor();
            var options = Kinds[kind] with { Seed = seed };
            var vocabulary = 4 + cursor.NextInt(300);
            var spread = 1 + cursor.NextInt(4);
            // scores on a coarse grid have many ties
            var logits = Enumerable.Range(0, vocabulary).Select(_ => seed % 3 == 0 ? cursor.NextInt(9) - 4 : (cursor.NextUniform() - 0.5f) * 4 * spread).ToArray();
            var tokens = Enumerable.Range(0, cursor.NextInt(40)).Select(_ => cursor.NextInt(Math.Min(vocabulary, seed % 2 == 0 ? 4 : 30))).ToArray();
            var promptLength = cursor.NextInt(tokens.Length + 1);
            var expected = NaiveSampler.Distribution(logits, options, tokens, promptLength, options.Stream("xtc").DoubleAt(7));
            var proposal = new Proposal();
            sampler.Propose(logits, new SamplerInput(options, tokens, promptLength, 7), proposal);
            var found = proposal.Tokens.ToArray().Zip(proposal.Probabilities.ToArray()).ToDictionary(p => p.First, p => p.Second);
            Assert.True(expected.Keys.Order().SequenceEqual(found.Keys.Order()), $"seed {seed}: {string.Join(' ', expected.Keys.Except(found.Keys))} | {string.Join(' ', found.Keys.Except(expected.Keys))}");
            Assert.All(expected, pair => Assert.Equal(pair.Value, found[pair.Key], 1e-9));
        }
    }

    [Fact]
    public void PenaltiesAsWorkedByHand()
    {
        // token 1 stands twice in the output, token 2 in the prompt alone
        int[] tokens = [2, 0, 1, 1];
        Assert.Equal([2.0 / 1.5, 3 / 1.5, -1 * 1.5, 4], Scores([2, 3, -1, 4], new() { RepetitionPenalty = 1.5 }, tokens, 1), Nearly);
        Assert.Equal([2.0 - 0.5, 3 - 0.5, -1, 4], Scores([2, 3, -1, 4], new() { PresencePenalty = 0.5 }, tokens, 1), Nearly);
        Assert.Equal([2.0 - 0.25, 3 - 0.5, -1, 4], Scores([2, 3, -1, 4], new() { FrequencyPenalty = 0.25 }, tokens, 1), Nearly);
        Assert.Equal([2.0, 3 - 0.5, -1, 4], Scores([2, 3, -1, 4], new() { FrequencyPenalty = 0.25 }, tokens, 2), Nearly);
    }

    [Fact]
    public void DryAsWorkedByHand()
    {
        // … 1 2 3 0 … 1 2 3: a 0 would repeat four tokens, of which three stand already
        int[] tokens = [1, 2, 3, 0, 3, 1, 2, 3];
        Assert.Equal([-0.8 * 1.75, 0, 0, 0], Scores([0, 0, 0, 0], new() { DryMultiplier = 0.8 }, tokens, 0), Nearly);
        // the 3 was followed by a 0 and, a length of one being allowed to count, by a 1
        Assert.Equal([-0.8 * 1.75 * 1.75, -0.8, 0, 0], Scores([0, 0, 0, 0], new() { DryMultiplier = 0.8, DryAllowedLength = 1 }, tokens, 0), Nearly);
        // a break at 2 leaves a repeat of one
        Assert.Equal([-0.8, -0.8, 0, 0], Scores([0, 0, 0, 0], new() { DryMultiplier = 0.8, DryAllowedLength = 1, DryBreakTokens = [2] }, tokens, 0), Nearly);
        Assert.Equal([0, 0, 0, 0], Scores([0, 0, 0, 0], new() { DryMultiplier = 0.8, DryBreakTokens = [2] }, tokens, 0), Nearly);
    }

    [Fact]
    public void ALongRepeatIsNoOverflow()
    {
        var scores = Scores([0, 0], new() { DryMultiplier = 100, DryBase = 10 }, Enumerable.Repeat(1, 4_000).ToArray(), 0);
        Assert.True(double.IsFinite(scores[1]) && scores[1] < -1e30);
    }

    [Fact]
    public void FiltersAsWorkedByHand()
    {
        // probabilities 0.5, 0.25, 0.125, 0.125
        float[] logits = [MathF.Log(4), MathF.Log(2), 0, 0];
        Assert.Equal([0, 1], Kept(logits, new() { TopP = 0.7 }));
        Assert.Equal([0, 1, 2], Kept(logits, new() { TopP = 0.8 }));
        Assert.Equal([0, 1], Kept(logits, new() { MinP = 0.45 }));
        Assert.Equal([0, 1, 2], Kept(logits, new() { TopK = 3 }));
        // entropy 1.75 bits; informations 1, 2, 3, 3 bits: distances 0.75, 0.25, 1.25, 1.25
        Assert.Equal([1], Kept(logits, new() { TypicalP = 0.2 }));
        Assert.Equal([0, 1], Kept(logits, new() { TypicalP = 0.6 }));
        Assert.Equal([0, 1, 2], Kept(logits, new() { TypicalP = 0.8 }));
        // mean ln 8 / 4 = 0.52, deviation √((0.866² + 0.173² + 2 · 0.52²) / 4) = 0.574
        Assert.Equal([0], Kept(logits, new() { TopNSigma = 1 }));
        Assert.Equal([0, 1], Kept(logits, new() { TopNSigma = 1.3 }));
        Assert.Equal([1, 2, 3], Kept(logits, new() { XtcProbability = 1, XtcThreshold = 0.2 }));
        Assert.Equal([3], Kept(logits, new() { XtcProbability = 1, XtcThreshold = 0.1 }));
        Assert.Equal([0, 1, 2, 3], Kept(logits, new() { XtcProbability = 1, XtcThreshold = 0.3 }));
    }

    [Fact]
    public void SelectionIsTheFrontOfASort()
    {
        for (var seed = 0; seed < 200; seed++)
        {
            var cursor = Rng.From(seed).Cursor();
            var logits = Enumerable.Range(0, 1 + cursor.NextInt(500)).Select(_ => (float)cursor.NextInt(seed % 2 == 0 ? 20 : 100_000)).ToArray();
            var count = 1 + cursor.NextInt(logits.Length);
            var candidates = new Candidates();
            candidates.Reset(logits);
            candidates.KeepHighest(count);
            Assert.Equal(Enumerable.Range(0, logits.Length).OrderByDescending(i => logits[i]).ThenBy(i => i).Take(count), candidates.Tokens.ToArray());
            Assert.Equal(candidates.Tokens.ToArray().Select(t => (double)logits[t]), candidates.Scores.ToArray());
        }
    }

    [Fact]
    public void TheMostProbableAreTheFrontOfASort()
    {
        for (var seed = 0; seed < 100; seed++)
        {
            var cursor = Rng.From(seed).Cursor();
            var logits = Enumerable.Range(0, 1 + cursor.NextInt(100)).Select(_ => (float)cursor.NextInt(30)).ToArray();
            var normaliser = LogProbabilities.Normaliser(logits);
            var highest = logits.Max();
            Assert.Equal(highest + Math.Log(logits.Sum(z => Math.Exp(z - highest))), normaliser, 1e-12);
            var expected = Enumerable.Range(0, logits.Length).OrderByDescending(i => logits[i]).ThenBy(i => i).Take(20);
            var top = LogProbabilities.Top(logits, normaliser, 20);
            Assert.Equal(expected, top.Select(t => t.Token));
            Assert.All(top, t => Assert.Equal(logits[t.Token] - normaliser, t.LogProbability));
        }
        Assert.Empty(LogProbabilities.Top([1f, 2f], 3, 0));
    }

    private static bool Nearly(double expected, double actual) => Math.Abs(expected - actual) < 1e-6;

    /// <summary>The scores after the steps that change some, up to a constant that leaves the last token's as it was.</summary>
    private static double[] Scores(float[] logits, SamplingOptions options, int[] tokens, int promptLength)
    {
        var candidates = new Candidates();
        candidates.Reset(logits);
        foreach (var step in (ISamplerStep[])[new LogitBiasStep(), new RepetitionPenaltyStep(), new OutputPenaltyStep(), new DryStep()])
            step.Apply(candidates, new SamplerInput(options, tokens, promptLength));
        return candidates.Scores.ToArray();
    }

    private static int[] Kept(float[] logits, SamplingOptions options)
    {
        var proposal = new Proposal();
        new Sampler().Propose(logits, new SamplerInput(options), proposal);
        return [.. proposal.Tokens.ToArray().Order()];
    }
}
