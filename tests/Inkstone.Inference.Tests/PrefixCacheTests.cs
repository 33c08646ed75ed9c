using Inkstone.Foundation.Randomness;
using Inkstone.Models;
using Inkstone.Tensors;

namespace Inkstone.Inference.Tests;

public sealed class PrefixCacheTests : EngineTest
{
    private static readonly Llama Network = Samples.Llama(512);

    private static readonly int[] Prompt = Samples.Tokens(200, 1);

    private static readonly GenerationOptions Options = new() { MaxTokens = 6, IgnoreEndOfText = true, TopLogProbabilities = 3 };

    [Fact]
    public async Task ASecondRequestComputesOnlyWhatIsNew()
    {
        var engine = Start(Network);
        var first = await Pieces(engine, Prompt, Options);
        var second = await Pieces(engine, Prompt, Options);
        Assert.Equal(0, first[0].Prompt!.CachedCount);
        Assert.Equal(192, second[0].Prompt!.CachedCount);
        Assert.Equal(first.Select(p => (p.Token, p.LogProbability)), second.Select(p => (p.Token, p.LogProbability)));
        // at least one token is computed, for its scores
        Assert.Equal(128, (await Pieces(engine, Prompt[..192], Options))[0].Prompt!.CachedCount);
        // what was generated is found too: a conversation goes on
        int[] conversation = [.. Prompt, .. (await Pieces(engine, Prompt, Options with { MaxTokens = 100 })).Select(p => p.Token), 5];
        Assert.Equal(256, (await Pieces(engine, conversation, Options))[0].Prompt!.CachedCount);
    }

    [Fact]
    public async Task ASaltAnOptionAndAnotherModelKeepBlocksApart()
    {
        var network = Samples.Llama(512);
        var engine = Start(network);
        var first = await Pieces(engine, Prompt, Options);
        Assert.Equal(0, await Cached(Options with { CacheSalt = "another" }));
        Assert.Equal(192, await Cached(Options with { CacheSalt = "another" }));
        Assert.Equal(0, await Cached(Options with { CachePrompt = false }));
        Assert.Equal(0, await Cached(Options with { PromptLogProbabilities = 0 }));
        Assert.Equal(192, await Cached(Options));
        var parameter = network.Parameters.First();
        InPlace.Scale(parameter.Value, 1.5);
        parameter.Changed();
        var changed = await Pieces(engine, Prompt, Options);
        Assert.Equal(0, changed[0].Prompt!.CachedCount);
        Assert.NotEqual(first[0].LogProbability, changed[0].LogProbability);
        var without = Start(Network, new EngineOptions { PrefixCache = false });
        await Pieces(without, Prompt, Options);
        Assert.Equal(0, (await Pieces(without, Prompt, Options))[0].Prompt!.CachedCount);

        async Task<int> Cached(GenerationOptions options) => (await Pieces(engine, Prompt, options))[0].Prompt!.CachedCount;
    }

    [Fact]
    public async Task RecurrentStatesLieWithTheBlocks()
    {
        var network = new RecurrentNetwork(new RecurrentConfig { VocabularySize = Samples.Words.VocabularySize, ContextLength = 512 });
        var engine = Start(network);
        var without = Start(network, new EngineOptions { PrefixCache = false, TokensPerTurn = 64, SequencesPerTurn = 2 });
        await Pieces(engine, Prompt, Options);
        foreach (var length in (int[])[200, 150, 129])
        {
            int[] prompt = [.. Prompt[..length], 7, 8];
            var pieces = await Pieces(engine, prompt, Options);
            Assert.Equal(length / 64 * 64, pieces[0].Prompt!.CachedCount);
            Assert.Equal((await Pieces(without, prompt, Options)).Select(p => (p.Token, p.LogProbability)), pieces.Select(p => (p.Token, p.LogProbability)));
        }
    }

