using System.Numerics;
using System.Text.Json;
using static Inkstone.Inference.GrammarExpression;

namespace Inkstone.Inference;

/// <content>Strings, numbers, arrays.</content>
internal sealed partial class SchemaReader
{
    private GrammarExpression String(List<SchemaPlace> schemas)
    {
        var least = schemas.Max(schema => schema.Count("minLength") ?? 0);
        var most = schemas.Min(schema => schema.Count("maxLength") ?? Repeat.Unbounded);
        if (most < least)
            return Nothing;
        (SchemaPlace Schema, string Keyword, string Text)? form = null;
        foreach (var schema in schemas)
        {
            foreach (var keyword in new[] { "pattern", "format" })
            {
                if (schema.Text(keyword) is not { } text)
                    continue;
                if (form is { } other && (other.Keyword, other.Text) != (keyword, text))
                    throw schema.Refuse(keyword, "two patterns or formats for one value are not supported");
                form = (schema, keyword, text);
            }
        }
        if (form is not { } only)
        {
            return (least, most) == (0, Repeat.Unbounded) ? _pieces.String
                : Of(Text("\""), new Repeat(_pieces.StringCharacter, least, most), Text("\""));
        }
        var lengths = TextLength.Of(Form(only, set => new Character(set)));
        if (lengths.Least < least || lengths.Most > most)
            throw only.Schema.Refuse(least > lengths.Least ? "minLength" : "maxLength", $"a length beside a {only.Keyword} that does not keep to it is not supported",
                fix: "Say the length by counts in an anchored pattern.");
        return Of(Text("\""), Form(only, _pieces.Encoded), Text("\""));
    }

    private GrammarExpression Form((SchemaPlace Schema, string Keyword, string Text) form, Func<CodePointSet, GrammarExpression> character)
    {
        if (form.Keyword == "pattern")
            return new RegexReader(form.Text, $"pattern at {form.Schema.Path}", limits, character).ReadSearch();
        return StringFormats.Expressions.TryGetValue(form.Text, out var expression) ? new RegexReader(expression, form.Text, limits, character).ReadWhole()
            : throw form.Schema.Refuse(form.Text, "a format is not supported", string.Join(", ", StringFormats.Expressions.Keys));
    }

    private static GrammarExpression Number(List<SchemaPlace> schemas, SchemaTypes types)
    {
        NumberBound? least = null, most = null;
        foreach (var schema in schemas)
        {
            foreach (var (keyword, excluded) in new[] { ("minimum", false), ("exclusiveMinimum", true) })
            {
                if (schema.Number(keyword) is { } value && (least is not { } known || value > known.Value || (value == known.Value && excluded)))
                    least = new(value, excluded);
            }
            foreach (var (keyword, excluded) in new[] { ("maximum", false), ("exclusiveMaximum", true) })
            {
                if (schema.Number(keyword) is { } value && (most is not { } known || value < known.Value || (value == known.Value && excluded)))
                    most = new(value, excluded);
            }
        }
        if (!types.HasFlag(SchemaTypes.Fraction))
            return least is null && most is null ? JsonPieces.Integer : NumberRanges.Integers(Ceiling(least), Floor(most));
        return least is null && most is null ? JsonPieces.Number : NumberRanges.Numbers(least, most);
    }

    private static BigInteger? Ceiling(NumberBound? bound) => bound is not { } least ? null
        : new BigInteger(decimal.Ceiling(least.Value)) + (least.IsExcluded && least.Value == decimal.Truncate(least.Value) ? 1 : 0);

    private static BigInteger? Floor(NumberBound? bound) => bound is not { } most ? null
        : new BigInteger(decimal.Floor(most.Value)) - (most.IsExcluded && most.Value == decimal.Truncate(most.Value) ? 1 : 0);

    private GrammarExpression Array(List<SchemaPlace> schemas)
    {
        var least = schemas.Max(schema => schema.Count("minItems") ?? 0);
        var most = schemas.Min(schema => schema.Count("maxItems") ?? Repeat.Unbounded);
        if (most < least)
            return Nothing;
        var prefixes = schemas.ConvertAll(schema => schema.Find("prefixItems") is { } listed ? schema.Listed("prefixItems", listed).ToArray() : []);
        var count = prefixes.Max(prefix => prefix.Length);
        if (count > LargestGroup)
            throw schemas[0].Refuse("prefixItems", "a keyword has too many schemas", $"at most {LargestGroup}");
        foreach (var schema in schemas.Where(schema => schema.Find("items") is { ValueKind: JsonValueKind.Array }))
            throw schema.Refuse("items", "an array of schemas is not supported here", fix: "Name it prefixItems.");
        var rest = RuleOf([.. schemas.Select(schema => schema.Sub("items")).OfType<SchemaPlace>()]);
        if (count == 0)
            return _pieces.Bracketed(_pieces.Listed(rest, least, most));
        // From the last to the first: each item is needed or begins what may be left out.
        var tail = most <= count ? Empty : new Repeat(Of(_pieces.Comma, rest), Math.Max(0, least - count), most == Repeat.Unbounded ? most : most - count);
        for (var i = count - 1; i >= 0; i--)
        {
            var schemasHere = schemas.Select((schema, index) => i < prefixes[index].Length ? prefixes[index][i]
                : schema.Sub("items")).OfType<SchemaPlace>().ToList();
            var item = Of(i == 0 ? Empty : _pieces.Comma, RuleOf(schemasHere), tail);
            tail = i >= most ? Empty : i < least ? item : Optional(item);
        }
        return _pieces.Bracketed(tail);
    }
}
