using Inkstone.Foundation.Randomness;
using Inkstone.Models;
using Inkstone.Tensors;

namespace Inkstone.Inference.Tests;

/// <summary>Tables that share blocks and tables that go back: what follows has the bits it has in a table of its own.</summary>
public sealed class ForkTests : EngineTest
{
    private static readonly Model[] Networks =
    [
        Samples.Llama(512),
        new RecurrentNetwork(new RecurrentConfig { VocabularySize = Samples.Words.VocabularySize, ContextLength = 512 }),
        Samples.Windowed(512, 90, everywhere: false),
        Samples.Windowed(512, 50, everywhere: true),
    ];

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void ForksAndRewindsKeepTheirBits(int kind)
    {
        var network = Networks[kind];
        for (var seed = 0; seed < 12; seed++)
        {
            var cursor = Rng.From(seed).Split("forks").Cursor();
            var cache = new KeyValueCache(network, 64);
            var runs = new List<(BlockTable Table, List<int> Tokens)> { (new BlockTable(cache.Pool), []) };
            for (var step = 0; step < 40; step++)
            {
                var place = cursor.NextInt(runs.Count);
                var (table, tokens) = runs[place];
                switch (cursor.NextInt(4))
                {
                    case 0 when runs.Count < 6:
                        runs.Add((table.Fork(), [.. tokens]));
                        break;
                    case 1:
                        var length = cursor.NextInt(tokens.Count + 1);
                        table.Rewind(length);
                        Assert.True(kind switch
                        {
                            0 => table.Length == length,
                            1 => table.Length % 64 == 0 || table.Length == tokens.Count,
                            _ => table.Length == length || table.Length == 0,
                        });
                        tokens.RemoveRange(table.Length, tokens.Count - table.Length);
                        break;
                    default:
                        // a pass of a model with states ends with each block, as the scheduler's do
                        var room = 64 - tokens.Count % 64;
                        var added = Samples.Tokens(1 + cursor.NextInt(kind != 1 ? 90 : room), seed * 1_000 + step);
                        if (tokens.Count + added.Length > 400)
                            break;
                        var found = Compute(network, cache, table, added);
                        var own = new BlockTable(cache.Pool);
                        var expected = Compute(network, cache, own, [.. tokens, .. added]);
                        own.Release();
                        Assert.Equal(expected[^found.Length..], found);
                        tokens.AddRange(added);
                        break;
                }
            }
            foreach (var (table, _) in runs)
                table.Release();
            Assert.Equal(cache.Pool.BlockCount, cache.Pool.CountUnheld());
        }
    }

    [Theory]
    [InlineData(0.0)]
    [InlineData(0.9)]
    public async Task SeveralAnswersAreWhatSeparateRequestsGet(double temperature)
    {
        foreach (var network in Networks)
        {
            var engine = Start(network);
            var options = new GenerationOptions { MaxTokens = 30, Temperature = temperature, Seed = 5, IgnoreEndOfText = true, AnswerCount = 4 };
            var together = await Pieces(engine, Samples.Tokens(100, 9), options);
            for (var i = 0; i < 4; i++)
            {
                var alone = await Pieces(engine, Samples.Tokens(100, 9), options with { AnswerCount = 1, SeedStream = i, CachePrompt = false });
                var answer = together.Where(p => p.Answer == i).ToList();
                Assert.Equal(alone.Select(p => (p.Token, p.LogProbability, p.Text, p.Finish)), answer.Select(p => (p.Token, p.LogProbability, p.Text, p.Finish)));
                Assert.NotNull(answer[0].Prompt);
            }
            Assert.Equal(temperature == 0 ? 1 : 4, together.GroupBy(p => p.Answer).Select(g => string.Join(' ', g.Select(p => p.Token))).Distinct().Count());
        }
    }

    [Fact]
    public async Task AnswersShareThePromptsBlocks()
    {
        // five blocks of prompt, sixteen answers of one block each: apart they would not fit
        var engine = Start(Samples.Llama(448), new EngineOptions { CacheBytes = KeyValueCache.BytesPerBlock(Samples.Llama(448)) * 22, PrefixCache = false });
        await Pieces(engine, Samples.Tokens(320, 3), new GenerationOptions { MaxTokens = 40, IgnoreEndOfText = true, AnswerCount = 16 });
        Assert.Equal(0, engine.PreemptionCount);
    }

    [Fact]
    public void ASequenceForksAndRewinds()
    {
        var engine = Start(Networks[0]);
        var request = new AnswerRequest(engine.Parts, new RequestPrompt([1, 2, 3], [], 0), new GenerationOptions(), default);
        var sequence = new Sequence(request, [1, 2, 3], 20, SamplingOptions.Greedy, engine.Parts.Cache.Pool);
        Assert.True(sequence.Table.TryReserve(3));
        sequence.Table.Advance(3);
        sequence.Add(4);
        var fork = sequence.Fork(1);
        fork.Add(5);
        sequence.Rewind(2);
        Assert.Equal([1, 2], sequence.Tokens.ToArray());
        Assert.Equal([1, 2, 3, 4, 5], fork.Tokens.ToArray());
        Assert.Equal((1, 3, 0, 2), (sequence.PendingCount, fork.Table.Length, sequence.DrawnCount, fork.PendingCount));
        sequence.Close();
        fork.Close();
    }

    private static float[] Compute(Model network, KeyValueCache cache, BlockTable table, int[] tokens)
    {
        var result = new List<float>();
        for (var done = 0; done < tokens.Length;)
        {
            var count = Math.Min(tokens.Length - done, 64 - table.Length % 64);
            Assert.True(table.TryReserve(count));
            using var scope = PoolScope.Open();
            result.AddRange(network.Forward(PagedPass.Over(network, cache, [new PagedRows(table, tokens.AsMemory(done, count), count)])).ToArray());
            table.Advance(count);
            done += count;
        }
        return [.. result];
    }
}