    [Fact]
    public void BlocksLetGoFirstAreTakenFirstAndLongPrefixesShrinkFromTheirEnds()
    {
        var pool = new BlockPool(6);
        var (a, b) = (Samples.Tokens(130, 1), Samples.Tokens(130, 2));
        Hold(pool, a, 128).Release();
        Hold(pool, b, 128).Release();
        Assert.Equal(6, pool.FreeCount);
        Assert.Equal((128, 128), (Known(pool, a), Known(pool, b)));
        // looking has moved a behind b no more than b behind a: a was looked at first
        var others = Hold(pool, Samples.Tokens(192, 3), 180);
        Assert.Equal((64, 128), (Known(pool, a), Known(pool, b)));
        others.Release();
        Assert.Equal(6, pool.FreeCount);
        pool.ForgetPrefixes();
        Assert.Equal((0, 0, 6), (Known(pool, a), Known(pool, b), pool.FreeCount));
    }

    [Fact]
    public void RandomTablesFindWhatWasPublishedAndNothingElse()
    {
        var found = 0;
        for (var seed = 0; seed < 300; seed++)
        {
            var cursor = Rng.From(seed).Cursor();
            // whole sequences, a window of one block, or both
            var pool = new BlockPool([.. new (int Window, int BlockCount)[] { (0, 12), (50, 12) }.Where((_, i) => seed % 3 != 1 + i)]);
            var tables = new List<(BlockTable Table, int[] Tokens, string Salt)>();
            var content = new Dictionary<(int Span, int Block), string>();
            for (var step = 0; step < 80; step++)
            {
                if (tables.Count > 0 && cursor.NextInt(3) == 0)
                {
                    var leaving = cursor.NextInt(tables.Count);
                    tables[leaving].Table.Release();
                    tables.RemoveAt(leaving);
                    continue;
                }
                // few kinds of blocks, so that prefixes meet
                int[] tokens = [.. Enumerable.Range(0, 1 + cursor.NextInt(4)).SelectMany(_ => Samples.Tokens(64, cursor.NextInt(2))), 1];
                var salt = cursor.NextInt(2) == 0 ? "" : "salt";
                var table = new BlockTable(pool);
                table.Adopt(tokens, salt);
                foreach (var (span, i) in Places(table))
                    Assert.Equal(Content(tokens, i, salt), content[(span, table.BlocksOf(span)[i])]);
                var known = table.Blocks.Count;
                found += known;
                if (!table.TryReserve(tokens.Length - table.Length))
                {
                    table.Release();
                    continue;
                }
                table.Advance(tokens.Length - table.Length);
                foreach (var (span, i) in Places(table).Where(place => place.Place >= known))
                    content[(span, table.BlocksOf(span)[i])] = Content(tokens, i, salt);
                table.Publish(tokens, salt);
                tables.Add((table, tokens, salt));
            }
            foreach (var (table, _, _) in tables)
                table.Release();
            Assert.Equal(pool.BlockCount, pool.FreeCount);
            Assert.Equal(pool.BlockCount, pool.CountUnheld());
        }
        Assert.True(found > 5_000, $"{found} blocks found");

        static string Content(int[] tokens, int block, string salt) => salt + string.Join(' ', tokens.Take(64 * block + 64));
    }

    /// <summary>Where blocks stand that are held.</summary>
    private static IEnumerable<(int Span, int Place)> Places(BlockTable table)
    {
        for (var span = 0; span < table.SpanCount; span++)
            for (var i = 0; i < table.BlocksOf(span).Count; i++)
                if (table.BlocksOf(span)[i] >= 0)
                    yield return (span, i);
    }

    private static BlockTable Hold(BlockPool pool, int[] tokens, int length)
    {
        var table = new BlockTable(pool);
        Assert.True(table.TryReserve(length));
        table.Advance(length);
        table.Publish(tokens, "");
        return table;
    }

    private static int Known(BlockPool pool, int[] tokens)
    {
        var table = new BlockTable(pool);
        table.Adopt(tokens, "");
        var length = table.Length;
        table.Release();
        return length;
    }
}
