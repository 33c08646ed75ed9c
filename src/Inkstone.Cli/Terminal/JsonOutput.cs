using System.Text.Json;
using System.Text.Json.Serialization;

namespace Inkstone.Cli;

/// <summary>What <c>--json</c> prints: objects of stable members in camel case, one a line, and nothing else on standard output.</summary>
internal static class JsonOutput
{
    private static readonly JsonSerializerOptions OneLine = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
    };

    private static readonly JsonSerializerOptions Indented = new(OneLine) { WriteIndented = true };

    public static void Print(object value) => Console.WriteLine(JsonSerializer.Serialize(value, OneLine));

    public static string Page(object value) => JsonSerializer.Serialize(value, Indented);
}
