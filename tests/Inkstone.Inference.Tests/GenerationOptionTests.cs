using Inkstone.Foundation.Errors;
using Inkstone.Models;
using Inkstone.Tensors;

namespace Inkstone.Inference.Tests;

/// <summary>Log-probabilities, ends of answers, constraints and full contexts.</summary>
public sealed class GenerationOptionTests : EngineTest
{
    private static readonly Llama Network = Samples.Llama(128);

    private static readonly int[] Prompt = Samples.Tokens(90, 8);

    private static readonly GenerationOptions Options = new() { MaxTokens = 8, IgnoreEndOfText = true };

    [Fact]
    public async Task LogProbabilitiesAreTheModelsOwnWhateverIsDrawnFrom()
    {
        var engine = Start(Network);
        var options = Options with
        {
            Temperature = 0.3,
            TopK = 9,
            RepetitionPenalty = 1.5,
            TopLogProbabilities = 20,
            LogitBias = new Dictionary<int, double> { [5] = 9 },
        };
        var sequence = Prompt.ToList();
        foreach (var piece in await Pieces(engine, Prompt, options))
        {
            var expected = LogProbabilitiesAfter([.. sequence]);
            Assert.Equal(expected[piece.Token], piece.LogProbability, 1e-4);
            Assert.Equal(20, piece.Top.Count);
            Assert.Equal(expected.OrderDescending().Take(20), piece.Top.Select(t => t.LogProbability), (a, b) => Math.Abs(a - b) < 1e-4);
            Assert.All(piece.Top, top => Assert.Equal(expected[top.Token], top.LogProbability, 1e-4));
            sequence.Add(piece.Token);
        }
    }

    [Fact]
    public async Task ThePromptIsScoredTheSameToTheBitInChunks()
    {
        List<ScoredToken>? whole = null;
        foreach (var rows in (int[])[512, 64, 7, 1])
        {
            var engine = Start(Network, new EngineOptions { TokensPerTurn = rows, SequencesPerTurn = 1 });
            await Tokens(engine, Prompt, Options);
            var pieces = await Pieces(engine, Prompt, Options with { PromptLogProbabilities = 3, AnswerCount = 2 });
            var report = pieces[0].Prompt!;
            Assert.Equal((-1, "", Prompt.Length, 0), (pieces[0].Token, pieces[0].Text, report.TokenCount, report.CachedCount));
            Assert.Equal(Prompt, report.Scores.Select(s => s.Token));
            whole ??= [.. report.Scores];
            Assert.Equal(whole.Select(s => s.LogProbability), report.Scores.Select(s => s.LogProbability));
            Assert.Equal(whole.SelectMany(s => s.Top), report.Scores.SelectMany(s => s.Top));
            Assert.Equal(2 * (1 + 8), pieces.Count);
        }
        Assert.True(double.IsNaN(whole![0].LogProbability));
        for (var i = 1; i < Prompt.Length; i++)
        {
            var expected = LogProbabilitiesAfter(Prompt[..i]);
            Assert.Equal(expected[Prompt[i]], whole[i].LogProbability, 1e-4);
            Assert.Equal(expected.OrderDescending().Take(3), whole[i].Top.Select(t => t.LogProbability), (a, b) => Math.Abs(a - b) < 1e-4);
        }
    }

    [Fact]
    public async Task EchoGivesThePromptAndNoTokensMayBeAskedFor()
    {
        var engine = Start(Network);
        var pieces = await Pieces(engine, "the river", new GenerationOptions { MaxTokens = 0, Echo = true, PromptLogProbabilities = 1 });
        var piece = Assert.Single(pieces);
        Assert.Equal(("the river", -1, FinishReason.MaxTokens), (piece.Text, piece.Token, piece.Finish));
        Assert.Equal(piece.Prompt!.TokenCount, piece.Prompt.Scores.Count);
        // a prompt that fills the context can be scored
        Assert.Equal(128, (await Pieces(engine, Samples.Tokens(128, 2), new GenerationOptions { MaxTokens = 0, PromptLogProbabilities = 0 }))[0].Prompt!.Scores.Count);
        var text = await Text(engine, "the river", Options with { Echo = true });
        Assert.Equal("the river" + await Text(engine, "the river", Options), text);
    }

    [Fact]
    public async Task AnyEndTokenEndsAnAnswerThatIsLongEnough()
    {
        var engine = Start(Network, new EngineOptions { EndTokens = [.. Enumerable.Range(0, 60)] });
        var options = new GenerationOptions { MaxTokens = 30, StopTokens = [.. Enumerable.Range(60, 60)] };
        for (var seed = 0; seed < 20; seed++)
        {
            var pieces = await Pieces(engine, Prompt, options with { Seed = seed });
            Assert.Equal(pieces[^1].Token < 120, pieces[^1].Finish == FinishReason.EndOfText);
            Assert.All(pieces[..^1], p => Assert.True(p.Token >= 120));
            var longer = await Pieces(engine, Prompt, options with { Seed = seed, MinTokens = 12 });
            Assert.True(longer.Count >= 13);
            Assert.All(longer[..12], p => Assert.True(p.Token >= 120));
            var unending = await Pieces(engine, Prompt, options with { Seed = seed, IgnoreEndOfText = true });
            Assert.Equal(unending[^1].Token is >= 60 and < 120, unending[^1].Finish == FinishReason.EndOfText);
        }
    }

