using System.Text;
using System.Text.Json;
using Inkstone.Foundation.Errors;
using Inkstone.Foundation.Formats;

namespace Inkstone.Inference;

/// <summary>The text of a schema and what references inside it point to.</summary>
internal sealed class SchemaDocument
{
    // Keywords that say nothing about which values are valid.
    private static readonly HashSet<string> Annotations =
        ["title", "description", "default", "examples", "deprecated", "readOnly", "writeOnly", "$comment", "$schema", "$id", "$defs", "definitions"];

    private static readonly HashSet<string> Known =
    [
        "type", "properties", "required", "additionalProperties", "minProperties", "maxProperties", "items", "prefixItems", "minItems", "maxItems", "enum", "const",
        "anyOf", "oneOf", "allOf", "$ref", "minLength", "maxLength", "pattern", "format", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum",
    ];

    private readonly Dictionary<string, SchemaPlace> _pointers = [];

    private SchemaDocument(JsonElement root) => Root = new(root, "$");

    public SchemaPlace Root { get; }

    /// <summary>Reads a schema's text.</summary>
    /// <exception cref="InkstoneRequestException">It is no JSON, or beyond a limit.</exception>
    public static SchemaDocument Parse(string text, GrammarLimits limits)
    {
        var bytes = Encoding.UTF8.GetBytes(text.TrimStart('\uFEFF'));
        try
        {
            BoundedJson.Parse(bytes, "schema", new JsonLimits { MaximumDepth = limits.Nesting });
        }
        catch (InkstoneFormatException error)
        {
            throw new InkstoneRequestException(error.What, error.Where, error.Expected, error.Found, error.Fix, error);
        }
        using var document = JsonDocument.Parse(bytes, new JsonDocumentOptions { MaxDepth = limits.Nesting });
        return new(document.RootElement.Clone());
    }

    /// <summary>Whether a keyword only describes.</summary>
    public static bool IsAnnotation(string keyword) => Annotations.Contains(keyword);

    /// <summary>Refuses a schema that is none, and keywords that are not supported.</summary>
    public static void Check(SchemaPlace schema)
    {
        if (schema.Value.ValueKind is JsonValueKind.True or JsonValueKind.False)
            return;
        if (schema.Value.ValueKind != JsonValueKind.Object)
            throw new InkstoneRequestException("this is no schema", $"schema at {schema.Path}", "an object, true or false");
        foreach (var member in schema.Value.EnumerateObject())
        {
            var isEmpty = member.Name == "uniqueItems" && member.Value.ValueKind == JsonValueKind.False;
            if (Known.Contains(member.Name) || IsAnnotation(member.Name) || isEmpty)
                continue;
            throw schema.Refuse(member.Name, "a keyword is not supported", fix: "Leave it out, or say the same with keywords that are.");
        }
    }

    /// <summary>What a reference points to.</summary>
    public SchemaPlace Resolve(SchemaPlace from, string reference)
    {
        if (_pointers.TryGetValue(reference, out var known))
            return known;
        if (!reference.StartsWith('#') || (reference.Length > 1 && reference[1] != '/'))
            throw from.Refuse("$ref", "a reference leaves the document", "# or a JSON pointer such as #/$defs/name");
        var place = Root;
        foreach (var part in reference.Length == 1 ? [] : Uri.UnescapeDataString(reference[2..]).Split('/'))
        {
            var name = part.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal);
            if (place.Find(name) is { } member)
                place = place.Under(name, member);
            else if (place.Value.ValueKind == JsonValueKind.Array && int.TryParse(name, System.Globalization.NumberStyles.None, null, out var index) && index < place.Value.GetArrayLength())
                place = new(place.Value[index], FormattableString.Invariant($"{place.Path}[{index}]"));
            else
                throw from.Refuse("$ref", $"a reference points to nothing ({Excerpt.Of(reference)})");
        }
        return _pointers[reference] = place;
    }
}
