using System.Text.Json;
using Inkstone.Foundation.Errors;
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
            case ExpressionPattern expression:
                json.WriteString("Regex", expression.Source);
                break;
            default:
                throw TokenizerJsonWriter.NoForm(pattern);
        }
        json.WriteEndObject();
    }

    private static ExpressionPattern ReadExpression(JsonValue value)
    {
        try
        {
            return new(value.AsString());
        }
        catch (InkstoneFormatException error) when (!error.Message.StartsWith(value.Where, StringComparison.Ordinal))
        {
            throw value.Error("a pattern cannot be carried out: " + error.Message);
        }
    }
}
