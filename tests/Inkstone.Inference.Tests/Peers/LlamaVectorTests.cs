using System.Runtime.InteropServices;
using System.Text.Json;
using Inkstone.Foundation.Formats;
using Inkstone.Models;
using Inkstone.Tensors;
using Inkstone.TestKit;
using Xunit.Abstractions;

namespace Inkstone.Inference.Tests;

/// <summary>Encoders in GGUF files of our own: the mean of a text's hidden rows as llama.cpp gives it, which looks GELU up in a table of half precision.</summary>
public sealed class LlamaVectorTests(ITestOutputHelper output)
{
    private static readonly BertConfig Bert = new() { VocabularySize = 512, ContextLength = 128, Width = 256, LayerCount = 3, HeadCount = 8, HiddenWidth = 512 };

    private static readonly (string Name, BertConfig Config, WeightFormat Format, double Allowed)[] Cases =
    [
        ("bert", Bert, WeightFormat.F32, 5e-3), ("bert", Bert, WeightFormat.F16, 1e-2), ("bert", Bert, WeightFormat.BF16, 5e-2), ("bert", Bert, WeightFormat.Q8_0, 5e-2),
        ("roberta", Bert with { FirstPosition = 2, TokenTypeCount = 1, NormEpsilon = 1e-5 }, WeightFormat.F32, 5e-3),
    ];

    [LlamaFact]
    public void VectorsAreThePeers()
    {
        var folder = Directory.CreateTempSubdirectory("inkstone-vectors-").FullName;
        int[] tokens = [1, .. Enumerable.Range(0, 62).Select(i => (i * 7919 + 300) % 509 + 3), 2];
        try
        {
            File.WriteAllLines(Path.Combine(folder, "jobs.jsonl"), Cases.Select(known =>
            {
                var file = FileOf(known.Name, known.Format);
                PeerFile.Write(Path.Combine(folder, file), known.Config, (_, _) => known.Format, values: values => values
                    .Set("bert.pooling_type", 1u).Set("tokenizer.ggml.token_type_count", (uint)known.Config.TokenTypeCount).Set("tokenizer.ggml.add_eos_token", true));
                return JsonSerializer.Serialize(new { model = file, tokens, output = file + ".vector" });
            }));
            output.WriteLine(OracleScript.Run("node", "llama-vectors.js", Path.Combine(folder, "jobs.jsonl")));
            foreach (var (name, _, format, allowed) in Cases)
            {
                var path = Path.Combine(folder, FileOf(name, format));
                var theirs = MemoryMarshal.Cast<byte, float>(File.ReadAllBytes(path + ".vector")).ToArray();
                using var file = GgufFile.Open(path);
                var ours = new Embedder(GgufModel.Load(file), PoolingModes.Mean, normalised: false).Embed([tokens])[0];
                Assert.Equal(theirs.Length, ours.Length);
                var most = ours.Zip(theirs, (a, b) => Math.Abs(a - b)).Max();
                output.WriteLine($"{(most <= allowed ? "equal " : "DIFFER")} {name} {format}: largest {most:g3} of {theirs.Max(Math.Abs):g3}, allowed {allowed}");
                Assert.InRange(most, 0, allowed);
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static string FileOf(string name, WeightFormat format) => $"{name}.{format}.gguf";
}
