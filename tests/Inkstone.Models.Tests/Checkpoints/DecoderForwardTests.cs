using System.Text;
using System.Text.Json;
using Inkstone.Foundation.Formats;
using Inkstone.Foundation.Randomness;
using Inkstone.Tensors;

namespace Inkstone.Models.Tests;

/// <summary>
/// Folders in Hugging Face's names and layouts against forward passes written out in PyTorch (<c>tests/oracles/decoder-forwards.py</c>), which is where windows, scalings
/// and families that llama.cpp lacks are checked. The numbers of a tensor are a hash of its name and index.
/// </summary>
public sealed class DecoderForwardTests
{
    private const double Tolerance = 2e-5;

    private static readonly JsonDocument Fixture = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "Fixtures", "decoder-forwards.json")));

    public static TheoryData<string> Names => [.. Cases.Select(item => item.GetProperty("name").GetString()!)];

    private static IEnumerable<JsonElement> Cases => Fixture.RootElement.GetProperty("cases").EnumerateArray();

    [Theory, MemberData(nameof(Names))]
    public void AgreesWithPyTorch(string name)
    {
        var item = Cases.Single(other => other.GetProperty("name").GetString() == name);
        var folder = Directory.CreateTempSubdirectory("inkstone-forward-").FullName;
        try
        {
            File.WriteAllText(Path.Combine(folder, ModelFolder.ConfigName), item.GetProperty("config").GetRawText());
            WriteWeights(folder, item.GetProperty("gain").GetDouble());
            int? context = item.GetProperty("context").ValueKind == JsonValueKind.Null ? null : item.GetProperty("context").GetInt32();
            var model = ModelFolder.Load(folder, options: LoadOptions.Trainable with { ContextLength = context });
            var positions = Fixture.RootElement.GetProperty("positions").EnumerateArray().Select(position => position.GetInt32());
            foreach (var (position, row) in positions.Zip(item.GetProperty("rows").EnumerateArray()))
                Assert.Equal(row.EnumerateArray().Select(number => number.GetDouble()), LogProbabilities(model, position), (a, b) => Math.Abs(a - b) <= Tolerance);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static IEnumerable<double> LogProbabilities(Model model, int position)
    {
        using var scope = PoolScope.Open();
        int[] tokens = [.. Fixture.RootElement.GetProperty("tokens").EnumerateArray().Select(token => token.GetInt32())];
        var pass = FullPass.Over(tokens, new TokenLayout(0, tokens.Length));
        var all = model.Head.Forward(model.Forward(pass), pass).LogSoftmax().ToArray();
        return all.Skip(position * model.VocabularySize).Take(model.VocabularySize).Select(number => (double)number);
    }

    private static void WriteWeights(string folder, double gain)
    {
        var config = ModelFolder.ReadConfig(folder);
        var family = ModelFamilies.Named(config.Family, "test");
        var map = family.Map(family.Create(config, Rng.From(1)));
        var sources = map.Entries.SelectMany(entry => entry.StoredShapes())
            .Select(stored => new SafetensorsSource(map.OptionalPrefix + stored.Name, SafetensorsType.F32, [.. stored.Shape.Select(extent => (long)extent)], stream =>
                WeightBytes.Write(Tensor.From(Numbers(map.OptionalPrefix + stored.Name, stored.Shape, gain), stored.Shape), stream)));
        using var file = File.Create(Path.Combine(folder, SafetensorsFolder.SingleFileName));
        SafetensorsWriter.Write([.. sources], new Dictionary<string, string>(), file);
    }

    /// <summary>The oracle's numbers: FNV-1a of the name, and the finaliser of MurmurHash3 over name and index.</summary>
    private static float[] Numbers(string name, Shape shape, double gain)
    {
        var hash = 2166136261u;
        foreach (var letter in Encoding.UTF8.GetBytes(name))
            hash = (hash ^ letter) * 16777619u;
        var numbers = new float[shape.Count];
        for (var i = 0; i < numbers.Length; i++)
        {
            var x = (uint)i * 0x9e3779b9u + hash;
            x = (x ^ (x >> 16)) * 0x85ebca6bu;
            x = (x ^ (x >> 13)) * 0xc2b2ae35u;
            var u = 2 * ((x ^ (x >> 16)) / 4294967296.0) - 1;
            numbers[i] = (float)(shape.Rank > 1 ? u * Math.Sqrt(3.0 / shape[-1]) : 0.2 * u + (name.EndsWith(".weight", StringComparison.Ordinal) ? gain : 0));
        }
        return numbers;
    }
}
