using System.Globalization;
using System.Text.Json.Nodes;
using Inkstone.Foundation.Randomness;

namespace Inkstone.Inference.Tests;

/// <summary>Random schemas that bound what they describe, each with a maker of valid values.</summary>
internal sealed class RandomSchemas(RngCursor random)
{
    private readonly JsonObject _definitions = [];
    private readonly List<(string Name, Func<JsonNode?> Make)> _defined = [];

    /// <summary>A schema, and values valid against it.</summary>
    public (JsonObject Schema, Func<JsonNode?> Make) Next()
    {
        for (var i = 0; i < 2; i++)
        {
            var name = string.Create(CultureInfo.InvariantCulture, $"d{i}");
            var (definition, make) = Any(1);
            _definitions[name] = definition;
            _defined.Add((name, make));
        }
        var (schema, value) = Object(3);
        schema["$defs"] = _definitions;
        return (schema, value);
    }

    private (JsonObject Schema, Func<JsonNode?> Make) Any(int depth)
    {
        switch (random.NextInt(depth > 0 ? 15 : 11))
        {
            case 0:
                return (new() { ["type"] = "boolean" }, () => random.NextInt(2) == 0);
            case 1:
                return (new() { ["type"] = "null", ["description"] = "nothing" }, () => null);
            case 2:
                var (low, high) = (random.NextInt(2_000) - 1_000, random.NextInt(100_000));
                return (new() { ["type"] = "integer", ["minimum"] = low, ["exclusiveMaximum"] = low + high + 1 }, () => low + random.NextInt(high + 1));
            case 3:
                var (from, to) = ((random.NextInt(2_000) - 1_000) / 8m, random.NextInt(1_000) / 16m);
                return (new() { ["type"] = "number", ["minimum"] = from, ["maximum"] = from + to }, () => from + to * random.NextInt(33) / 32m);
            case 4:
                return (new() { ["type"] = random.NextInt(2) == 0 ? "number" : "integer" }, () => random.NextInt(1_000_000) - 500_000);
            case 5:
                JsonNode[] values = [JsonValue.Create("a \"b\"\n\\日"), JsonValue.Create(12.5m), JsonValue.Create(true), new JsonArray(1, "x", new JsonObject { ["k"] = "" }), JsonValue.Create("")];
                return (new() { ["enum"] = new JsonArray([.. values.Select(value => value.DeepClone()), null]) }, () => values[random.NextInt(values.Length)].DeepClone());
            case 6:
                return (new() { ["const"] = "é本" }, () => "é本");
            case 7:
                var (pattern, matches) = Patterns[random.NextInt(Patterns.Length)];
                return (new() { ["type"] = "string", ["pattern"] = pattern }, () => matches[random.NextInt(matches.Length)]);
            case 8:
                var (format, samples) = Formats[random.NextInt(Formats.Length)];
                return (new() { ["type"] = "string", ["format"] = format }, () => samples[random.NextInt(samples.Length)]);
            case 9 or 10:
                var (least, most) = (random.NextInt(4), 4 + random.NextInt(10));
                return (new() { ["type"] = "string", ["minLength"] = least, ["maxLength"] = most }, () => Word(least + random.NextInt(most - least + 1)));
            case 11 or 12:
                return Array(depth - 1);
            case 13 when _defined.Count > 0:
                var (name, make) = _defined[random.NextInt(_defined.Count)];
                return (new() { ["$ref"] = "#/$defs/" + name }, make);
            case 14:
                var (left, right) = (Any(depth - 1), Any(depth - 1));
                return (new() { ["anyOf"] = new JsonArray(left.Schema, right.Schema) }, () => (random.NextInt(2) == 0 ? left : right).Make());
            default:
                return Object(depth - 1);
        }
    }

    private (JsonObject Schema, Func<JsonNode?> Make) Array(int depth)
    {
        var (least, most) = (random.NextInt(3), 3 + random.NextInt(3));
        var rest = Any(depth);
        var schema = new JsonObject { ["type"] = "array", ["items"] = rest.Schema, ["minItems"] = least, ["maxItems"] = most };
        var prefix = Enumerable.Range(0, random.NextInt(3)).Select(_ => Any(depth)).ToArray();
        if (prefix.Length > 0)
            schema["prefixItems"] = new JsonArray([.. prefix.Select(item => item.Schema)]);
        return (schema, () => new JsonArray([.. Enumerable.Range(0, least + random.NextInt(most - least + 1)).Select(i => i < prefix.Length ? prefix[i].Make() : rest.Make())]));
    }

    private (JsonObject Schema, Func<JsonNode?> Make) Object(int depth)
    {
        var members = Enumerable.Range(0, random.NextInt(5)).Select(i => (Name: Names[i], IsRequired: random.NextInt(2) == 0, Value: Any(depth - 1))).ToArray();
        var schema = new JsonObject
        {
            ["type"] = "object",
            ["properties"] = new JsonObject(members.Select(member => KeyValuePair.Create(member.Name, (JsonNode?)member.Value.Schema))),
            ["required"] = new JsonArray([.. members.Where(member => member.IsRequired).Select(member => JsonValue.Create(member.Name))]),
            ["additionalProperties"] = false,
        };
        return (schema, () => new JsonObject(members.Where(member => member.IsRequired || random.NextInt(2) == 0).Select(member => KeyValuePair.Create(member.Name, member.Value.Make()))));
    }

    private string Word(int length) => string.Concat(Enumerable.Range(0, length).Select(_ => Signs[random.NextInt(Signs.Length)]));

    private static readonly string[] Names = ["a", "ab", "a.b", "日\"", "long name"];
    private static readonly string[] Signs = ["a", "Z", " ", "\"", "\\", "\n", "é", "日", "😀", "0", "\t"];
    private static readonly (string, string[])[] Patterns =
    [
        ("^[a-z]{1,8}$", ["abc", "z"]),
        ("^(?:foo|ba[rz]) \\d+?$", ["foo 1", "baz 12"]),
        ("^\"[^\\\\a]{0,3}\\\\$", ["\"é\\", "\"\\"]),
        ("^.{2}x[^a]{0,3}$|^yy$", ["é本x\nd", "yy"]),
        ("^[A-F]\\w{1,3}$", ["Ab__", "F0"]),
    ];

    private static readonly (string, string[])[] Formats =
    [
        ("date", ["2024-02-29", "1999-12-31"]),
        ("time", ["23:59:59Z", "00:00:00.125+02:00"]),
        ("date-time", ["2023-04-30T12:00:01-08:00"]),
        ("uuid", ["123e4567-e89b-12d3-a456-426614174000"]),
        ("ipv4", ["192.168.0.1", "8.8.8.8"]),
        ("email", ["a.b@example.org"]),
    ];
}
