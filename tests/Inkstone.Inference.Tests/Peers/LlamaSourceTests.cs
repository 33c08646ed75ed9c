using System.Runtime.InteropServices;
using System.Text.Json;
using Inkstone.Foundation.Formats;
using Inkstone.Models;
using Inkstone.Tensors;
using Inkstone.TestKit;
using Xunit.Abstractions;

namespace Inkstone.Inference.Tests;

/// <summary>
/// Encoder-decoders in GGUF files of our own: the log-probabilities after each token of a target, for a source longer than the distance from which all keys share a bucket.
/// llama.cpp opens no file with more layers in the decoder than in the encoder, and does not divide the rows before a tied head by √width, as the published network does.
/// </summary>
public sealed class LlamaSourceTests(ITestOutputHelper output)
{
    private static readonly T5Config Plain = new()
    {
        VocabularySize = 512,
        ContextLength = 256,
        Width = 256,
        EncoderLayerCount = 3,
        DecoderLayerCount = 2,
        HeadCount = 8,
        HeadWidth = 32,
        HiddenWidth = 512,
        TargetStart = 41,
    };

    private static readonly T5Config Gated = Plain with { Gated = true, Activation = UnaryFunction.GeluTanh, TiedHead = false, BucketCount = 16 };

    private static readonly (string Name, T5Config Config, WeightFormat Format, double Allowed)[] Cases =
    [
        .. Of("t5", Plain with { TiedHead = false }, 1e-4), .. Of("t5-tied", Plain, 1e-4), .. Of("t5-gated", Gated, 5e-3),
    ];

    [LlamaFact]
    public void DistributionsAreThePeers()
    {
        var folder = Directory.CreateTempSubdirectory("inkstone-sources-").FullName;
        var (source, target) = (Tokens(150, 300), Tokens(64, Plain.TargetStart));
        try
        {
            File.WriteAllLines(Path.Combine(folder, "jobs.jsonl"), Cases.Select(known =>
            {
                var file = FileOf(known.Name, known.Format);
                PeerFile.Write(Path.Combine(folder, file), known.Config, (_, _) => known.Format);
                return JsonSerializer.Serialize(new { model = file, source, target, output = file + ".logits" });
            }));
            output.WriteLine(OracleScript.Run("python3", "llama-source-logits.py", Path.Combine(folder, "jobs.jsonl")));
            var failures = 0;
            foreach (var (name, _, format, allowed) in Cases)
            {
                var path = Path.Combine(folder, FileOf(name, format));
                var theirs = MemoryMarshal.Cast<byte, float>(File.ReadAllBytes(path + ".logits"));
                using var file = GgufFile.Open(path);
                var (most, mean) = LlamaParityTests.Differences(LogProbabilities((T5)GgufModel.Load(file), source, target), theirs);
                var isFine = (format.BlockLength() > 1 ? mean : most) <= allowed;
                failures += isFine ? 0 : 1;
                output.WriteLine($"{(isFine ? "equal " : "DIFFER")} {name} {format}: largest {most:g3}, mean {mean:g3}, allowed {allowed}");
            }
            Assert.Equal(0, failures);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static (string Name, T5Config Config, WeightFormat Format, double Allowed)[] Of(string name, T5Config config, double allowed) =>
        [(name, config, WeightFormat.F32, allowed), (name, config, WeightFormat.F16, 1e-2), (name, config, WeightFormat.BF16, 5e-2), (name, config, WeightFormat.Q8_0, 5e-2)];

    private static float[] LogProbabilities(T5 model, int[] source, int[] target)
    {
        using var scope = PoolScope.Open();
        var pass = FullPass.Over(target, new TokenLayout(0, target.Length), model.Backend, source: FullPass.Over(source, new TokenLayout(0, source.Length), model.Backend));
        var scores = model.Head.Forward(model.Forward(pass), pass);
        return (model.Settings.TiedHead ? scores * Math.Sqrt(model.Settings.Width) : scores).LogSoftmax().ToArray();
    }

    private static int[] Tokens(int count, int first) => [.. Enumerable.Range(0, count).Select(i => (i * 7919 + first) % 512)];

    private static string FileOf(string name, WeightFormat format) => $"{name}.{format}.gguf";
}
