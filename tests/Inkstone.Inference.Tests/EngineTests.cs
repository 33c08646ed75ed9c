using System.Text;
using Inkstone.Foundation.Errors;
using Inkstone.Models;
using Inkstone.Tokenizers;

namespace Inkstone.Inference.Tests;

public sealed class EngineTests : EngineTest
{
    private static readonly Tokenizer Words = Samples.Words;

    private static readonly Llama Network = Samples.Llama(128);

    private static readonly GenerationOptions Options = new() { MaxTokens = 24, Temperature = 0.9, IgnoreEndOfText = true };

    [Fact]
    public async Task ARequestGivesTheSameTokensAloneAndAmongSevenStrangers()
    {
        var alone = new List<int>[8];
        for (var i = 0; i < 8; i++)
        {
            var engine = Start(Network);
            alone[i] = await Tokens(engine, Prompt(i), Options with { Seed = i });
        }
        var shared = Start(Network, new EngineOptions { TokensPerTurn = 13, SequencesPerTurn = 8 });
        var together = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => Tokens(shared, Prompt(i), Options with { Seed = i })));
        for (var i = 0; i < 8; i++)
            Assert.Equal(alone[i], together[i]);
        Assert.Equal(shared.BlockCount, shared.FreeBlockCount);
    }

    [Fact]
    public async Task ARequestThatHadToGiveItsBlocksBackGoesOnWithTheSameTokens()
    {
        var options = Options with { MaxTokens = 100 };
        var roomy = Start(Network);
        var expected = new List<List<int>>();
        for (var i = 0; i < 4; i++)
            expected.Add(await Tokens(roomy, Prompt(i), options with { Seed = i }));
        var tight = Start(Network, new EngineOptions { CacheBytes = 1 });
        var together = await Task.WhenAll(Enumerable.Range(0, 4).Select(i => Tokens(tight, Prompt(i), options with { Seed = i })));
        Assert.Equal(expected, together);
        Assert.Equal(2, tight.BlockCount);
        Assert.True(tight.PreemptionCount > 0, "the cache was too large for this test");
    }

    [Fact]
    public async Task TheSameSeedGivesTheSameTextAndAnotherSeedAnother()
    {
        var engine = Start(Network);
        var first = await Tokens(engine, "the river", Options with { Seed = 1 });
        Assert.Equal(first, await Tokens(engine, "the river", Options with { Seed = 1 }));
        Assert.NotEqual(first, await Tokens(engine, "the river", Options with { Seed = 2 }));
    }

    [Fact]
    public async Task StreamedTextIsTheDecodedTokens()
    {
        var engine = Start(Network);
        var ids = new List<int>();
        var text = new StringBuilder();
        await foreach (var piece in engine.GenerateAsync("月", Options with { MaxTokens = 90 }))
        {
            ids.Add(piece.Token);
            text.Append(piece.Text);
        }
        Assert.Equal(90, ids.Count);
        Assert.Equal(Words.Decode(ids.ToArray(), skipSpecials: true), text.ToString());
    }

    [Fact]
    public async Task GreedyEqualsTheFullPass()
    {
        var engine = Start(Network);
        var generated = await Tokens(engine, "the river", Options with { Temperature = 0, MaxTokens = 12 });
        var sequence = new List<int> { Words.BeginOfText!.Value };
        sequence.AddRange(Words.Encode("the river"));
        foreach (var token in generated)
        {
            using var scope = Tensors.PoolScope.Open();
            var pass = FullPass.Over([.. sequence], new Tensors.TokenLayout(0, sequence.Count));
            var hidden = Network.Forward(pass);
            var best = Network.Head.Forward(hidden.Slice(0, sequence.Count - 1, 1), pass).ArgMax().ToIntegers()[0];
            Assert.Equal(best, token);
            sequence.Add(token);
        }
    }

    [Fact]
    public async Task AStopTextEndsTheAnswerBeforeIt()
    {
        var engine = Start(Network);
        var whole = await Text(engine, "the river", Options with { MaxTokens = 60 });
        var stop = whole.Substring(whole.Length / 2, 3);
        var pieces = await Pieces(engine, "the river", Options with { MaxTokens = 60, Stop = [stop, "never there"] });
        Assert.Equal(whole[..whole.IndexOf(stop, StringComparison.Ordinal)], string.Concat(pieces.Select(p => p.Text)));
        Assert.Equal(FinishReason.Stop, pieces[^1].Finish);
    }

    [Fact]
    public async Task AnAnswerEndsWhenTheContextIsFull()
    {
        var engine = Start(Network);
        var pieces = await Pieces(engine, "the river", Options with { MaxTokens = 10_000 });
        Assert.Equal(FinishReason.ContextFull, pieces[^1].Finish);
        Assert.Equal(engine.BlockCount, engine.FreeBlockCount);
    }

    [Fact]
    public async Task TheEndOfTextTokenEndsTheAnswer()
    {
        var engine = Start(Network);
        for (var seed = 0; seed < 60; seed++)
        {
            var pieces = await Pieces(engine, "the", new GenerationOptions { MaxTokens = 120, Temperature = 3, Seed = seed });
            if (pieces[^1].Finish != FinishReason.EndOfText)
                continue;
            Assert.Equal(Words.EndOfText, pieces[^1].Token);
            return;
        }
        Assert.Fail("no seed drew the end-of-text token");
    }

    [Fact]
    public async Task CancellingFreesTheBlocks()
    {
        var engine = Start(Network);
        using var cancel = new CancellationTokenSource();
        var seen = 0;
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (var _ in engine.GenerateAsync("the river", Options with { MaxTokens = 110 }, cancel.Token))
                if (++seen == 3)
                    await cancel.CancelAsync();
        });
        // a later request is served after the cancelled one was dropped
        await Text(engine, "the", Options with { MaxTokens = 2 });
        Assert.Equal(engine.BlockCount, engine.FreeBlockCount);
    }

    [Fact]
    public async Task WalkingAwayFreesTheBlocks()
    {
        var engine = Start(Network);
        await foreach (var _ in engine.GenerateAsync("the river", Options with { MaxTokens = 110 }))
            break;
        await Text(engine, "the", Options with { MaxTokens = 2 });
        await Text(engine, "the", Options with { MaxTokens = 2 });
        Assert.Equal(engine.BlockCount, engine.FreeBlockCount);
    }

    [Fact]
    public async Task APromptLongerThanTheContextIsRefusedAndTheEngineGoesOn()
    {
        var engine = Start(Network);
        var error = Assert.Throws<InkstoneRequestException>(() => engine.GenerateAsync(new int[128]));
        Assert.Contains("127", error.Message, StringComparison.Ordinal);
        Assert.Throws<InkstoneRequestException>(() => engine.GenerateAsync(Array.Empty<int>()));
        Assert.Throws<InkstoneRequestException>(() => engine.GenerateAsync([Network.VocabularySize]));
        Assert.Throws<InkstoneRequestException>(() => engine.GenerateAsync("the", new GenerationOptions { MaxTokens = 0 }));
        Assert.Throws<InkstoneRequestException>(() => engine.GenerateAsync("the", new GenerationOptions { Stop = [""] }));
        Assert.NotEmpty(await Text(engine, "the", Options));
    }

    [Fact]
    public async Task AStoppedEngineEndsItsStreamsWithAnError()
    {
        var engine = Start(Network);
        using var gate = new ManualResetEventSlim();
        var stream = engine.GenerateAsync("the river", Options with { Constraint = new Gate(gate) }).GetAsyncEnumerator();
        Assert.True(await stream.MoveNextAsync());
        var stopping = engine.DisposeAsync();
        gate.Set();
        await stopping;
        await Assert.ThrowsAsync<InkstoneLifetimeException>(async () =>
        {
            while (await stream.MoveNextAsync())
            {
            }
        });
        Assert.Throws<ObjectDisposedException>(() => engine.GenerateAsync("the"));
    }

    private static string Prompt(int i) => string.Concat(Enumerable.Repeat("the river number ", 1 + i)) + i;

    /// <summary>Allows everything, but only one token before the gate opens.</summary>
    private sealed class Gate(ManualResetEventSlim gate) : ITokenConstraint
    {
        private int _accepted;

        public bool MayEnd => false;

        public void Allow(Span<ulong> mask) => mask.Fill(ulong.MaxValue);

        public void Accept(int token)
        {
            if (++_accepted > 1)
                gate.Wait();
        }

        public ITokenConstraint Fork() => this;
    }
}
