using Inkstone.Foundation.Errors;
using Inkstone.Foundation.Randomness;
using Inkstone.Models;
using Inkstone.Tensors;

namespace Inkstone.Inference.Tests;

/// <summary>What windows have passed is given back while a sequence goes on, and nothing that is computed depends on it.</summary>
public sealed class WindowTests : EngineTest
{
    private const int ContextLength = 512;
    private const int Length = 470;

    public static TheoryData<string> Networks => ["all", "some", "gemma", "gpt-oss"];

    [Theory, MemberData(nameof(Networks))]
    public void PassedBlocksAreGivenBackAndTheBitsAreThoseOfKeepingThem(string name)
    {
        var model = Network(name);
        var tokens = Samples.Tokens(Length, 3).Select(token => token % model.VocabularySize).ToArray();
        // one chunk: nothing has passed before its end
        var kept = Compute(model, tokens, [Length], out _);
        foreach (var chunks in (int[][])[[.. Enumerable.Repeat(1, Length)], [100, 1, 64, 127, 178], [64, 64, 64, 64, 64, 64, 64, 22]])
        {
            Assert.Equal(kept, Compute(model, tokens, chunks, out var held));
            foreach (var (window, most) in held)
            {
                var all = BlockPool.BlocksFor(Length);
                Assert.Equal(window == 0 ? all : Math.Min(all, most), most);
                Assert.InRange(most, 1, window == 0 ? all : BlockPool.BlocksFor(window + chunks.Max()) + 1);
                Assert.True(window == 0 || most < all, $"window {window} held {most} blocks of {all}");
            }
        }
    }

    [Fact]
    public async Task AnEngineOfWindowsTakesTheMemoryOfWindows()
    {
        const int window = 100;
        var options = new EngineOptions { CacheBytes = long.MaxValue, SequencesPerTurn = 4, TokensPerTurn = 64, PrefixCache = false };
        var all = Start(Samples.Windowed(ContextLength, window, everywhere: true), options);
        var some = Start(Samples.Windowed(ContextLength, window, everywhere: false), options);
        var none = Start(Samples.Llama(ContextLength), options);
        var windowed = 4 * (BlockPool.BlocksFor(window) + 2) + 1;
        Assert.Equal((windowed, 32 + windowed, 32), (all.BlockCount, some.BlockCount, none.BlockCount));
        // four long answers at once fit where their windows do
        foreach (var engine in (InferenceEngine[])[all, some])
        {
            var answers = await Task.WhenAll(Enumerable.Range(0, 4).Select(i => Pieces(
                engine, Samples.Tokens(300, i), new GenerationOptions { MaxTokens = 200, IgnoreEndOfText = true, Seed = i })));
            Assert.All(answers, answer => Assert.Equal(200, answer.Count));
            Assert.Equal(0, engine.PreemptionCount);
        }
    }

    [Fact]
    public async Task PrefixesAreFoundWhereTheirWindowsAre()
    {
        foreach (var everywhere in (bool[])[true, false])
        {
            var network = Samples.Windowed(ContextLength, 100, everywhere);
            var engine = Start(network);
            var without = Start(network, new EngineOptions { PrefixCache = false });
            var options = new GenerationOptions { MaxTokens = 12, Temperature = 0.8, IgnoreEndOfText = true };
            var prompt = Samples.Tokens(400, 9);
            await Pieces(engine, prompt, options);
            foreach (var length in (int[])[400, 330, 129, 64])
            {
                int[] asked = [.. prompt[..length], 7, 8];
                var pieces = await Pieces(engine, asked, options);
                Assert.Equal(length / 64 * 64, pieces[0].Prompt!.CachedCount);
                Assert.Equal((await Pieces(without, asked, options)).Select(p => (p.Token, p.LogProbability)), pieces.Select(p => (p.Token, p.LogProbability)));
            }
        }
    }

    private static Model Network(string name) => name switch
    {
        "all" => Samples.Windowed(ContextLength, 70, everywhere: true),
        "some" => Samples.Windowed(ContextLength, 128, everywhere: false),
        "gemma" => Registered("gemma2", config => ((GemmaConfig)config) with { ContextLength = ContextLength, Window = 90 }),
        _ => Registered("gpt_oss", config => ((GptOssConfig)config) with { ContextLength = ContextLength, Window = 33 }),
    };

    /// <summary>A family's small network that has a window.</summary>
    private static Model Registered(string name, Func<ModelConfig, ModelConfig> change)
    {
        var family = ModelFamilies.Named(name, "test");
        foreach (var config in family.TinyConfigs)
            if (family.Create(config, Rng.From(1)).Memory.Any(layer => layer.Window > 0))
                return family.Create(change(config), Rng.From(5));
        throw new InkstoneNotFoundException("the family has no small network with a window", name);
    }

    /// <summary>Hidden rows of a sequence in chunks, and the most blocks held for each window. What was given back is spoilt at once.</summary>
    private static float[] Compute(Model model, int[] tokens, int[] chunks, out Dictionary<int, int> held)
    {
        var cache = new KeyValueCache(model, BlockPool.BlocksFor(Length) + 1);
        var table = new BlockTable(cache.Pool);
        var (start, hidden) = (0, new List<float>());
        held = [];
        foreach (var chunk in chunks)
        {
            using var scope = PoolScope.Open();
            Assert.True(table.TryReserve(chunk));
            Spoil(model, cache);
            hidden.AddRange(model.Forward(PagedPass.Over(model, cache, [new PagedRows(table, tokens.AsMemory(start, chunk), chunk)])).ToArray());
            table.Advance(chunk);
            start += chunk;
            foreach (var span in cache.Pool.Spans)
                held[span.Window] = Math.Max(held.GetValueOrDefault(span.Window), span.BlockCount - span.FreeCount);
        }
        table.Release();
        Assert.Equal(cache.Pool.BlockCount, cache.Pool.CountUnheld());
        return [.. hidden];
    }

    private static void Spoil(Model model, KeyValueCache cache)
    {
        for (var layer = 0; layer < model.Memory.Count; layer++)
        {
            var span = cache.Pool.Spans[cache.SpanOf(layer)];
            for (var block = 0; block < span.BlockCount; block++)
                if (span.IsUnheld(block))
                    foreach (var memory in (Tensor[])[cache.Keys(layer), cache.Values(layer)])
                        InPlace.Fill(memory.Slice(0, block, 1), 1e6);
        }
    }
}
