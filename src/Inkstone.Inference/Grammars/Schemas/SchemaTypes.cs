using System.Text.Json;

namespace Inkstone.Inference;

/// <summary>The types of JSON values.</summary>
[Flags]
internal enum SchemaTypes
{
    None = 0,
    Null = 1,
    Boolean = 2,
    Integer = 4,
    Fraction = 8,
    Number = Integer | Fraction,
    String = 16,
    Array = 32,
    Object = 64,
    All = 127,
}

/// <summary>Which types a schema speaks of.</summary>
internal static class SchemaTypeNames
{
    private static readonly (SchemaTypes Type, string[] Keywords)[] Speaking =
    [
        (SchemaTypes.Object, ["properties", "required", "additionalProperties", "minProperties", "maxProperties"]),
        (SchemaTypes.Array, ["items", "prefixItems", "minItems", "maxItems"]),
        (SchemaTypes.String, ["minLength", "maxLength", "pattern", "format"]),
        (SchemaTypes.Number, ["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"]),
    ];

    /// <summary>The types of a schema: those it names, else those its keywords are about, else all.</summary>
    public static SchemaTypes Of(SchemaPlace schema)
    {
        if (schema.Find("type") is { } type)
        {
            if (type.ValueKind != JsonValueKind.Array)
                return Named(schema, type);
            return type.EnumerateArray().Aggregate(SchemaTypes.None, (types, item) => types | Named(schema, item));
        }
        var spoken = Speaking.Where(pair => pair.Keywords.Any(keyword => schema.Find(keyword) is not null)).Aggregate(SchemaTypes.None, (types, pair) => types | pair.Type);
        return spoken == SchemaTypes.None ? SchemaTypes.All : spoken;
    }

    /// <summary>The type of a value.</summary>
    public static SchemaTypes Of(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Null => SchemaTypes.Null,
        JsonValueKind.True or JsonValueKind.False => SchemaTypes.Boolean,
        JsonValueKind.Number => value.TryGetDecimal(out var number) && number == decimal.Truncate(number) ? SchemaTypes.Integer : SchemaTypes.Fraction,
        JsonValueKind.String => SchemaTypes.String,
        JsonValueKind.Array => SchemaTypes.Array,
        _ => SchemaTypes.Object,
    };

    private static SchemaTypes Named(SchemaPlace schema, JsonElement name) => (name.ValueKind == JsonValueKind.String ? name.GetString() : null) switch
    {
        "null" => SchemaTypes.Null,
        "boolean" => SchemaTypes.Boolean,
        "integer" => SchemaTypes.Integer,
        "number" => SchemaTypes.Number,
        "string" => SchemaTypes.String,
        "array" => SchemaTypes.Array,
        "object" => SchemaTypes.Object,
        _ => throw schema.Refuse("type", "the value of a keyword is not what it must be", "null, boolean, integer, number, string, array or object, or an array of them"),
    };
}
