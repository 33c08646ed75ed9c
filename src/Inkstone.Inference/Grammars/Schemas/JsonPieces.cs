using System.Globalization;
using System.Text.Json;
using static Inkstone.Inference.GrammarExpression;

namespace Inkstone.Inference;

/// <summary>
/// The parts of JSON texts. White space is bounded: none before commas and colons; after commas, inside brackets and braces one space, or a line break with
/// up to 40 spaces or 10 tabs; after a colon one space. Numbers are bounded too: 19 digits before the point, 20 after it, 3 in the exponent.
/// </summary>
internal sealed class JsonPieces
{
    private static readonly CodePointSet Quoted = CodePointSet.Of([('"', '"'), ('\\', '\\'), (0, 0x1F)]);
    private static readonly CodePointSet Plain = Quoted.Complement();
    private static readonly CodePointSet Hexadecimal = CodePointSet.Of([('0', '9'), ('A', 'F'), ('a', 'f')]);

    private readonly GrammarRules _rules;
    private GrammarExpression? _string, _value, _character, _key, _keyRest, _escapes;

    public JsonPieces(GrammarRules rules)
    {
        _rules = rules;
        Space = rules.Add("white space", Optional(OneOf(Text(" "), Of(Text("\n"), OneOf(
            new Repeat(Text(" "), 0, 40), new Repeat(Text("\t"), 1, 10))))));
    }

    /// <summary>White space inside brackets and braces and after commas.</summary>
    public GrammarExpression Space { get; }

    /// <summary>What stands between a name and its value.</summary>
    public GrammarExpression Colon { get; } = Of(Text(":"), Optional(Text(" ")));

    /// <summary>What stands between two items.</summary>
    public GrammarExpression Comma => Of(Text(","), Space);

    public static GrammarExpression Boolean { get; } = OneOf(Text("true"), Text("false"));

    public static GrammarExpression Null { get; } = Text("null");

    public static GrammarExpression Integer { get; } = Of(Optional(Text("-")), Whole);

    public static GrammarExpression Number { get; } = Of(Optional(Text("-")), Whole, Optional(Of(Text("."), Digits(1, 20))),
        Optional(Of(new Character(CodePointSet.OfText("eE")), Optional(new Character(CodePointSet.OfText("+-"))), Digits(1, 3))));

    /// <summary>A string of any content, every escape included.</summary>
    public GrammarExpression String => _string ??= _rules.Add("string", Of(Text("\""), Any(AnyCharacter()), Text("\"")));

    /// <summary>One character of a string, every escape included.</summary>
    public GrammarExpression StringCharacter => _character ??= _rules.Add("string character", AnyCharacter());

    /// <summary>A name of any content, written without needless escapes, so that it can be told from other names.</summary>
    public GrammarExpression Key => _key ??= _rules.Add("name", Of(Text("\""), KeyRest, Text("\"")));

    private GrammarExpression KeyRest => _keyRest ??= _rules.Add("rest of a name", Any(Encoded(CodePointSet.All)));

    /// <summary>Any value.</summary>
    public GrammarExpression Value
    {
        get
        {
            if (_value is null)
            {
                var rule = _rules.Declare("value");
                _value = new Reference(rule);
                _rules.Define(rule, OneOf(Object, Array(_value), String, Number, Boolean, Null));
            }
            return _value;
        }
    }

    /// <summary>Any object.</summary>
    public GrammarExpression Object => Braced(Listed(Of(Key, Colon, Value), 0, Repeat.Unbounded));

    /// <summary>An array of items.</summary>
    public GrammarExpression Array(GrammarExpression item) => Bracketed(Listed(item, 0, Repeat.Unbounded));

    public GrammarExpression Braced(GrammarExpression content) => Of(Text("{"), Space, content, Space, Text("}"));

    public GrammarExpression Bracketed(GrammarExpression content) => Of(Text("["), Space, content, Space, Text("]"));

    /// <summary>Items between commas.</summary>
    public GrammarExpression Listed(GrammarExpression item, int least, int most)
    {
        if (most == 0)
            return Empty;
        var list = Of(item, new Repeat(Of(Comma, item), Math.Max(0, least - 1), most == Repeat.Unbounded ? most : most - 1));
        return least == 0 ? Optional(list) : list;
    }

