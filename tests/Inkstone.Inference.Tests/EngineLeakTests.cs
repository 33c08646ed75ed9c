using Inkstone.Foundation.Errors;

namespace Inkstone.Inference.Tests;

/// <summary>Blocks of requests that end otherwise than by an answer are free by the next turn; and every test that has an engine looks for blocks that are not.</summary>
public sealed class EngineLeakTests : EngineTest
{
    private static readonly GenerationOptions Options = new() { MaxTokens = 60, IgnoreEndOfText = true, CachePrompt = false };

    [Theory]
    [InlineData("llama", true)]
    [InlineData("llama", false)]
    [InlineData("t5", true)]
    [InlineData("t5", false)]
    public async Task ByTheNextTurnTheBlocksAreFree(string name, bool isCancelled)
    {
        var engine = Start(name == "t5" ? Samples.EncoderDecoder(256) : Samples.Llama(256), new EngineOptions { PrefixCache = false });
        using var cancel = new CancellationTokenSource();
        var leaver = new Watcher(accepted =>
        {
            if (accepted < 5)
                return;
            if (!isCancelled)
                throw new InkstoneRequestException("the constraint fails", "test");
            cancel.Cancel();
        });
        var held = new List<int>();
        using var joined = new ManualResetEventSlim();
        // the one that stays came first: its turn is computed and drawn before the other's ends; it goes on when the other has come
        var stayer = new Watcher(_ =>
        {
            held.Add(engine.BlockCount - engine.FreeBlockCount);
            joined.Wait();
        });
        var staying = Pieces(engine, Samples.Tokens(20, 1), Options with { Constraint = stayer });
        while (stayer.AcceptCount == 0)
            await Task.Yield();
        var leaving = Drain();
        joined.Set();
        await Assert.ThrowsAnyAsync<Exception>(() => leaving);
        Assert.Equal(60, (await staying).Count);
        var alone = held[0];
        var (first, last) = (held.FindIndex(count => count > alone + 1), held.FindLastIndex(count => count > alone + 1));
        // a turn reads the prompt and draws; four more draw; the fifth ends the request
        Assert.InRange(last - first, 3, 5);
        Assert.Equal(5, leaver.AcceptCount);

        async Task Drain()
        {
            await foreach (var _ in engine.GenerateAsync(Samples.Tokens(150, 2), Options with { Constraint = leaver }, cancel.Token))
            {
            }
        }
    }

    [Fact]
    public void OnlyTheFixtureMakesEngines()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Inkstone.slnx")))
            folder = folder.Parent!;
        var makers = Directory.EnumerateFiles(Path.Combine(folder.FullName, "tests", "Inkstone.Inference.Tests"), "*.cs", SearchOption.AllDirectories)
            .Where(file => File.ReadAllText(file).Contains("new Inference" + "Engine(", StringComparison.Ordinal)).Select(Path.GetFileName);
        Assert.Equal(["EngineTest.cs"], makers);
    }

    /// <summary>Allows everything and tells how many tokens it has accepted.</summary>
    private sealed class Watcher(Action<int> onAccept) : ITokenConstraint
    {
        private int _accepted;

        public int AcceptCount => Volatile.Read(ref _accepted);

        public bool MayEnd => false;

        public void Allow(Span<ulong> mask) => mask.Fill(ulong.MaxValue);

        public void Accept(int token) => onAccept(Interlocked.Increment(ref _accepted));

        public ITokenConstraint Fork() => this;
    }
}
