using Inkstone.Foundation.Randomness;
using Inkstone.Models;
using Inkstone.Tensors;

namespace Inkstone.Inference.Tests;

/// <summary>Keys and values stored in less than single precision: the same bits however a sequence is cut, near to what single precision gives.</summary>
public sealed class CacheStorageTests
{
    private static readonly LlamaConfig Config = new()
    {
        VocabularySize = 61,
        ContextLength = 160,
        Width = 64,
        LayerCount = 2,
        HeadCount = 4,
        KeyValueHeadCount = 2,
        HeadWidth = 32,
        HiddenWidth = 96,
    };

    [Theory, InlineData(RowStorage.Half, 5e-3), InlineData(RowStorage.Rounded, 5e-2)]
    public void HoweverCutTheBitsAreTheSame(RowStorage storage, double allowed)
    {
        var model = new Llama(Config, Rng.From(1));
        var tokens = Enumerable.Range(0, 150).Select(i => i * 7 % 61).ToArray();
        var whole = Run(model, tokens, [150], storage);
        Assert.Equal(whole, Run(model, tokens, [.. Enumerable.Repeat(1, 150)], storage));
        Assert.Equal(whole, Run(model, tokens, [63, 2, 85], storage));
        var single = Run(model, tokens, [150], RowStorage.Single);
        var largest = single.Max(MathF.Abs);
        for (var i = 0; i < single.Length; i++)
            Assert.True(Math.Abs(single[i] - whole[i]) <= allowed * largest, $"{i}: {single[i]} and {whole[i]}");
        Assert.NotEqual(single, whole);
    }

    [Fact]
    public void LessPrecisionTakesLessMemory()
    {
        var model = new Llama(Config, Rng.From(1));
        var single = KeyValueCache.BytesPerBlock(model);
        Assert.Equal(64L * 2 * 2 * 64 * 4, single);
        Assert.Equal(single / 2, KeyValueCache.BytesPerBlock(model, RowStorage.Half));
        Assert.Equal(single * 9 / 32, KeyValueCache.BytesPerBlock(model, RowStorage.Rounded));
    }

    private static float[] Run(Model model, int[] tokens, int[] chunks, RowStorage storage)
    {
        var cache = new KeyValueCache(model, 4, storage);
        var table = new BlockTable(cache.Pool);
        var (start, hidden) = (0, new List<float>());
        foreach (var chunk in chunks)
        {
            using var scope = PoolScope.Open();
            Assert.True(table.TryReserve(chunk));
            hidden.AddRange(model.Forward(PagedPass.Over(model, cache, [new PagedRows(table, tokens.AsMemory(start, chunk), chunk)])).ToArray());
            table.Advance(chunk);
            start += chunk;
        }
        return [.. hidden];
    }
}
