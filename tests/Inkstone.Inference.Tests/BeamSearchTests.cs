using Inkstone.Foundation.Errors;
using Inkstone.Models;
using Inkstone.Tensors;

namespace Inkstone.Inference.Tests;

public sealed class BeamSearchTests : EngineTest
{
    private static readonly Llama Network = Samples.Llama(128);

    private static readonly int[] Prompt = Samples.Tokens(70, 4);

    private readonly Dictionary<string, double[]> _known = [];

    [Theory]
    [InlineData(1, 1.0, false)]
    [InlineData(3, 1.0, false)]
    [InlineData(5, 0.0, false)]
    [InlineData(4, 2.0, true)]
    public async Task TheAnswersAreThoseOfASearchDoneNaively(int width, double penalty, bool stopEarly)
    {
        // many end tokens, so that beams end at different lengths
        int[] ends = [.. Enumerable.Range(0, 40).Select(i => 7 * i + 3)];
        foreach (var cacheBytes in (long[])[1 << 20, 1])
        {
            var engine = Start(Network, new EngineOptions { EndTokens = ends, CacheBytes = cacheBytes });
            var options = new BeamOptions { Width = width, AnswerCount = width, MaxTokens = 12, LengthPenalty = penalty, StopEarly = stopEarly };
            var found = await engine.SearchAsync(Prompt, options);
            var expected = Naive(options, ends);
            Assert.Equal(expected.Select(a => string.Join(' ', a.Tokens)), found.Select(a => string.Join(' ', a.Tokens)));
            Assert.Equal(expected.Select(a => a.Score), found.Select(a => a.Score), (a, b) => Math.Abs(a - b) < 1e-5);
            Assert.Equal(engine.BlockCount, engine.FreeBlockCount);
        }
    }

    [Fact]
    public async Task OneBeamIsTheGreedyAnswer()
    {
        var engine = Start(Network);
        var greedy = await Tokens(engine, Prompt, new GenerationOptions { Temperature = 0, MaxTokens = 20, IgnoreEndOfText = true });
        var beam = await engine.SearchAsync(Prompt, new BeamOptions { Width = 1, MaxTokens = 20, IgnoreEndOfText = true });
        Assert.Equal(greedy, beam[0].Tokens);
        Assert.Equal(Samples.Words.Decode(greedy.ToArray(), skipSpecials: true), beam[0].Text);
        Assert.Equal(FinishReason.MaxTokens, beam[0].Finish);
    }

    [Fact]
    public async Task TheContextEndsASearch()
    {
        var engine = Start(Network);
        var beam = await engine.SearchAsync(Prompt, new BeamOptions { MaxTokens = 1_000, IgnoreEndOfText = true });
        Assert.Equal((FinishReason.ContextFull, 58), (beam[0].Finish, beam[0].Tokens.Count));
    }

    [Fact]
    public async Task BeamsRunAmongStrangersAndAreCancelled()
    {
        var engine = Start(Network, new EngineOptions { TokensPerTurn = 40, SequencesPerTurn = 3, CacheBytes = 1 });
        var options = new BeamOptions { Width = 3, MaxTokens = 15, IgnoreEndOfText = true };
        var alone = await engine.SearchAsync(Prompt, options);
        using var cancel = new CancellationTokenSource();
        var cancelled = engine.SearchAsync(Prompt, options with { MaxTokens = 50 }, cancel.Token);
        var strangers = Enumerable.Range(0, 4).Select(i => Tokens(engine, Samples.Tokens(50, i), new GenerationOptions { MaxTokens = 20, IgnoreEndOfText = true })).ToList();
        var together = engine.SearchAsync(Prompt, options);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelled);
        await Task.WhenAll(strangers);
        Assert.Equal(alone[0].Tokens, (await together)[0].Tokens);
        await engine.DisposeAsync();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => engine.SearchAsync(Prompt));
    }

    [Fact]
    public async Task OptionsOutOfRangeAreRefused()
    {
        var engine = Start(Network);
        foreach (var options in (BeamOptions[])[new() { Width = 0 }, new() { Width = 2, AnswerCount = 3 }, new() { MaxTokens = 0 }, new() { LengthPenalty = double.NaN }])
            await Assert.ThrowsAsync<InkstoneRequestException>(() => engine.SearchAsync(Prompt, options));
        await Assert.ThrowsAsync<InkstoneRequestException>(() => engine.SearchAsync(new int[128]));
    }

    private List<(int[] Tokens, double Score)> Naive(BeamOptions options, int[] ends)
    {
        var beams = new List<(int[] Tokens, double Sum)> { ([], 0) };
        var found = new List<(int[] Tokens, double Score)>();
        for (var length = 1; length <= options.MaxTokens; length++)
        {
            var all = beams.SelectMany(beam => LogProbabilitiesAfter(beam.Tokens).Select((p, token) => (Beam: beam, Token: token, Sum: beam.Sum + p)))
                .OrderByDescending(c => c.Sum).Take(2 * options.Width).ToList();
            found.AddRange(all.Take(options.Width).Where(c => ends.Contains(c.Token)).Select(c => (c.Beam.Tokens, c.Sum / Math.Pow(length, options.LengthPenalty))));
            beams = [.. all.Where(c => !ends.Contains(c.Token)).Take(options.Width).Select(c => ((int[])[.. c.Beam.Tokens, c.Token], c.Sum))];
            if (length == options.MaxTokens)
                found.AddRange(beams.Select(beam => (beam.Tokens, beam.Sum / Math.Pow(length, options.LengthPenalty))));
            else if (found.Count >= options.Width && (options.StopEarly
                || beams[0].Sum / Math.Pow(length, options.LengthPenalty) <= found.OrderByDescending(f => f.Score).ElementAt(options.Width - 1).Score))
                break;
        }
        return [.. found.OrderByDescending(f => f.Score).Take(options.AnswerCount)];
    }

    private double[] LogProbabilitiesAfter(int[] tokens)
    {
        var key = string.Join(' ', tokens);
        if (_known.TryGetValue(key, out var known))
            return known;
        using var scope = PoolScope.Open();
        int[] all = [.. Prompt, .. tokens];
        var pass = FullPass.Over(all, new TokenLayout(0, all.Length));
        var logits = Network.Head.Forward(Network.Forward(pass).Slice(0, all.Length - 1, 1), pass).ToArray();
        var normaliser = LogProbabilities.Normaliser(logits);
        return _known[key] = [.. logits.Take(Samples.Words.VocabularySize).Select(z => z - normaliser)];
    }
}
