using System.Text.Json;
using Inkstone.Foundation.Formats;
using Inkstone.Models;
using Inkstone.Tensors;
using Inkstone.TestKit;
using Xunit.Abstractions;

namespace Inkstone.Inference.Tests;

/// <summary>
/// Greedy continuations of 64 tokens by llama.cpp: wherever our first choice is ahead of the second by more than twice the tolerance, it is the peer's. Behind a place where it is
/// not, the peer's token goes on.
/// </summary>
public sealed class LlamaGreedyTests(ITestOutputHelper output)
{
    private const int PromptLength = 16;
    private const int Count = 64;

    [LlamaFact]
    public void FirstChoicesAreThePeers()
    {
        var folder = Directory.CreateTempSubdirectory("inkstone-greedy-").FullName;
        try
        {
            var names = PeerCases.All.Keys.Where(LlamaParityTests.IsWanted).ToList();
            File.WriteAllLines(Path.Combine(folder, "jobs.jsonl"), names.Select(name =>
            {
                var config = PeerCases.All[name].Config;
                PeerFile.Write(Path.Combine(folder, name + ".gguf"), config, (_, _) => WeightFormat.F32, PeerCases.SeedOf(name));
                return JsonSerializer.Serialize(new { model = name + ".gguf", tokens = LlamaParityTests.Tokens(config)[..PromptLength], count = Count, output = name + ".tokens" });
            }));
            OracleScript.Run("node", "llama-greedy.js", Path.Combine(folder, "jobs.jsonl"));
            var failures = 0;
            foreach (var name in names)
            {
                var drawn = JsonSerializer.Deserialize<int[]>(File.ReadAllText(Path.Combine(folder, name + ".tokens")))!;
                Assert.Equal(Count, drawn.Length);
                using var file = GgufFile.Open(Path.Combine(folder, name + ".gguf"));
                var model = GgufModel.Load(file);
                int[] tokens = [.. LlamaParityTests.Tokens(model.Config)[..PromptLength], .. drawn];
                var (sure, wrong, near) = Compare(LlamaParityTests.LogProbabilities(model, tokens), model.VocabularySize, drawn, 2 * (PeerCases.All[name].UsesGelu ? 5e-3 : 1e-4));
                failures += wrong;
                output.WriteLine($"{(wrong == 0 ? "equal " : "DIFFER")} {name}: {sure} of {Count} sure, {wrong} of them another token; {near} near");
                Assert.True(sure > Count / 2, $"{name}: only {sure} choices are sure");
            }
            Assert.Equal(0, failures);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static (int Sure, int Wrong, int Near) Compare(float[] scores, int vocabulary, int[] drawn, double margin)
    {
        var (sure, wrong) = (0, 0);
        for (var i = 0; i < drawn.Length; i++)
        {
            var row = scores.AsSpan((PromptLength - 1 + i) * vocabulary, vocabulary);
            var (best, second) = (0, float.NegativeInfinity);
            for (var token = 1; token < vocabulary; token++)
                (best, second) = row[token] > row[best] ? (token, row[best]) : (best, Math.Max(second, row[token]));
            if (row[best] - second <= margin)
                continue;
            sure++;
            wrong += best == drawn[i] ? 0 : 1;
        }
        return (sure, wrong, drawn.Length - sure);
    }
}
