using Inkstone.Foundation.Errors;
using Inkstone.Models;

namespace Inkstone.Inference.Tests;

public sealed class SpeculationTests : EngineTest
{
    private static readonly Llama Network = Samples.Llama(256);

    private static readonly Llama Draft = Samples.Draft(256);

    [Theory]
    [InlineData(Speculation.PromptLookup, 0.0)]
    [InlineData(Speculation.PromptLookup, 0.9)]
    [InlineData(Speculation.DraftModel, 0.0)]
    public async Task TheAnswerIsTheSameToTheBit(Speculation speculation, double temperature)
    {
        foreach (var draft in (Model[])[Draft, Network])
        {
            var model = new MeteredModel(Network);
            var engine = Start(model, new EngineOptions { DraftModel = draft });
            var passes = new int[2];
            for (var seed = 0; seed < 6; seed++)
            {
                // a prompt that repeats itself is one that can be looked up
                int[] prompt = [.. Enumerable.Repeat(Samples.Tokens(9, seed), 4).SelectMany(t => t)];
                var options = new GenerationOptions
                {
                    MaxTokens = 80,
                    Temperature = temperature,
                    TopK = 2,
                    Seed = seed,
                    IgnoreEndOfText = true,
                    TopLogProbabilities = 2,
                    RepetitionPenalty = seed == 5 ? 1.2 : 1,
                    DraftLength = 1 + seed,
                };
                var before = model.PassCount;
                var plain = await Pieces(engine, prompt, options);
                var middle = model.PassCount;
                var guessed = await Pieces(engine, prompt, options with { Speculation = speculation });
                passes[0] += middle - before;
                passes[1] += model.PassCount - middle;
                Assert.Equal(plain.Select(p => (p.Token, p.LogProbability, p.Text)), guessed.Select(p => (p.Token, p.LogProbability, p.Text)));
                Assert.Equal(plain.SelectMany(p => p.Top), guessed.SelectMany(p => p.Top));
            }
            // guesses of the model itself all hold
            if (draft == Network && speculation == Speculation.DraftModel)
                Assert.True(passes[1] < passes[0] / 2, $"{passes[1]} passes of {passes[0]}");
        }
    }

    [Fact]
    public async Task DrawsWithADraftModelFollowTheModelsDistribution()
    {
        var model = new MeteredModel(Network);
        var engine = Start(model, new EngineOptions { DraftModel = Draft });
        var prompt = Samples.Tokens(20, 3);
        var options = new GenerationOptions { MaxTokens = 4, TopK = 3, Temperature = 0.8, IgnoreEndOfText = true, Speculation = Speculation.DraftModel, DraftLength = 3 };
        var expected = await Expected(engine, prompt, 4, options);
        var counts = expected.Keys.ToDictionary(key => key, _ => 0);
        var before = model.PassCount;
        const int Draws = 64 * 160;
        for (var seed = 0; seed < Draws / 64; seed++)
        {
            var pieces = await Pieces(engine, prompt, options with { Seed = seed, AnswerCount = 64 });
            foreach (var answer in pieces.GroupBy(p => p.Answer))
                counts[string.Join(' ', answer.Select(p => p.Token))]++;
        }
        var cells = expected.Where(p => p.Value * Draws >= 5).ToList();
        var rest = Draws * expected.Where(p => p.Value * Draws < 5).Sum(p => p.Value);
        var statistic = cells.Sum(p => Square(counts[p.Key] - Draws * p.Value) / (Draws * p.Value))
            + (rest > 1 ? Square(expected.Where(p => p.Value * Draws < 5).Sum(p => counts[p.Key]) - rest) / rest : 0);
        // three deviations of a chi-square above its mean
        Assert.True(statistic < cells.Count + 3 * Math.Sqrt(2 * cells.Count), $"chi-square {statistic}, {cells.Count} degrees of freedom");
        Assert.True(cells.Count > 20);
        // some guesses hold: the last of 64 answers has mostly one that has not
        Assert.InRange(model.PassCount - before, Draws / 64 * 2, Draws / 64 * 4);

        static double Square(double x) => x * x;
    }

    [Fact]
    public async Task ModelsThatCannotTakeTokensBackDoNotGuess()
    {
        var network = new RecurrentNetwork(new RecurrentConfig { VocabularySize = Samples.Words.VocabularySize, ContextLength = 256 });
        var engine = Start(network, new EngineOptions { DraftModel = Draft });
        var options = new GenerationOptions { MaxTokens = 30, IgnoreEndOfText = true, Seed = 3 };
        var plain = await Tokens(engine, Samples.Tokens(20, 3), options);
        foreach (var speculation in Enum.GetValues<Speculation>())
            Assert.Equal(plain, await Tokens(engine, Samples.Tokens(20, 3), options with { Speculation = speculation }));
        // but they may guess for others
        var other = Start(Network, new EngineOptions { DraftModel = network });
        var greedy = options with { Temperature = 0, MaxTokens = 100 };
        Assert.Equal(await Tokens(other, Samples.Tokens(20, 3), greedy), await Tokens(other, Samples.Tokens(20, 3), greedy with { Speculation = Speculation.DraftModel }));
    }

    [Fact]
    public async Task WhatCannotBeGuessedIsRefused()
    {
        var engine = Start(Network);
        Assert.Throws<InkstoneRequestException>(() => engine.GenerateAsync([1], new GenerationOptions { Speculation = Speculation.DraftModel }));
        Assert.Throws<InkstoneRequestException>(() => engine.GenerateAsync([1], new GenerationOptions { DraftLength = 0 }));
        var narrow = Start(Network, new EngineOptions { DraftModel = Draft, TokensPerTurn = 4, SequencesPerTurn = 2 });
        Assert.Throws<InkstoneRequestException>(() => narrow.GenerateAsync([1], new GenerationOptions { Speculation = Speculation.DraftModel }));
        await Tokens(narrow, [1, 2, 3, 4, 5, 6], new GenerationOptions { MaxTokens = 9, Speculation = Speculation.DraftModel, DraftLength = 3 });
    }

    /// <summary>The probability of each answer, by asking for the scores after every beginning.</summary>
    private static async Task<Dictionary<string, double>> Expected(InferenceEngine engine, int[] prompt, int length, GenerationOptions options)
    {
        var beginnings = new Dictionary<string, (int[] Tokens, double P)> { [""] = ([], 1) };
        for (var i = 0; i < length; i++)
        {
            var next = new Dictionary<string, (int[] Tokens, double P)>();
            foreach (var (tokens, p) in beginnings.Values)
            {
                var piece = (await Pieces(engine, [.. prompt, .. tokens], new GenerationOptions { MaxTokens = 1, TopLogProbabilities = options.TopK, IgnoreEndOfText = true }))[0];
                var sum = piece.Top.Sum(t => Math.Exp(t.LogProbability / options.Temperature));
                foreach (var (token, logProbability) in piece.Top)
                    next.Add(string.Join(' ', tokens.Append(token)), ([.. tokens, token], p * Math.Exp(logProbability / options.Temperature) / sum));
            }
            beginnings = next;
        }
        return beginnings.ToDictionary(pair => pair.Key, pair => pair.Value.P);
    }
}
