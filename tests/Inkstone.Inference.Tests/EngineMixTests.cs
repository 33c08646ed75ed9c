using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using Inkstone.Foundation.Randomness;
using Inkstone.Models;

namespace Inkstone.Inference.Tests;

/// <summary>
/// A request's scores and tokens are the same to the bit alone and among strangers, with prefix cache and without, in chunks or whole, preempted or not: a thousand
/// random mixes against each request alone.
/// </summary>
public sealed class EngineMixTests : EngineTest
{
    private const int RequestCount = 64;
    private const int ContextLength = 168;

    private static readonly Llama Draft = Samples.Draft(ContextLength);

    private static readonly (int[] Prompt, GenerationOptions Options)[] Requests = [.. Enumerable.Range(0, RequestCount).Select(Request)];

    [Theory]
    [InlineData("whole sequences", 1_000)]
    [InlineData("windows", 100)]
    [InlineData("windows between whole sequences", 100)]
    [InlineData("a source", 100)]
    public async Task RandomMixesGiveEveryRequestWhatItGetsAlone(string kind, int mixes)
    {
        Model network = kind switch
        {
            "whole sequences" => Samples.Llama(ContextLength),
            "a source" => Samples.EncoderDecoder(ContextLength),
            _ => Samples.Windowed(ContextLength, 30, everywhere: kind == "windows"),
        };
        var alone = new Dictionary<(int, int, int), ulong>();
        for (var i = 0; i < RequestCount; i++)
        {
            var scores = await Run(network, new EngineOptions { DraftModel = Draft, PrefixCache = false }, [i], i);
            foreach (var (place, hash) in scores.Hashes)
                alone.Add(place, hash);
        }
        var (preemptions, cached, judged) = (0, 0, 0);
        for (var mix = 0; mix < mixes; mix++)
        {
            var cursor = Rng.From(mix).Split("mix").Cursor();
            var options = new EngineOptions
            {
                DraftModel = Draft,
                PrefixCache = cursor.NextInt(3) > 0,
                TokensPerTurn = cursor.NextInt(3) == 0 ? 8 + cursor.NextInt(24) : 32 + cursor.NextInt(200),
                SequencesPerTurn = 1 + cursor.NextInt(8),
                CacheBytes = KeyValueCache.BytesPerBlock(network) * (3 + cursor.NextInt(cursor.NextInt(2) == 0 ? 2 : 20)),
                DraftCacheBytes = KeyValueCache.BytesPerBlock(Draft) * (3 + cursor.NextInt(10)),
            };
            var found = await Run(network, options, [.. Enumerable.Range(0, 8).Select(_ => cursor.NextInt(RequestCount))], mix);
            foreach (var (place, hash) in found.Hashes)
                Assert.True(alone.TryGetValue(place, out var expected) && expected == hash, $"mix {mix}, request, answer and position {place}: {options}");
            (preemptions, cached, judged) = (preemptions + found.Preemptions, cached + found.Cached, judged + found.Hashes.Count);
        }
        // the mixes are what they are meant to be
        Assert.True(preemptions > (kind == "windows" ? 0 : mixes), $"{preemptions} preemptions");
        Assert.True(cached > 10 * mixes || network.ReadsSource, $"{cached} cached tokens");
        Assert.True(judged > 50 * mixes, $"{judged} rows compared");
    }

    /// <summary>Runs requests together, some of which are walked away from, and gathers every row of scores and every token.</summary>
    private async Task<(Dictionary<(int, int, int), ulong> Hashes, int Preemptions, int Cached)> Run(Model network, EngineOptions options, int[] requests, int seed)
    {
        var hashes = new ConcurrentDictionary<(int, int, int), ulong>();
        var engine = StartAs(network, options);
        engine.Runner.Observer = (sequence, position, logits) => Note(((int)sequence.Sampling.Seed, sequence.Number, 1_000 * sequence.DrawnCount + position), Hash(logits));
        var cached = await Task.WhenAll(requests.Select((request, i) => Drain(request, requests.Length > 1 && Rng.From(seed).Split(i).WordAt(0) % 8 == 0)));
        await Stop(engine);
        return (hashes.ToDictionary(), engine.PreemptionCount, cached.Sum());

        // a request that is there twice must get the same twice
        void Note((int, int, int) place, ulong hash) => hashes.AddOrUpdate(place, hash, (_, known) => known == hash ? hash : 0);

        async Task<int> Drain(int request, bool leaves)
        {
            var (prompt, asked) = Requests[request];
            var (cached, counts) = (0, new int[asked.AnswerCount]);
            await foreach (var piece in engine.GenerateAsync(prompt, asked))
            {
                cached += piece.Answer == 0 ? piece.Prompt?.CachedCount ?? 0 : 0;
                foreach (var score in piece.Prompt?.Scores ?? [])
                    Note((request, -1, counts[0]++), BitConverter.DoubleToUInt64Bits(score.LogProbability));
                if (piece.Prompt?.Scores.Count > 0)
                    counts[0] = 0;
                if (piece.Token >= 0)
                    Note((request, -2 - piece.Answer, counts[piece.Answer]++), (ulong)piece.Token);
                if (leaves && counts[0] > 3)
                    return cached;
            }
            return cached;
        }
    }

    private static ulong Hash(ReadOnlySpan<float> logits)
    {
        var hash = 14695981039346656037;
        foreach (var bits in MemoryMarshal.Cast<float, uint>(logits))
            hash = (hash ^ bits) * 1099511628211;
        return hash;
    }

    /// <summary>One of the requests: prompts share beginnings of some blocks; every kind of sampling and guessing is among them.</summary>
    private static (int[] Prompt, GenerationOptions Options) Request(int number)
    {
        var cursor = Rng.From(number).Split("request").Cursor();
        var shared = Rng.From(number % 3).Split("shared").Cursor();
        var beginning = Enumerable.Range(0, 170).Select(_ => shared.NextInt(Samples.Words.VocabularySize)).Take(cursor.NextInt(150));
        var prompt = beginning.Concat(Enumerable.Range(0, 1 + cursor.NextInt(12)).Select(_ => cursor.NextInt(9) + 40)).ToArray();
        var drawn = cursor.NextInt(4) > 0;
        return (prompt, new GenerationOptions
        {
            MaxTokens = 1 + cursor.NextInt(20),
            Temperature = drawn ? 0.6 + 0.2 * cursor.NextInt(4) : 0,
            TopK = cursor.NextInt(2) * 12,
            TopP = cursor.NextInt(2) == 0 ? 1 : 0.9,
            RepetitionPenalty = cursor.NextInt(3) == 0 ? 1.2 : 1,
            FrequencyPenalty = cursor.NextInt(4) == 0 ? 0.4 : 0,
            DryMultiplier = cursor.NextInt(5) == 0 ? 0.8 : 0,
            AnswerCount = cursor.NextInt(4) == 0 ? 3 : 1,
            PromptLogProbabilities = cursor.NextInt(5) == 0 ? 2 : null,
            Speculation = (Speculation)cursor.NextInt(3),
            DraftLength = 1 + cursor.NextInt(5),
            CacheSalt = cursor.NextInt(6) == 0 ? "another" : "",
            Overflow = cursor.NextInt(2) == 0 ? ContextOverflow.Shift : ContextOverflow.Error,
            KeptPrefix = 5,
            IgnoreEndOfText = true,
            Seed = number,
        });
    }
}
