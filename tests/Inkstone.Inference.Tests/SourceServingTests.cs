using Inkstone.Foundation.Errors;
using Inkstone.Models;
using Inkstone.Tensors;

namespace Inkstone.Inference.Tests;

/// <summary>Encoder-decoders in the engine: what is asked is what the encoder reads.</summary>
public sealed class SourceServingTests : EngineTest
{
    private static readonly T5 Network = Samples.EncoderDecoder(160);

    private static readonly GenerationOptions Options = new() { MaxTokens = 24, IgnoreEndOfText = true };

    [Fact]
    public async Task GreedyEqualsTheFullPass()
    {
        var engine = Start(Network);
        var source = Samples.Tokens(70, 5);
        var generated = await Tokens(engine, source, Options with { Temperature = 0 });
        var target = new List<int> { Network.TargetStart!.Value };
        foreach (var token in generated)
        {
            using var scope = PoolScope.Open();
            var pass = FullPass.Over([.. target], new TokenLayout(0, target.Count), source: FullPass.Over(source, new TokenLayout(0, source.Length)));
            var hidden = Network.Forward(pass);
            Assert.Equal(Network.Head.Forward(hidden.Slice(0, target.Count - 1, 1), pass).ArgMax().ToIntegers()[0], token);
            target.Add(token);
        }
        Assert.Equal(24, generated.Count);
    }

    [Fact]
    public async Task AloneAmongStrangersAndPreemptedIsTheSame()
    {
        var roomy = Start(Network);
        var alone = new List<List<int>>();
        for (var i = 0; i < 6; i++)
            alone.Add(await Tokens(roomy, Samples.Tokens(20 * i + 1, i), Options with { Temperature = 0.9, Seed = i, MaxTokens = 100 }));
        foreach (var options in (EngineOptions[])[new(), new() { TokensPerTurn = 7, SequencesPerTurn = 3 }, new() { CacheBytes = 1 }])
        {
            var engine = Start(Network, options);
            var together = await Task.WhenAll(Enumerable.Range(0, 6).Select(
                i => Tokens(engine, Samples.Tokens(20 * i + 1, i), Options with { Temperature = 0.9, Seed = i, MaxTokens = 100 })));
            Assert.Equal(alone, together);
            Assert.True(options.CacheBytes > 1 || engine.PreemptionCount > 0, "the cache was too large for this test");
        }
    }

    [Fact]
    public async Task ATargetMayHaveABeginningAndSeveralAnswersShareTheSource()
    {
        var engine = Start(Network);
        var source = Samples.Tokens(50, 7);
        var whole = await Pieces(engine, source, Options with { Temperature = 0 });
        var begun = await Pieces(engine, [.. whole.Take(9).Select(p => p.Token)], Options with { Temperature = 0, MaxTokens = 15, Source = source, PromptLogProbabilities = 1 });
        Assert.Equal(whole.Skip(9).Select(p => (p.Token, p.LogProbability)), begun.Where(p => p.Token >= 0).Select(p => (p.Token, p.LogProbability)));
        Assert.Equal(whole.Take(9).Select(p => (p.Token, p.LogProbability)), begun[0].Prompt!.Scores.Skip(1).Select(s => (s.Token, s.LogProbability)));
        Assert.Equal(60, begun[0].Prompt!.TokenCount);

        var options = Options with { Temperature = 0.9, Seed = 3, AnswerCount = 3 };
        var together = await Pieces(engine, source, options);
        for (var i = 0; i < 3; i++)
            Assert.Equal(
                (await Pieces(engine, source, options with { AnswerCount = 1, SeedStream = i })).Select(p => (p.Token, p.LogProbability)),
                together.Where(p => p.Answer == i).Select(p => (p.Token, p.LogProbability)));

        var searched = await engine.SearchAsync(source, new BeamOptions { Width = 1, MaxTokens = 24, IgnoreEndOfText = true });
        Assert.Equal(whole.Select(p => p.Token), searched[0].Tokens);
    }

    [Fact]
    public async Task ATextIsWhatTheEncoderReads()
    {
        var engine = Start(Network);
        var source = Samples.Words.EncodeDetailed("the river", options: new() { AddSpecial = true }).Tokens.Select(token => token.Id).ToArray();
        Assert.Equal(await Tokens(engine, source, Options), await Tokens(engine, "the river", Options));
        Assert.NotEqual(await Tokens(engine, source, Options), await Tokens(engine, "the moon", Options));
    }

    [Fact]
    public async Task WhatCannotBeReadIsRefused()
    {
        var engine = Start(Network);
        var decoder = Start(Samples.Llama(64));
        Assert.Contains("160", Assert.Throws<InkstoneRequestException>(() => engine.GenerateAsync(Samples.Tokens(161, 1))).Message, StringComparison.Ordinal);
        Assert.Throws<InkstoneRequestException>(() => engine.GenerateAsync(Array.Empty<int>()));
        Assert.Throws<InkstoneRequestException>(() => engine.GenerateAsync([1], Options with { Source = [Network.VocabularySize] }));
        Assert.Throws<InkstoneRequestException>(() => decoder.GenerateAsync([1], Options with { Source = [1] }));
        Assert.Throws<InkstoneRequestException>(() => StartAs(Samples.Llama(64), new EngineOptions { DraftModel = Network }));
        Assert.Equal(24, (await Tokens(engine, Samples.Tokens(160, 1), Options)).Count);
    }
}
