using System.Text.Json;
using Inkstone.Tensors;

namespace Inkstone.TestKit;

/// <summary>A file of reference vectors made by PyTorch: named cases, each an object of tensors, lists of tensors and numbers.</summary>
public sealed class Golden
{
    private readonly Dictionary<string, GoldenCase> _cases = [];

    private Golden(JsonElement root)
    {
        foreach (var item in root.GetProperty("cases").EnumerateObject())
            _cases.Add(item.Name, new GoldenCase(item.Value));
    }

    /// <summary>The names of the cases.</summary>
    public IEnumerable<string> Names => _cases.Keys;

    /// <summary>A case by name.</summary>
    public GoldenCase this[string name] => _cases[name];

    /// <summary>Reads a fixture of the running test project, such as <c>ops.json</c> in its folder Fixtures.</summary>
    public static Golden Load(string name)
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "Fixtures", name)));
        return new Golden(document.RootElement.Clone());
    }
}

/// <summary>One case of a golden file.</summary>
public sealed class GoldenCase(JsonElement json)
{
    /// <summary>The case as it stands in the file.</summary>
    public JsonElement Json => json;

    /// <summary>Whether there is an entry of this name.</summary>
    public bool Has(string name) => json.TryGetProperty(name, out _);

    /// <summary>A tensor.</summary>
    public GoldenTensor Tensor(string name) => GoldenTensor.Parse(json.GetProperty(name));

    /// <summary>A list of tensors; null where the file has none.</summary>
    public GoldenTensor?[] Tensors(string name) =>
        [.. json.GetProperty(name).EnumerateArray().Select(e => e.ValueKind == JsonValueKind.Null ? null : GoldenTensor.Parse(e))];

    /// <summary>Tensors by name.</summary>
    public Dictionary<string, GoldenTensor> NamedTensors(string name) =>
        json.GetProperty(name).EnumerateObject().ToDictionary(e => e.Name, e => GoldenTensor.Parse(e.Value));

    /// <summary>A number.</summary>
    public double Number(string name) => json.GetProperty(name).GetDouble();

    /// <summary>A list of numbers.</summary>
    public double[] Numbers(string name) => [.. json.GetProperty(name).EnumerateArray().Select(e => e.GetDouble())];
}

/// <summary>A tensor of a golden file: extents and numbers in row-major order.</summary>
public sealed record GoldenTensor(int[] Extents, double[] Data)
{
    /// <summary>The numbers as a floating tensor of the backend.</summary>
    public Tensor ToTensor(Backend? backend = null) => Inkstone.Tensors.Tensor.From(Data, Shape.Create(Extents), backend);

    /// <summary>The numbers as a tensor of whole numbers.</summary>
    public Tensor ToIntegers(Backend? backend = null) =>
        Inkstone.Tensors.Tensor.From(Data.Select(n => checked((int)n)).ToArray(), Shape.Create(Extents), backend);

    internal static GoldenTensor Parse(JsonElement json) => new(
        [.. json.GetProperty("shape").EnumerateArray().Select(e => e.GetInt32())],
        [.. json.GetProperty("data").EnumerateArray().Select(e => e.GetDouble())]);
}
