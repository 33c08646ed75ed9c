using Inkstone.Foundation.Errors;
using Inkstone.Models;
using Inkstone.Tensors;

namespace Inkstone.Inference.Tests;

/// <summary>Code of a caller's own that throws inside the engine ends its own request alone; the fixture sees that its blocks are free.</summary>
public sealed class CallerCodeTests : EngineTest
{
    private static readonly GenerationOptions Options = new() { MaxTokens = 40, IgnoreEndOfText = true };

    [Theory]
    [InlineData("Allow", 1, 1)]
    [InlineData("Allow", 7, 1)]
    [InlineData("MayEnd", 4, 1)]
    [InlineData("Accept", 5, 1)]
    [InlineData("Accept", 9, 3)]
    [InlineData("Fork", 1, 3)]
    [InlineData("Fork", 2, 3)]
    public async Task AConstraintThatThrowsFailsItsRequestAlone(string member, int call, int answers)
    {
        var engine = Start(Samples.Llama(128));
        var strangers = new[] { Samples.Tokens(20, 1), Samples.Tokens(33, 2) };
        var alone = new List<List<int>>();
        foreach (var stranger in strangers)
            alone.Add(await Tokens(engine, stranger, Options));
        var cause = new NotSupportedException("no such state");
        var running = strangers.Select(stranger => Tokens(engine, stranger, Options)).ToList();
        var failing = Pieces(engine, Samples.Tokens(25, 3), Options with { AnswerCount = answers, Constraint = new Faulty(member, call, cause) });
        var error = await Assert.ThrowsAsync<InkstoneRequestException>(() => failing);
        Assert.Same(cause, error.InnerException);
        Assert.Equal($"Faulty.{member}", error.Where);
        Assert.Contains("NotSupportedException (no such state)", error.Message, StringComparison.Ordinal);
        for (var i = 0; i < strangers.Length; i++)
            Assert.Equal(alone[i], await running[i]);
        Assert.Equal(alone[0], await Tokens(engine, strangers[0], Options));
    }

    [Fact]
    public async Task AConstraintWithoutAForkIsNamed()
    {
        var engine = Start(Samples.Llama(128));
        var error = await Assert.ThrowsAsync<InkstoneRequestException>(
            () => Pieces(engine, Samples.Tokens(25, 3), Options with { AnswerCount = 2, Constraint = new Faulty("", 0, new NotSupportedException()) { HasFork = false } }));
        Assert.Equal("Faulty.Fork", error.Where);
        Assert.Equal(40, (await Pieces(engine, Samples.Tokens(25, 3), Options)).Count);
    }

    [Fact]
    public async Task ARequestThatIsCancelledEndsSoWhateverItsConstraintThrows()
    {
        var engine = Start(Samples.Llama(128));
        using var cancel = new CancellationTokenSource();
        using var isReached = new ManualResetEventSlim();
        using var isCancelled = new ManualResetEventSlim();
        var constraint = new Faulty("Accept", 3, new OperationCanceledException())
        {
            Before = () =>
            {
                isReached.Set();
                isCancelled.Wait();
            },
        };
        var reading = Read();
        Assert.True(isReached.Wait(TimeSpan.FromSeconds(60)));
        // registered last and so called first: the constraint throws before the stream is told of the cancelling
        using var last = cancel.Token.Register(() =>
        {
            isCancelled.Set();
            SpinWait.SpinUntil(() => reading.IsCompleted, TimeSpan.FromSeconds(30));
        });
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reading);

        async Task Read()
        {
            await foreach (var _ in engine.GenerateAsync(Samples.Tokens(25, 3), Options with { Constraint = constraint }, cancel.Token).ConfigureAwait(false))
            {
            }
        }
    }

    [Fact]
    public async Task ALayerThatThrowsFailsTheRequestsOfItsTurn()
    {
        var cause = new ArithmeticException("a layer of the caller's own");
        var model = new FaultyModel(Samples.Llama(128), cause);
        var engine = Start(model);
        var expected = await Tokens(engine, Samples.Tokens(25, 3), Options);
        model.FailsAt = model.PassCount + 5;
        var error = await Assert.ThrowsAsync<ArithmeticException>(() => Pieces(engine, Samples.Tokens(25, 3), Options));
        Assert.Same(cause, error);
        Assert.Equal(expected, await Tokens(engine, Samples.Tokens(25, 3), Options));
    }

    [Fact]
    public async Task StopTextsAreThoseOfTheBeginning()
    {
        var engine = Start(Samples.Llama(128));
        var stops = new List<string> { "never" };
        var count = 0;
        await foreach (var piece in engine.GenerateAsync(Samples.Tokens(25, 3), Options with { Stop = stops }))
        {
            stops[0] = null!;
            count++;
        }
        Assert.Equal(40, count);
    }

    /// <summary>Allows everything, and throws at a call of a member.</summary>
    private sealed class Faulty(string member, int call, Exception error) : ITokenConstraint
    {
        private int _calls;

        public Action Before { get; init; } = () => { };

        public bool HasFork { get; init; } = true;

        public bool MayEnd
        {
            get
            {
                Called("MayEnd");
                return false;
            }
        }

        public void Allow(Span<ulong> mask)
        {
            Called("Allow");
            mask.Fill(ulong.MaxValue);
        }

        public void Accept(int token) => Called("Accept");

        public ITokenConstraint Fork()
        {
            Called("Fork");
            return HasFork ? new Faulty("", 0, error) : null!;
        }

        private void Called(string name)
        {
            if (name != member || ++_calls != call)
                return;
            Before();
            throw error;
        }
    }

    /// <summary>A model whose forward pass throws once.</summary>
    private sealed class FaultyModel(Model model, Exception error) : WrappedModel(model)
    {
        public int PassCount { get; private set; }

        public int FailsAt { get; set; }

        public override Tensor Forward(Pass pass) => ++PassCount == FailsAt ? throw error : base.Forward(pass);
    }
}
