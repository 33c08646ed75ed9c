using System.Text.Json;
using Inkstone.Foundation.Formats;

namespace Inkstone.Tokenizers;

/// <summary>A pattern of a tokenizer.json: a string or a regular expression, the latter as Oniguruma reads it.</summary>
internal static class PatternJson
{
    /// <summary>Reads a pattern.</summary>
    public static PiecePattern Read(JsonValue value)
    {
        var reader = value.AsObject();
        PiecePattern pattern = reader.Find("String") is { } text ? new LiteralPattern(text.AsString()) : ReadExpression(reader.Get("Regex"));
        reader.RefuseUnused();
        return pattern;
    }

    /// <summary>Writes a pattern under the name <c>pattern</c>.</summary>
    public static void Write(Utf8JsonWriter json, PiecePattern pattern)
    {
        json.WriteStartObject("pattern");
        switch (pattern)
        {
            case LiteralPattern literal:
                json.WriteString("String", literal.Text);
                break;
            case ScannerPattern scanner:
                json.WriteString("Regex", scanner.Scanner.Pattern);
                break;
            default:
                throw new InvalidOperationException($"{pattern.GetType().Name} cannot be written.");
        }
        json.WriteEndObject();
    }

    private static ScannerPattern ReadExpression(JsonValue value)
    {
        var text = value.AsString();
        return PreTokenizer.Known.FirstOrDefault(known => known.Pattern == text) is { } scanner ? new ScannerPattern(scanner)
            : throw value.Error("a pattern is not supported", "that of " + string.Join(", ", PreTokenizer.Known));
    }
}
