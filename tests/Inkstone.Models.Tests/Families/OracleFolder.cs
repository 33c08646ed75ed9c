using System.Buffers.Binary;
using System.Text.Json;
using Inkstone.Foundation.Formats;
using Inkstone.TestKit;

namespace Inkstone.Models.Tests;

/// <summary>A folder as Hugging Face lays it, of a case of <c>tests/oracles/make-encoders.py</c>: its configuration, and weights drawn by the rule that the script states.</summary>
internal sealed class OracleFolder : IDisposable
{
    public OracleFolder(GoldenCase golden)
    {
        Path = Directory.CreateTempSubdirectory("inkstone-oracle-").FullName;
        File.WriteAllText(System.IO.Path.Combine(Path, "config.json"), golden.Json.GetProperty("config").GetRawText());
        var names = golden.Json.GetProperty("shapes").EnumerateObject().OrderBy(member => member.Name, StringComparer.Ordinal).ToList();
        var sources = names.Select((member, number) =>
        {
            int[] shape = [.. member.Value.EnumerateArray().Select(extent => extent.GetInt32())];
            return new SafetensorsSource(member.Name, SafetensorsType.F32, [.. shape.Select(extent => (long)extent)], stream => Write(Draw(member.Name, shape, number), stream));
        });
        using var file = File.Create(System.IO.Path.Combine(Path, "model.safetensors"));
        SafetensorsWriter.Write(sources.ToList(), null, file);
    }

    public string Path { get; }

    public void Dispose() => Directory.Delete(Path, recursive: true);

    /// <summary>Lists of token ids.</summary>
    public static int[][] Lists(JsonElement json) => [.. json.EnumerateArray().Select(list => list.EnumerateArray().Select(id => id.GetInt32()).ToArray())];

    private static IEnumerable<double> Draw(string name, int[] shape, int number)
    {
        var scale = shape.Length == 1 ? 0.2
            : name.Contains("embeddings", StringComparison.Ordinal) || name.Contains("shared", StringComparison.Ordinal) || name.Contains("relative_attention_bias", StringComparison.Ordinal) ? 2
            : 4 / Math.Sqrt(shape[^1]);
        var gain = name.Contains("norm", StringComparison.OrdinalIgnoreCase) && name.EndsWith(".weight", StringComparison.Ordinal) ? 1 : 0;
        var x = 7919L * (number + 1);
        for (var i = shape.Aggregate(1, (product, extent) => product * extent); i > 0; i--)
        {
            x = (1103515245 * x + 12345) % (1L << 31);
            yield return ((double)x / (1L << 31) - 0.5) * scale + gain;
        }
    }

    private static void Write(IEnumerable<double> numbers, Stream stream)
    {
        var bytes = new byte[sizeof(float)];
        foreach (var number in numbers)
        {
            BinaryPrimitives.WriteSingleLittleEndian(bytes, (float)number);
            stream.Write(bytes);
        }
    }
}