    [Fact]
    public async Task AConstraintHoldsForEveryAnswerAndEndsIt()
    {
        var engine = Start(Network);
        foreach (var speculation in (Speculation[])[Speculation.None, Speculation.PromptLookup])
        {
            var options = new GenerationOptions { MaxTokens = 40, AnswerCount = 3, Constraint = new Rising(250), Speculation = speculation };
            var pieces = await Pieces(engine, Prompt, options);
            foreach (var answer in pieces.GroupBy(p => p.Answer))
            {
                var tokens = answer.Select(p => p.Token).ToList();
                Assert.Equal(FinishReason.EndOfText, answer.Last().Finish);
                Assert.Equal(Samples.Words.EndOfText, tokens[^1]);
                Assert.Equal(tokens[..^1].Order(), tokens[..^1]);
                Assert.True(tokens[^2] >= 250);
            }
        }
        // without an end token the answer ends where nothing may follow
        var unending = await Pieces(engine, Prompt, Options with { MaxTokens = 100, Constraint = new Rising(250) });
        Assert.Equal((FinishReason.EndOfText, -1), (unending[^1].Finish, unending[^1].Token));
        await Assert.ThrowsAsync<InkstoneRequestException>(() => Pieces(engine, Prompt, Options with { MaxTokens = 100, Constraint = new Rising(100_000) }));
        Assert.Equal(8, (await Tokens(engine, Prompt, Options)).Count);
    }

    [Fact]
    public async Task AFullContextEndsTheAnswerOrShiftsAndSaysSo()
    {
        var engine = Start(Network);
        var options = Options with { MaxTokens = 150, Temperature = 0 };
        var ended = await Pieces(engine, Prompt, options);
        Assert.Equal((38, FinishReason.ContextFull), (ended.Count, ended[^1].Finish));
        var shifted = await Pieces(engine, Prompt, options with { Overflow = ContextOverflow.Shift, KeptPrefix = 10 });
        Assert.Equal((150, FinishReason.MaxTokens), (shifted.Count, shifted[^1].Finish));
        Assert.Equal(59, shifted[37].DroppedCount);
        Assert.Equal([37, 96], shifted.Index().Where(p => p.Item.DroppedCount > 0).Select(p => p.Index));
        // what follows is what follows the kept tokens alone
        int[] all = [.. Prompt, .. shifted.Take(38).Select(p => p.Token)];
        var expected = await Tokens(engine, [.. all[..10], .. all[69..]], options with { MaxTokens = 50 });
        Assert.Equal(expected, shifted.Skip(38).Take(50).Select(p => p.Token));
    }

    [Fact]
    public async Task ALongPromptIsRefusedOrCutAndSaidToBe()
    {
        var engine = Start(Network);
        var prompt = Samples.Tokens(300, 6);
        Assert.Throws<InkstoneRequestException>(() => engine.GenerateAsync(prompt, Options));
        Assert.Throws<InkstoneRequestException>(() => engine.GenerateAsync(prompt, Options with { Overflow = ContextOverflow.Shift, KeptPrefix = 127 }));
        var pieces = await Pieces(engine, prompt, Options with { Overflow = ContextOverflow.Shift, KeptPrefix = 20 });
        // 300: 140 dropped; 160: 70 dropped; 90 fit
        Assert.Equal((300, 210), (pieces[0].Prompt!.TokenCount, pieces[0].Prompt!.DroppedCount));
        Assert.Equal(await Tokens(engine, [.. prompt[..20], .. prompt[230..]], Options), pieces.Select(p => p.Token));
    }

    [Fact]
    public void OptionsOutOfRangeAreRefused()
    {
        var engine = Start(Network);
        GenerationOptions[] wrong =
        [
            new() { MaxTokens = -1 },
            new() { MinTokens = -1 },
            new() { AnswerCount = 0 },
            new() { AnswerCount = 65 },
            new() { TopLogProbabilities = 21 },
            new() { PromptLogProbabilities = -1 },
            new() { KeptPrefix = -1 },
            new() { Stop = [.. Enumerable.Repeat("a", 17)] },
            new() { Stop = [new string('a', 257)] },
            new() { StopTokens = [Network.VocabularySize] },
            new() { StopTokens = [-1] },
            new() { LogitBias = new Dictionary<int, double> { [Network.VocabularySize] = 1 } },
            new() { CacheSalt = new string('a', 257) },
            new() { DryBreakers = [""] },
        ];
        Assert.All(wrong, options => Assert.Throws<InkstoneRequestException>(() => engine.GenerateAsync(Prompt, options)));
    }

    private static double[] LogProbabilitiesAfter(int[] tokens)
    {
        using var scope = PoolScope.Open();
        var pass = FullPass.Over(tokens, new TokenLayout(0, tokens.Length));
        var logits = Network.Head.Forward(Network.Forward(pass).Slice(0, tokens.Length - 1, 1), pass).ToArray();
        var highest = logits.Max();
        var normaliser = highest + Math.Log(logits.Sum(z => Math.Exp(z - highest)));
        return [.. logits.Select(z => z - normaliser)];
    }

    /// <summary>Tokens that rise, complete from a token on.</summary>
    private sealed class Rising(int complete) : ITokenConstraint
    {
        private int _last;

        public bool MayEnd => _last >= complete;

        public void Allow(Span<ulong> mask)
        {
            for (var token = _last + 1; token < Math.Min(mask.Length * 64, _last + 60); token++)
                mask[token / 64] |= 1UL << (token % 64);
        }

        public void Accept(int token)
        {
            Assert.True(token > _last);
            _last = token;
        }

        public ITokenConstraint Fork() => new Rising(complete) { _last = _last };
    }
}