    /// <summary>One character of a set inside a string, escaped only where it must be, and in the shortest way.</summary>
    public GrammarExpression Encoded(CodePointSet set)
    {
        var options = new List<GrammarExpression>();
        var escaped = set.Intersect(Quoted);
        if (set.Intersect(Plain) is { IsEmpty: false } plain)
            options.Add(new Character(plain));
        if (escaped.Ranges.SequenceEqual(Quoted.Ranges))
            options.Add(_escapes ??= _rules.Add("escape", OneOf([.. Escapes(Quoted)])));
        else
            options.AddRange(Escapes(escaped));
        return OneOf([.. options]);
    }

    /// <summary>A text as a string, escaped only where it must be.</summary>
    public static GrammarExpression Quote(string text) =>
        Text(string.Concat(["\"", .. text.Select(sign => Quoted.Contains(sign) ? Escape(sign) : sign.ToString()), "\""]));

    /// <summary>A value as it stands in a schema.</summary>
    public GrammarExpression Constant(JsonElement value)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                var members = value.EnumerateObject().Select(member => Of(Quote(member.Name), Colon, Constant(member.Value)));
                return Braced(Joined(members));
            case JsonValueKind.Array:
                return Bracketed(Joined(value.EnumerateArray().Select(Constant)));
            case JsonValueKind.String:
                return Quote(value.GetString()!);
            default:
                return Text(value.GetRawText());
        }
    }

    /// <summary>A name that is none of those given.</summary>
    public GrammarExpression KeyExcept(IReadOnlyCollection<string> names)
    {
        if (names.Count == 0)
            return Key;
        string[] sorted = [.. names.Order(StringComparer.Ordinal)];
        var first = _rules.Declare("another name");
        var pending = new Stack<(int Rule, int First, int End, int Depth)>([(first, 0, sorted.Length, 0)]);
        while (pending.TryPop(out var node))
        {
            // Of the names that share their beginning, each next character leads to those that share it too.
            var (options, known, isName) = (new List<GrammarExpression>(), new List<(int, int)>(), false);
            for (var i = node.First; i < node.End;)
            {
                if (sorted[i].Length == node.Depth)
                {
                    isName = true;
                    i++;
                    continue;
                }
                var rune = System.Text.Rune.GetRuneAt(sorted[i], node.Depth);
                var start = i;
                while (i < node.End && sorted[i].Length > node.Depth && System.Text.Rune.GetRuneAt(sorted[i], node.Depth) == rune)
                    i++;
                var next = _rules.Declare("another name");
                pending.Push((next, start, i, node.Depth + rune.Utf16SequenceLength));
                known.Add((rune.Value, rune.Value));
                options.Add(Of(Encoded(CodePointSet.Range(rune.Value, rune.Value)), new Reference(next)));
            }
            options.Add(Of(Encoded(CodePointSet.Of(known).Complement()), KeyRest));
            if (!isName)
                options.Add(Empty);
            _rules.Define(node.Rule, OneOf([.. options]));
        }
        return Of(Text("\""), new Reference(first), Text("\""));
    }

    private static GrammarExpression Whole => OneOf(Text("0"), Of(new Character(CodePointSet.Range('1', '9')), Digits(0, 18)));

    private static Repeat Digits(int least, int most) => new(new Character(RegexSets.Digit), least, most);

    private GrammarExpression Joined(IEnumerable<GrammarExpression> items) =>
        Of([.. items.SelectMany((item, index) => index == 0 ? [item] : new[] { Comma, item })]);

    private static GrammarExpression AnyCharacter()
    {
        var hex = new Character(Hexadecimal);
        var surrogate = new Character(CodePointSet.OfText("dD"));
        var rest = Of(hex, hex);
        return OneOf(new Character(Plain), Of(Text("\\"), OneOf(
            new Character(CodePointSet.OfText("\"\\/bfnrt")),
            Of(Text("u"), OneOf(
                Of(new Character(Hexadecimal.Except(CodePointSet.OfText("dD"))), hex, rest),
                Of(surrogate, new Character(CodePointSet.Range('0', '7')), rest),
                Of(surrogate, new Character(CodePointSet.OfText("89abAB")), rest, Text("\\u"), surrogate, new Character(CodePointSet.OfText("cdefCDEF")), rest))))));
    }

    private static IEnumerable<GrammarExpression> Escapes(CodePointSet set) =>
        set.Ranges.SelectMany(range => Enumerable.Range(range.First, range.Last - range.First + 1)).Select(value => Text(Escape((char)value)));

    private static string Escape(char sign) => sign switch
    {
        '"' => "\\\"",
        '\\' => "\\\\",
        '\b' => "\\b",
        '\f' => "\\f",
        '\n' => "\\n",
        '\r' => "\\r",
        '\t' => "\\t",
        _ => string.Create(CultureInfo.InvariantCulture, $"\\u{(int)sign:x4}"),
    };
}
