using System.Text.Json;
using Inkstone.Foundation.Errors;

namespace Inkstone.Inference;

/// <summary>A schema inside the document.</summary>
/// <param name="Value">The schema.</param>
/// <param name="Path">Its path from the root, <c>$.properties.name</c>.</param>
internal readonly record struct SchemaPlace(JsonElement Value, string Path)
{
    /// <summary>The value of a keyword, if it is there.</summary>
    public JsonElement? Find(string keyword) => Value.ValueKind == JsonValueKind.Object && Value.TryGetProperty(keyword, out var found) ? found : null;

    /// <summary>The schema under a keyword.</summary>
    public SchemaPlace Under(string keyword, JsonElement value) => new(value, Path + Shown(keyword));

    /// <summary>The schema under a keyword, if it is there.</summary>
    public SchemaPlace? Sub(string keyword) => Find(keyword) is { } value ? Under(keyword, value) : null;

    /// <summary>The schemas of a keyword's array.</summary>
    public IEnumerable<SchemaPlace> Listed(string keyword, JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.Array || value.GetArrayLength() == 0)
            throw Refuse(keyword, "the value of a keyword is not what it must be", "an array of one schema or more");
        var path = Path;
        return value.EnumerateArray().Select((item, index) => new SchemaPlace(item, FormattableString.Invariant($"{path}.{keyword}[{index}]")));
    }

    /// <summary>A whole number of at least 0 under a keyword.</summary>
    public int? Count(string keyword)
    {
        if (Find(keyword) is not { } value)
            return null;
        return value.ValueKind == JsonValueKind.Number && value.TryGetDecimal(out var number) && number >= 0 && number == decimal.Truncate(number) && number < int.MaxValue
            ? (int)number : throw Refuse(keyword, "the value of a keyword is not what it must be", "a whole number from 0 to 2147483646");
    }

    /// <summary>A text under a keyword.</summary>
    public string? Text(string keyword)
    {
        if (Find(keyword) is not { } value)
            return null;
        return value.ValueKind == JsonValueKind.String ? value.GetString() : throw Refuse(keyword, "the value of a keyword is not what it must be", "a string");
    }

    /// <summary>A number under a keyword.</summary>
    public decimal? Number(string keyword)
    {
        if (Find(keyword) is not { } value)
            return null;
        return value.ValueKind == JsonValueKind.Number && value.GetRawText().Length <= 40 && value.TryGetDecimal(out var number)
            ? number : throw Refuse(keyword, "the value of a keyword is not what it must be", "a number of at most 28 digits");
    }

    // Different places have different paths, whatever their names hold.
    private static string Shown(string name) => name.All(sign => char.IsAsciiLetterOrDigit(sign) || sign is '$' or '_' or '-') ? "." + name
        : $"[\"{name.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"]";

    /// <summary>An error about a keyword.</summary>
    public InkstoneRequestException Refuse(string keyword, string what, string? expected = null, string? fix = null) =>
        new($"{what}: {Excerpt.Of(keyword, 40)}", $"schema at {Excerpt.Of(Path, 200).Trim('\'')}", expected, fix: fix);
}
