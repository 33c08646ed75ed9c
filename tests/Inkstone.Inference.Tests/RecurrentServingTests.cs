using Inkstone.Foundation.Errors;
using Inkstone.Foundation.Randomness;
using Inkstone.Models;
using Inkstone.Tensors;
using Inkstone.Tokenizers;

namespace Inkstone.Inference.Tests;

/// <summary>Recurrent state in the paged pass: however a sequence is cut, and whoever runs beside it, it remembers the same bits.</summary>
public sealed class RecurrentServingTests : EngineTest
{
    private const int Length = 150;

    private static readonly RecurrentNetwork Network = new(new RecurrentConfig { VocabularySize = 61, ContextLength = 192 });

    private static readonly int[] Ids = Random(Length, 5);

    [Fact]
    public void TheFullPassAgrees()
    {
        using var scope = PoolScope.Open();
        var whole = Network.Forward(FullPass.Over(Ids, new TokenLayout(0, Length))).ToArray();
        var paged = Paged([Length]);
        var norm = Math.Sqrt(whole.Sum(x => (double)x * x));
        Assert.True(Math.Sqrt(whole.Zip(paged, (a, b) => ((double)a - b) * (a - b)).Sum()) <= 1e-5 * norm);
    }

    [Fact]
    public void TokenByTokenIsTheSameToTheBit() => Assert.Equal(Paged([Length]), Paged([.. Enumerable.Repeat(1, Length)]));

    [Fact]
    public void ChunksAreTheSameToTheBit()
    {
        var whole = Paged([Length]);
        Assert.Equal(whole, Paged([64, 64, 22]));
        Assert.Equal(whole, Paged([7, 1, 56, 65, 21]));
        Assert.Equal(whole, Paged([3, 130, 17]));
    }

    [Fact]
    public void AmongStrangersOfOtherLengthsIsTheSameToTheBit() => Assert.Equal(Paged([Length]), Paged([40, 1, 100, 9], strangers: 7));

    [Fact]
    public void AStateIsNotLeftToWhoeverTakesTheBlocksNext()
    {
        var cache = new KeyValueCache(Network, 4);
        var table = new BlockTable(cache.Pool);
        Run(cache, [new PagedRows(table, Random(100, 8), 0)]);
        table.Release();
        var other = new BlockTable(cache.Pool);
        Run(cache, [new PagedRows(other, Random(30, 9), 0)]);
        var resumed = Run(cache, [new PagedRows(table, Ids.AsMemory(0, 90), 90)]).Concat(Run(cache, [new PagedRows(table, Ids.AsMemory(90), 60)]));
        Assert.Equal(Paged([Length]), resumed.ToArray());
    }

    [Fact]
    public async Task TheEngineGivesTheSameTokensAloneAndWhenBlocksRunOut()
    {
        var words = BpeTrainer.Train(["the river ran past the moon"], new BpeTrainerOptions { VocabularySize = 280, AllowSmaller = true });
        var model = new RecurrentNetwork(new RecurrentConfig { VocabularySize = words.VocabularySize, ContextLength = 128 });
        var options = new GenerationOptions { MaxTokens = 90, IgnoreEndOfText = true };
        var expected = new List<List<int>>();
        var roomy = Start(model, tokenizer: words);
        for (var i = 0; i < 4; i++)
            expected.Add(await Generated(roomy, i));
        var tight = Start(model, new EngineOptions { CacheBytes = 1 }, words);
        var together = await Task.WhenAll(Enumerable.Range(0, 4).Select(i => Generated(tight, i)));
        Assert.Equal(expected, together);
        Assert.True(tight.PreemptionCount > 0, "the cache was too large for this test");

        async Task<List<int>> Generated(InferenceEngine engine, int i)
        {
            var tokens = new List<int>();
            await foreach (var piece in engine.GenerateAsync("the river" + i, options with { Seed = i }))
                tokens.Add(piece.Token);
            return tokens;
        }
    }

    [Fact]
    public void WhatCannotBeServedIsRefused()
    {
        var backwards = new RecurrentNetwork(new RecurrentConfig { VocabularySize = 61, ReadsBackwards = true });
        var cache = new KeyValueCache(backwards, 2);
        var table = new BlockTable(cache.Pool);
        Assert.True(table.TryReserve(3));
        using var scope = PoolScope.Open();
        var pass = PagedPass.Over(backwards, cache, [new PagedRows(table, new[] { 1, 2, 3 }, 1)]);
        Assert.Contains("backwards", Assert.Throws<InkstoneRequestException>(() => backwards.Forward(pass)).Message, StringComparison.Ordinal);
        var x = Tensor.Zeros([3, 24]);
        // layer 0 remembers two vectors, a GRU one
        Assert.Throws<InkstoneRequestException>(() => pass.Recall(0, x, (GruLayer)Network.Stack.Blocks[2]));
        Assert.Throws<InkstoneRequestException>(() => pass.AttendAgain(1, x.SplitHeads(8), new AttentionForm()));
    }

    private static float[] Paged(int[] chunks, int strangers = 0)
    {
        var cache = new KeyValueCache(Network, 32);
        var table = new BlockTable(cache.Pool);
        var others = Enumerable.Range(0, strangers).Select(_ => new BlockTable(cache.Pool)).ToArray();
        var result = new List<float>();
        var done = 0;
        foreach (var chunk in chunks)
        {
            // strangers stand before and after, of all lengths, and give no row of their own
            var rows = others.Select((other, i) => new PagedRows(other, Random(5 * i + 1, 100 + i), 0)).ToList();
            rows.Insert(strangers / 2, new PagedRows(table, Ids.AsMemory(done, chunk), chunk));
            result.AddRange(Run(cache, rows));
            done += chunk;
        }
        return [.. result];
    }

    private static float[] Run(KeyValueCache cache, List<PagedRows> rows)
    {
        foreach (var row in rows)
            Assert.True(row.Table.TryReserve(row.Tokens.Length));
        using var scope = PoolScope.Open();
        var hidden = Network.Forward(PagedPass.Over(Network, cache, rows));
        foreach (var row in rows)
            row.Table.Advance(row.Tokens.Length);
        return hidden.ToArray();
    }

    private static int[] Random(int count, long seed)
    {
        var cursor = Rng.From(seed).Cursor();
        return [.. Enumerable.Range(0, count).Select(_ => cursor.NextInt(61))];
    }
}
