using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Inkstone.Inference.Tests;

/// <summary>Validates JSON against a schema keyword by keyword, as the standard's text has them.</summary>
internal sealed class NaiveSchemaValidator(JsonElement root)
{
    public static bool IsValid(string schema, string text)
    {
        using var document = JsonDocument.Parse(schema);
        using var value = JsonDocument.Parse(text, new JsonDocumentOptions { MaxDepth = 600 });
        return new NaiveSchemaValidator(document.RootElement).Validates(document.RootElement, value.RootElement);
    }

    public bool Validates(JsonElement schema, JsonElement value)
    {
        if (schema.ValueKind is JsonValueKind.True or JsonValueKind.False)
            return schema.ValueKind == JsonValueKind.True;
        return schema.EnumerateObject().All(keyword => Holds(schema, keyword.Name, keyword.Value, value));
    }

    private bool Holds(JsonElement schema, string keyword, JsonElement argument, JsonElement value)
    {
        var kind = value.ValueKind;
        switch (keyword)
        {
            case "$ref":
                return Validates(Resolve(argument.GetString()!), value);
            case "allOf":
                return argument.EnumerateArray().All(part => Validates(part, value));
            case "anyOf":
                return argument.EnumerateArray().Any(part => Validates(part, value));
            case "oneOf":
                return argument.EnumerateArray().Count(part => Validates(part, value)) == 1;
            case "enum":
                return argument.EnumerateArray().Any(item => JsonElement.DeepEquals(item, value));
            case "const":
                return JsonElement.DeepEquals(argument, value);
            case "type":
                return argument.ValueKind == JsonValueKind.Array ? argument.EnumerateArray().Any(item => IsType(item.GetString()!, value)) : IsType(argument.GetString()!, value);
            case "minLength" or "maxLength" when kind == JsonValueKind.String:
                var length = value.GetString()!.EnumerateRunes().Count();
                return keyword[1] == 'i' ? length >= argument.GetInt32() : length <= argument.GetInt32();
            case "pattern" when kind == JsonValueKind.String:
                return Regex.IsMatch(InOneUnit(value.GetString()!), argument.GetString()!, RegexOptions.ECMAScript);
            case "format" when kind == JsonValueKind.String:
                return IsFormat(argument.GetString()!, value.GetString()!);
            case "minimum" when kind == JsonValueKind.Number:
                return value.GetDecimal() >= argument.GetDecimal();
            case "maximum" when kind == JsonValueKind.Number:
                return value.GetDecimal() <= argument.GetDecimal();
            case "exclusiveMinimum" when kind == JsonValueKind.Number:
                return value.GetDecimal() > argument.GetDecimal();
            case "exclusiveMaximum" when kind == JsonValueKind.Number:
                return value.GetDecimal() < argument.GetDecimal();
            case "minItems" when kind == JsonValueKind.Array:
                return value.GetArrayLength() >= argument.GetInt32();
            case "maxItems" when kind == JsonValueKind.Array:
                return value.GetArrayLength() <= argument.GetInt32();
            case "prefixItems" when kind == JsonValueKind.Array:
                return value.EnumerateArray().Zip(argument.EnumerateArray()).All(pair => Validates(pair.Second, pair.First));
            case "items" when kind == JsonValueKind.Array:
                var skipped = schema.TryGetProperty("prefixItems", out var prefix) ? prefix.GetArrayLength() : 0;
                return value.EnumerateArray().Skip(skipped).All(item => Validates(argument, item));
            case "properties" when kind == JsonValueKind.Object:
                return argument.EnumerateObject().All(property => !value.TryGetProperty(property.Name, out var member) || Validates(property.Value, member));
            case "required" when kind == JsonValueKind.Object:
                return argument.EnumerateArray().All(name => value.TryGetProperty(name.GetString()!, out _));
            case "additionalProperties" when kind == JsonValueKind.Object:
                return value.EnumerateObject().All(member =>
                    (schema.TryGetProperty("properties", out var properties) && properties.TryGetProperty(member.Name, out _)) || Validates(argument, member.Value));
            case "minProperties" when kind == JsonValueKind.Object:
                return value.EnumerateObject().Count() >= argument.GetInt32();
            case "maxProperties" when kind == JsonValueKind.Object:
                return value.EnumerateObject().Count() <= argument.GetInt32();
            default:
                return true;
        }
    }

    private JsonElement Resolve(string reference)
    {
        var place = root;
        foreach (var part in reference.Split('/').Skip(1))
            place = place.ValueKind == JsonValueKind.Array ? place[int.Parse(part, CultureInfo.InvariantCulture)]
                : place.GetProperty(part.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal));
        return place;
    }

    private static bool IsType(string type, JsonElement value) => type switch
    {
        "null" => value.ValueKind == JsonValueKind.Null,
        "boolean" => value.ValueKind is JsonValueKind.True or JsonValueKind.False,
        "string" => value.ValueKind == JsonValueKind.String,
        "number" => value.ValueKind == JsonValueKind.Number,
        "integer" => value.ValueKind == JsonValueKind.Number && value.TryGetDecimal(out var number) && number == decimal.Truncate(number),
        "array" => value.ValueKind == JsonValueKind.Array,
        _ => value.ValueKind == JsonValueKind.Object,
    };

    private static bool IsFormat(string format, string text) => format switch
    {
        "date" => DateOnly.TryParseExact(text.Replace("0000", "2000", StringComparison.Ordinal), "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out _),
        "time" => IsTime(text),
        "date-time" => text.IndexOf('T', StringComparison.Ordinal) == 10 && IsFormat("date", text[..10]) && IsTime(text[11..]),
        "uuid" => Guid.TryParseExact(text, "D", out _),
        "ipv4" => System.Net.IPAddress.TryParse(text, out var address) && address.ToString() == text,
        "email" => System.Net.Mail.MailAddress.TryCreate(text, out var mail) && mail.Address == text,
        "hostname" => Uri.CheckHostName(text) is UriHostNameType.Dns or UriHostNameType.IPv4 && Encoding.UTF8.GetByteCount(text) <= 255,
        _ => false,
    };

    private static bool IsTime(string text) => text.Length > 8
        && TimeOnly.TryParseExact(text[..8], "HH:mm:ss", CultureInfo.InvariantCulture, DateTimeStyles.None, out _)
        && Regex.IsMatch(text[8..], @"^(\.[0-9]+)?(Z|[+-]([01][0-9]|2[0-3]):[0-5][0-9])$");

    /// <summary>A pattern counts characters; .NET's counts units of UTF-16, so a character of two stands as one that no pattern here names.</summary>
    private static string InOneUnit(string text) => string.Concat(text.EnumerateRunes().Select(rune => rune.IsBmp ? rune.ToString() : "\uE000"));
}
