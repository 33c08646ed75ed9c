using System.Text.Json;
using System.Text.Json.Serialization;
using Inkstone.Foundation.Formats;

namespace Inkstone.Models;

/// <summary>
/// Some of a stack's layers, said by a cycle that repeats from the first layer on: those with a sliding window, among those that see everything. As text it is a
/// letter a layer of the cycle, <c>w</c> for those that are meant and <c>f</c> for the others.
/// </summary>
[JsonConverter(typeof(LayerPatternJson))]
public sealed record LayerPattern
{
    private const string Sliding = "sliding_attention";
    private const string Full = "full_attention";

    private readonly bool[] _cycle;

    private LayerPattern(bool[] cycle) => _cycle = cycle;

    /// <summary>Every layer.</summary>
    public static LayerPattern All { get; } = new([true]);

    /// <summary>The least number of layers after which the pattern repeats.</summary>
    public int Period => _cycle.Length;

    /// <summary>Whether only the last layer of each period is outside.</summary>
    internal bool IsAllButLast => _cycle.Length > 1 && _cycle.AsSpan().IndexOf(false) == _cycle.Length - 1;

    /// <summary>The pattern of a whole stack, layer by layer.</summary>
    public static LayerPattern Of(params ReadOnlySpan<bool> layers)
    {
        for (var period = 1; period < layers.Length; period++)
            if (layers[period..].SequenceEqual(layers[..^period]))
                return new LayerPattern(layers[..period].ToArray());
        return layers.IsEmpty ? All : new LayerPattern(layers.ToArray());
    }

    /// <summary>All layers but each <paramref name="period"/>-th: with 6, the layers 5, 11, 17 … are outside. 1 leaves none.</summary>
    public static LayerPattern AllButEvery(int period) => new([.. Enumerable.Range(1, period).Select(layer => layer < period)]);

    /// <summary>The layers from a number on, of a stack of so many.</summary>
    public static LayerPattern From(int first, int layerCount) => Of([.. Enumerable.Range(0, layerCount).Select(layer => layer >= first)]);

    /// <summary>The first layer among them, of a stack of so many; the number of layers when there is none.</summary>
    internal int FirstOf(int layerCount) => Enumerable.Range(0, layerCount).FirstOrDefault(Has, layerCount);

    /// <summary>Whether a layer is among them.</summary>
    public bool Has(int layer) => _cycle[layer % _cycle.Length];

    /// <inheritdoc/>
    public bool Equals(LayerPattern? other) => other is not null && _cycle.AsSpan().SequenceEqual(other._cycle);

    /// <inheritdoc/>
    public override int GetHashCode() => _cycle.Aggregate(_cycle.Length, (hash, mark) => HashCode.Combine(hash, mark));

    /// <summary>Reads what <see cref="ToString"/> writes; null when the text is no pattern.</summary>
    internal static LayerPattern? Parse(string text) =>
        text.Length is > 0 and <= 4_096 && text.All(letter => letter is 'w' or 'f') ? Of([.. text.Select(letter => letter == 'w')]) : null;

    /// <inheritdoc/>
    public override string ToString() => string.Concat(_cycle.Select(mark => mark ? 'w' : 'f'));

    /// <summary>A configuration's <c>layer_types</c>; null when it says nothing of them.</summary>
    internal static LayerPattern? Read(JsonObjectReader json, int layerCount)
    {
        if (json.Find("layer_types") is not { } types)
            return null;
        if (types.Count != layerCount)
            throw types.Error("a kind is due to every layer", $"{layerCount} items");
        return Of([.. types.Items().Select(type => type.AsString() switch
        {
            Sliding => true,
            Full => false,
            _ => throw type.Error("the kind of attention is not known", $"{Full} or {Sliding}"),
        })]);
    }

    /// <summary>Writes <c>layer_types</c>.</summary>
    internal void Write(Utf8JsonWriter json, int layerCount)
    {
        json.WriteStartArray("layer_types");
        for (var layer = 0; layer < layerCount; layer++)
            json.WriteStringValue(Has(layer) ? Sliding : Full);
        json.WriteEndArray();
    }

    /// <summary>A file's <c>attention.sliding_window_pattern</c>: a period, or a mark a layer; null when it says nothing.</summary>
    internal static LayerPattern? Read(GgufFields fields, int layerCount)
    {
        const string Name = "attention.sliding_window_pattern";
        if (fields.Find(Name) is not { } value)
            return null;
        if (value.Type != GgufType.Array)
            return fields.GetInt32(Name, 0, 4_096) is > 0 and var period ? AllButEvery(period) : All;
        var marks = value.AsInt32s();
        return marks.Length == layerCount ? Of([.. marks.Select(mark => mark != 0)]) : throw value.Error("a mark is due to every layer", $"{layerCount} items", $"{marks.Length}");
    }

    /// <summary>Writes <c>attention.sliding_window_pattern</c>.</summary>
    internal void Write(GgufFieldWriter fields, int layerCount)
    {
        if (IsAllButLast)
            fields.Set("attention.sliding_window_pattern", Period);
        else if (this != All)
            fields.Set("attention.sliding_window_pattern", [.. Enumerable.Range(0, layerCount).Select(Has)]);
    }
}

/// <summary>A pattern as text in recorded configurations.</summary>
internal sealed class LayerPatternJson : JsonConverter<LayerPattern>
{
    /// <inheritdoc/>
    public override LayerPattern Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.String && LayerPattern.Parse(reader.GetString()!) is { } pattern ? pattern : throw new JsonException("not a pattern of layers");

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, LayerPattern value, JsonSerializerOptions options) => writer.WriteStringValue(value.ToString());
}
