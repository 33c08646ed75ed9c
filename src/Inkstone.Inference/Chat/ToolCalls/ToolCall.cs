using System.Text;
using System.Text.Json;
using Inkstone.Foundation.Errors;
using Inkstone.Foundation.Formats;

namespace Inkstone.Inference;

/// <summary>A tool call that a model wrote.</summary>
internal readonly record struct ToolCall(string Name, Dictionary<string, object?> Arguments)
{
    private const int LongestName = 256;

    /// <summary>Reads a call from an object with a name and, as an object or as its JSON text, arguments (also called parameters); null when it is none.</summary>
    public static ToolCall? Parse(string json)
    {
        if (ReadObject(json) is not { } root)
            return null;
        if (root.TryGetProperty("function", out var function) && function.ValueKind == JsonValueKind.Object)
            root = function;
        if (!root.TryGetProperty("name", out var name) || name.ValueKind != JsonValueKind.String)
            return null;
        if (!root.TryGetProperty("arguments", out var arguments) && !root.TryGetProperty("parameters", out arguments))
            return Create(name.GetString()!, []);
        return arguments.ValueKind switch
        {
            JsonValueKind.Object => Create(name.GetString()!, Members(arguments)),
            JsonValueKind.Null => Create(name.GetString()!, []),
            JsonValueKind.String => Parse(name.GetString()!, arguments.GetString()!),
            _ => null,
        };
    }

    /// <summary>Reads a call whose arguments are given as JSON text; null when they are no object.</summary>
    public static ToolCall? Parse(string name, string arguments) => ReadObject(arguments) is { } root ? Create(name, Members(root)) : null;

    private static ToolCall? Create(string name, Dictionary<string, object?> arguments) =>
        name.Length is > 0 and <= LongestName ? new ToolCall(name, arguments) : null;

    private static JsonElement? ReadObject(string json)
    {
        try
        {
            var utf8 = Encoding.UTF8.GetBytes(json);
            BoundedJson.Parse(utf8, "tool call"); // stricter than the reader below: no double keys, no lone surrogates
            var root = JsonElement.Parse(utf8);
            return root.ValueKind == JsonValueKind.Object ? root : null;
        }
        catch (InkstoneFormatException)
        {
            return null;
        }
    }

    private static Dictionary<string, object?> Members(JsonElement arguments)
    {
        var members = new Dictionary<string, object?>();
        foreach (var member in arguments.EnumerateObject())
            members.Add(member.Name, member.Value.Clone());
        return members;
    }
}
