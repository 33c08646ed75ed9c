using System.Globalization;
using Inkstone.Foundation.Errors;
using Inkstone.Foundation.Formats;

namespace Inkstone.Models;

/// <summary>
/// What a GGUF file says of its network: the values named <c>{architecture}.…</c>, each of which a family reads or ignores by name, and the tensors that are there.
/// </summary>
public sealed class GgufFields
{
    private readonly GgufFile _file;
    private readonly HashSet<string> _unused;

    /// <summary>The values of a file.</summary>
    public GgufFields(GgufFile file)
    {
        _file = file;
        Architecture = file.Metadata.Get("general.architecture").AsString();
        _unused = [.. file.Metadata.Names.Where(name => name.StartsWith(Architecture + ".", StringComparison.Ordinal))];
    }

    /// <summary><c>general.architecture</c>.</summary>
    public string Architecture { get; }

    /// <summary>The file.</summary>
    public string Path => _file.Path;

    /// <summary>The shape of a tensor, row-major; null when there is none of that name.</summary>
    public IReadOnlyList<long>? ShapeOf(string tensor) => _file.Find(tensor)?.Shape;

    /// <summary>Whether any tensor has a name of some kind.</summary>
    public bool HasTensor(Func<string, bool> isWanted) => _file.Tensors.Any(tensor => isWanted(tensor.Name));

    /// <summary>The number of token ids: the rows of the embedding.</summary>
    public int VocabularySize
    {
        get
        {
            Ignore("vocab_size");
            var table = _file.Get("token_embd.weight");
            return table.Shape is [> 0 and <= 1 << 24, _] ? (int)table.Shape[0]
                : throw new InkstoneFormatException("the embedding is no table", $"{Path}: token_embd.weight", "[vocabulary, width]", $"[{string.Join(", ", table.Shape)}]");
        }
    }

    /// <summary>A whole number.</summary>
    public int GetInt32(string name, int least, int most, int? otherwise = null)
    {
        if (Find(name) is not { } value)
            return otherwise ?? throw Missing(name);
        var number = value.AsInt64();
        return number >= least && number <= most ? (int)number
            : throw value.Error("the value is out of range", string.Create(CultureInfo.InvariantCulture, $"{least} to {most}"), number.ToString(CultureInfo.InvariantCulture));
    }

    /// <summary>A number; of one in single precision, the shortest decimal that it is (0.00001, not 0.000009999999747).</summary>
    public double GetDouble(string name, double least, double most, double? otherwise = null)
    {
        if (Find(name) is not { } value)
            return otherwise ?? throw Missing(name);
        var number = value.Type == GgufType.Float32
            ? double.Parse(((float)value.AsDouble()).ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture)
            : value.AsDouble();
        return number >= least && number <= most ? number
            : throw value.Error("the value is out of range", string.Create(CultureInfo.InvariantCulture, $"{least} to {most}"), number.ToString(CultureInfo.InvariantCulture));
    }

    /// <summary>True or false.</summary>
    public bool GetBoolean(string name, bool otherwise) => Find(name)?.AsBoolean() ?? otherwise;

    /// <summary>A text.</summary>
    public string? FindString(string name) => Find(name)?.AsString();

    /// <summary>A value of any kind, marked as read; null when there is none.</summary>
    public GgufValue? Find(string name)
    {
        _unused.Remove($"{Architecture}.{name}");
        return _file.Metadata.Find($"{Architecture}.{name}");
    }

    /// <summary>A tensor of numbers that are not trained (rotary factors); null when there is none.</summary>
    public float[]? FindNumbers(string tensor)
    {
        using var store = GgufStore.Over(_file);
        if (store.Find(tensor) is not { } stored)
            return null;
        if (stored.Count > 1 << 16)
            throw new InkstoneFormatException("the tensor is larger than can be", stored.Where, $"at most {1 << 16} numbers", $"{stored.Count}");
        var numbers = new float[stored.Count];
        stored.Read(numbers);
        return numbers;
    }

    /// <summary>Throws where a number asks for a form of the network that is not supported; what is missing asks for nothing.</summary>
    internal void Require(string network, int value, params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
            if (GetInt32(name, 1, 4_096, value) != value)
                throw Find(name)!.Value.Error($"this form of {network} is not supported", $"{value}");
    }

    /// <summary>Marks values as of no meaning here.</summary>
    public void Ignore(params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
            _unused.Remove($"{Architecture}.{name}");
    }

    /// <summary>Throws when a value of the architecture was neither read nor ignored.</summary>
    public void RefuseUnused()
    {
        if (_unused.Count > 0)
            throw new InkstoneFormatException("the file asks for something of the network that is not known", Path, "no other values of the architecture",
                string.Join(", ", _unused.Order(StringComparer.Ordinal).Take(8)));
    }

    private InkstoneFormatException Missing(string name) => new("GGUF metadata lacks a value", Path, $"{Architecture}.{name}");
}
