using System.Globalization;
using System.Text;
using System.Text.Json;
using Inkstone.Foundation.Errors;
using Inkstone.Foundation.Formats;
using Inkstone.Models;

namespace Inkstone.Recipes;

/// <summary>One tensor of a checkpoint.</summary>
/// <param name="Name">The name in the file.</param>
/// <param name="Format">The format of its numbers.</param>
/// <param name="Shape">Its shape, row-major.</param>
/// <param name="Bytes">Bytes in the file.</param>
public sealed record TensorDescription(string Name, string Format, IReadOnlyList<long> Shape, long Bytes);

/// <summary>What a checkpoint holds.</summary>
/// <param name="Path">The folder or file.</param>
/// <param name="Kind">The kind of file.</param>
/// <param name="Family">The network's family as the file names it.</param>
/// <param name="IsKnown">Whether the network can be run, and otherwise why not.</param>
/// <param name="Why">Why the network cannot be run; empty when it can.</param>
/// <param name="Values">Named values, in the file's order, long ones cut short.</param>
/// <param name="Tensors">The tensors, in the file's order.</param>
public sealed record ModelDescription(
    string Path, string Kind, string Family, bool IsKnown, string Why, IReadOnlyList<KeyValuePair<string, string>> Values, IReadOnlyList<TensorDescription> Tensors)
{
    /// <summary>How many numbers all tensors have.</summary>
    public long ParameterCount => Tensors.Sum(tensor => tensor.Shape.Aggregate(1L, (product, extent) => product * extent));

    /// <summary>Bytes of all tensors.</summary>
    public long Bytes => Tensors.Sum(tensor => tensor.Bytes);

    /// <summary>Numbers, bytes and bits a number of each format.</summary>
    public IEnumerable<(string Format, int Tensors, long Numbers, long Bytes)> Formats => Tensors
        .GroupBy(tensor => tensor.Format)
        .Select(group => (group.Key, group.Count(), group.Sum(tensor => tensor.Shape.Aggregate(1L, (product, extent) => product * extent)), group.Sum(tensor => tensor.Bytes)))
        .OrderByDescending(row => row.Item4);
}

/// <summary>Says what a checkpoint holds without reading its weights.</summary>
public static class ModelInspection
{
    private const int LongestText = 100;

    /// <summary>Inspects a GGUF file or a Hugging Face folder.</summary>
    /// <exception cref="InkstoneNotFoundException">There is neither.</exception>
    /// <exception cref="InkstoneFormatException">A file is not well-formed.</exception>
    public static ModelDescription Inspect(string path)
    {
        if (File.Exists(path))
            return InspectGguf(path);
        if (!Directory.Exists(path))
            throw new InkstoneNotFoundException("there is no such model", path, "a GGUF file or a model folder");
        using var weights = SafetensorsFolder.Open(path);
        var tensors = weights.Tensors.Values
            .Select(held => new TensorDescription(held.Tensor.Name, held.Tensor.Type.Name(), held.Tensor.Shape, held.Tensor.ByteLength)).ToList();
        var config = BoundedJson.ReadFile(System.IO.Path.Combine(path, ModelFolder.ConfigName));
        var values = config.Members().Select(member => KeyValuePair.Create(member.Key, Short(Text(member.Value)))).ToList();
        var family = config.AsObject().GetString("model_type", "unnamed");
        var why = Why(() => ModelFolder.ReadConfig(path));
        return new(path, $"safetensors, {weights.Files.Count} file{(weights.Files.Count == 1 ? "" : "s")}", family, why.Length == 0, why, values, tensors);
    }

    private static ModelDescription InspectGguf(string path)
    {
        using var file = GgufFile.Open(path);
        var metadata = file.Metadata;
        var values = metadata.Names.Select(name => KeyValuePair.Create(name, Text(metadata.Get(name)))).ToList();
        var tensors = file.Tensors.Select(tensor => new TensorDescription(tensor.Name, tensor.Type.ToString(), tensor.Shape, tensor.ByteLength)).ToList();
        var why = Why(() =>
        {
            GgufModel.ReadConfig(file);
            using var store = GgufStore.Over(file);
            store.RequireFormats();
        });
        var kind = $"GGUF v{metadata.Version}" + (file.Parts.Count > 1 ? $", {file.Parts.Count} parts" : "");
        return new(path, kind, metadata.Find("general.architecture")?.AsString() ?? "unnamed", why.Length == 0, why, values, tensors);
    }

    private static string Why(Action read)
    {
        try
        {
            read();
            return "";
        }
        catch (InkstoneFormatException error)
        {
            return error.Message;
        }
    }

    private static string Text(JsonValue value) => value.Kind switch
    {
        JsonValueKind.String => value.AsString(),
        JsonValueKind.Number => value.AsDouble().ToString("r", CultureInfo.InvariantCulture),
        JsonValueKind.Array => $"[{string.Join(", ", value.Items().Take(LongestText).Select(Text))}]",
        JsonValueKind.Object => $"{{{string.Join(", ", value.Members().Select(member => $"{member.Key}: {Text(member.Value)}"))}}}",
        _ => value.Kind.ToString().ToLowerInvariant(),
    };

    private static string Text(GgufValue value)
    {
        if (value.Type != GgufType.Array)
            return value.Type == GgufType.String ? Short(value.AsString()) : Scalar(value);
        var text = new StringBuilder($"[{value.Count} × {value.ElementType}]");
        if (value.ElementType == GgufType.String)
            text.Append(' ').AppendJoin(", ", value.AsTexts().Take(6).Select(item => Short(Encoding.UTF8.GetString(item.Span))));
        return Short(text.ToString());
    }

    private static string Scalar(GgufValue value) => value.Type switch
    {
        GgufType.Boolean => value.AsBoolean() ? "true" : "false",
        GgufType.Float32 or GgufType.Float64 => value.AsDouble().ToString("g7", CultureInfo.InvariantCulture),
        _ => value.AsInt64().ToString(CultureInfo.InvariantCulture),
    };

    private static string Short(string text)
    {
        text = text.ReplaceLineEndings("⏎");
        return text.Length <= LongestText ? text : text[..LongestText] + $"… ({text.Length} characters)";
    }
}
