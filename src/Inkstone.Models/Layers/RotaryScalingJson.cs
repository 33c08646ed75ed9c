using System.Buffers;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Inkstone.Models;

/// <summary>
/// A scaling in recorded configurations: an object with its kind first. The library's own way for types derived from another ends a text without a kind with an
/// error that is none of JSON's.
/// </summary>
internal sealed class RotaryScalingJson : JsonConverter<RotaryScaling>
{
    private const string Kind = "kind";

    private static readonly (string Name, Type Type)[] Kinds =
    [
        ("linear", typeof(LinearRotaryScaling)),
        ("dynamic", typeof(DynamicRotaryScaling)),
        ("yarn", typeof(YarnRotaryScaling)),
        ("llama3", typeof(Llama3RotaryScaling)),
        ("longrope", typeof(LongRotaryScaling)),
    ];

    /// <inheritdoc/>
    public override RotaryScaling? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        var value = JsonElement.ParseValue(ref reader);
        if (value.ValueKind != JsonValueKind.Object || !value.TryGetProperty(Kind, out var kind) || kind.ValueKind != JsonValueKind.String)
            throw new JsonException($"a scaling needs a {Kind}");
        var type = Kinds.FirstOrDefault(known => known.Name == kind.GetString()).Type ?? throw new JsonException("the kind of scaling is not known");
        var members = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(members))
        {
            writer.WriteStartObject();
            foreach (var member in value.EnumerateObject().Where(member => member.Name != Kind))
                member.WriteTo(writer);
            writer.WriteEndObject();
        }
        return (RotaryScaling?)JsonSerializer.Deserialize(members.WrittenSpan, type, options);
    }

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, RotaryScaling value, JsonSerializerOptions options)
    {
        writer.WriteStartObject();
        writer.WriteString(Kind, Kinds.Single(known => known.Type == value.GetType()).Name);
        foreach (var member in JsonSerializer.SerializeToElement(value, value.GetType(), options).EnumerateObject())
            member.WriteTo(writer);
        writer.WriteEndObject();
    }
}
