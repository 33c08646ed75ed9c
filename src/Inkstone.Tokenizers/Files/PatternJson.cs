using System.Text.Json;
using Inkstone.Foundation.Errors;
using Inkstone.Foundation.Formats;

namespace Inkstone.Tokenizers;

/// <summary>A pattern of a tokenizer.json: a string or a regular expression, the latter as Oniguruma reads it.</summary>
internal static class PatternJson
{
    /// <summary>Reads a pattern.</summary>
    /// <param name="value">The value.</param>
    /// <param name="budget">Pays for all patterns of the file.</param>
    public static PiecePattern Read(JsonValue value, PatternBudget budget)
    {
        var reader = value.AsObject();
        PiecePattern pattern = reader.Find("String") is { } text ? new LiteralPattern(text.AsString()) : ReadExpression(reader.Get("Regex"), budget);
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

    private static ExpressionPattern ReadExpression(JsonValue value, PatternBudget budget)
    {
        try
        {
            return new(value.AsString(), budget);
        }
        catch (InkstoneFormatException error) when (!error.Message.StartsWith(value.Where, StringComparison.Ordinal))
        {
            throw value.Error("a pattern cannot be carried out: " + error.Message);
        }
    }
}
