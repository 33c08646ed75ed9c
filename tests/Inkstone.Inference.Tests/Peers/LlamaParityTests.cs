using System.Runtime.InteropServices;
using System.Text.Json;
using Inkstone.Foundation.Formats;
using Inkstone.Models;
using Inkstone.Tensors;
using Inkstone.TestKit;
using Xunit.Abstractions;

namespace Inkstone.Inference.Tests;

/// <summary>
/// Files of our own, run by us and by llama.cpp: log-probabilities of every token after each of 64 given ones. The largest difference is bounded for dense weights, the mean one for
/// block formats, whose activations the engines round differently.
/// </summary>
public sealed class LlamaParityTests(ITestOutputHelper output)
{
    private const int Length = 64;

    [LlamaFact]
    public void DistributionsAreThePeers()
    {
        var folder = Directory.CreateTempSubdirectory("inkstone-llama-").FullName;
        try
        {
            var jobs = new List<(string Name, WeightFormat Format, bool UsesGelu)>();
            using (var lines = File.CreateText(Path.Combine(folder, "jobs.jsonl")))
            {
                foreach (var (name, (config, usesGelu)) in PeerCases.All.Where(known => IsWanted(known.Key)))
                    foreach (var format in FormatsFor(name))
                    {
                        var file = $"{name}.{format}.gguf";
                        PeerFile.Write(Path.Combine(folder, file), config, (_, _) => format, PeerCases.SeedOf(name));
                        lines.WriteLine(JsonSerializer.Serialize(new { model = file, tokens = Tokens(config), output = file + ".logits" }));
                        jobs.Add((name, format, usesGelu));
                    }
            }
            output.WriteLine(OracleScript.Run("node", "llama-logits.js", Path.Combine(folder, "jobs.jsonl")));
            var failures = 0;
            foreach (var (name, format, usesGelu) in jobs)
            {
                var path = Path.Combine(folder, $"{name}.{format}.gguf");
                var theirs = MemoryMarshal.Cast<byte, float>(File.ReadAllBytes(path + ".logits"));
                using var file = GgufFile.Open(path);
                var model = GgufModel.Load(file);
                var ours = LogProbabilities(model, Tokens(model.Config));
                var (most, mean) = Differences(ours, theirs);
                var isBlock = format.BlockLength() > 1;
                var allowed = isBlock ? 0.05 : format == WeightFormat.F32 ? usesGelu ? 5e-3 : 1e-4 : format == WeightFormat.F16 ? 1e-2 : 5e-2;
                var isFine = (isBlock ? mean : most) <= allowed;
                var rounded = "";
                if (PeerRounding.Knows(format))
                {
                    var reference = Rounded(file, 1);
                    var (mostRounded, meanRounded) = Differences(reference, theirs);
                    var (mostMoved, meanMoved) = Differences(reference, Rounded(file, 1 + 1e-6f));
                    rounded = $"; with the peer's roundings largest {mostRounded:g3}, mean {meanRounded:g3} (moved by 1e-6 before them {mostMoved:g3}, {meanMoved:g3})";
                }
                failures += isFine ? 0 : 1;
                output.WriteLine(
                    $"{(isFine ? "equal " : "DIFFER")} {name} {format}: largest {most:g3}, mean {mean:g3}, allowed {(isBlock ? "mean" : "largest")} {allowed}{rounded}");
            }
            Assert.Equal(0, failures);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static IEnumerable<WeightFormat> FormatsFor(string name) => name switch
    {
        "llama" => WeightFormats.All,
        // experts as they are published
        "gpt-oss" => [WeightFormat.F32, WeightFormat.F16, WeightFormat.BF16, WeightFormat.Q8_0, WeightFormat.MXFP4],
        _ => [WeightFormat.F32, WeightFormat.F16, WeightFormat.BF16, WeightFormat.Q8_0],
    };

    /// <summary>The same with the peer's roundings.</summary>
    private static float[] Rounded(GgufFile file, float factor)
    {
        var model = GgufModel.Load(file);
        PeerRounding.Add(model, factor);
        return LogProbabilities(model, Tokens(model.Config));
    }

    /// <summary>INKSTONE_LLAMA_CASES narrows the run to names that begin with one of its words.</summary>
    internal static bool IsWanted(string name) =>
        Environment.GetEnvironmentVariable("INKSTONE_LLAMA_CASES") is not { Length: > 0 } words || words.Split(' ').Any(word => name.StartsWith(word, StringComparison.Ordinal));

    internal static int[] Tokens(ModelConfig config) => [.. Enumerable.Range(0, Length).Select(i => (i * 7919 + 300) % config.VocabularySize)];

    internal static float[] LogProbabilities(Model model, int[] tokens)
    {
        using var scope = PoolScope.Open();
        var cache = new KeyValueCache(model, BlockPool.BlocksFor(tokens.Length));
        var table = new BlockTable(cache.Pool);
        Assert.True(table.TryReserve(tokens.Length));
        var pass = PagedPass.Over(model, cache, [new PagedRows(table, tokens, tokens.Length)]);
        return model.Head.Forward(model.Forward(pass), pass).LogSoftmax().ToArray();
    }

    internal static (double Most, double Mean) Differences(ReadOnlySpan<float> ours, ReadOnlySpan<float> theirs)
    {
        Assert.Equal(theirs.Length, ours.Length);
        var (most, sum) = (0.0, 0.0);
        for (var i = 0; i < ours.Length; i++)
        {
            var difference = Math.Abs((double)ours[i] - theirs[i]);
            most = double.IsNaN(difference) ? double.PositiveInfinity : Math.Max(most, difference);
            sum += difference;
        }
        return (most, sum / ours.Length);
    }
}
