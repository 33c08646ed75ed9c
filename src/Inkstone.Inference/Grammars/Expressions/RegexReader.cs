using System.Globalization;

namespace Inkstone.Inference;

/// <summary>
/// Reads a regular expression in the notation common to ECMAScript, .NET and Python: literals, <c>.</c>, classes, <c>\d \w \s</c> and their opposites,
/// groups (capturing or not), <c>|</c>, <c>* + ? {m} {m,} {m,n}</c>, greedy or lazy, and <c>^</c> and <c>$</c> around an alternative. Whatever looks
/// back or around is refused by name. Each character becomes what a function makes of its set, so that an expression can speak of text or of JSON.
/// </summary>
internal sealed partial class RegexReader(string text, string name, GrammarLimits limits, Func<CodePointSet, GrammarExpression> character)
{
    private readonly TextCursor _cursor = new(text, name);
    private int _depth;

    /// <summary>The texts that the expression matches as a whole.</summary>
    public GrammarExpression ReadWhole() => GrammarExpression.OneOf([.. Alternatives().Select(option => option.Body)]);

    /// <summary>The texts in which the expression is found, as JSON Schema has it: anything may stand before and after, unless an anchor forbids it.</summary>
    public GrammarExpression ReadSearch()
    {
        var any = GrammarExpression.Any(character(CodePointSet.All));
        return GrammarExpression.OneOf([.. Alternatives().Select(option => GrammarExpression.Of(
            option.AtStart ? GrammarExpression.Empty : any, option.Body, option.AtEnd ? GrammarExpression.Empty : any))]);
    }

    private List<(bool AtStart, GrammarExpression Body, bool AtEnd)> Alternatives()
    {
        var options = new List<(bool, GrammarExpression, bool)>();
        do
        {
            var start = _cursor.Take("^");
            options.Add((start, Row(), _cursor.Take("$")));
        }
        while (_cursor.Take("|"));
        return _cursor.AtEnd ? options : throw _cursor.Error(_cursor.Peek == ')' ? "a closing parenthesis without its opening one" : "an anchor inside an expression",
            fix: "Anchors stand at the beginning and the end of an alternative that is in no group.");
    }

    private GrammarExpression Row()
    {
        var parts = new List<GrammarExpression>();
        while (!_cursor.AtEnd && _cursor.Peek is not ('|' or ')' or '$'))
            parts.Add(Repeated(Part()));
        return GrammarExpression.Of([.. parts]);
    }

    private GrammarExpression Part()
    {
        var place = _cursor.Position;
        switch (_cursor.Peek)
        {
            case '(':
                return Group();
            case '[':
                return character(Class());
            case '.':
                _cursor.Position++;
                return character(RegexSets.LineCharacter);
            case '\\':
                return character(Escape(inClass: false));
            case '^':
                throw _cursor.Error("an anchor inside an expression", fix: "Anchors stand at the beginning and the end of an alternative that is in no group.");
            case '*' or '+' or '?':
                throw _cursor.Error("a repeat of nothing");
            case '{' or '}' or ']':
                throw _cursor.ErrorAt(place, "a bracket that opens or closes nothing", fix: "Put \\ before a bracket that stands for itself.");
            default:
                var value = _cursor.CodePoint();
                return character(CodePointSet.Range(value, value));
        }
    }

    private GrammarExpression Group()
    {
        var place = _cursor.Position;
        if (++_depth > limits.Nesting)
            throw _cursor.Error("groups are nested too deep", string.Create(CultureInfo.InvariantCulture, $"at most {limits.Nesting}"));
        _cursor.Position++;
        if (_cursor.Take("?"))
        {
            if (_cursor.Sees("=") || _cursor.Sees("!") || _cursor.Sees("<=") || _cursor.Sees("<!"))
                throw _cursor.ErrorAt(place, "look-around is not supported");
            if (_cursor.Take("<"))
            {
                while (char.IsAsciiLetterOrDigit(_cursor.Peek) || _cursor.Peek == '_')
                    _cursor.Position++;
                if (!_cursor.Take(">"))
                    throw _cursor.Error("a group's name is malformed", "letters and digits, then >");
            }
            else if (!_cursor.Take(":"))
                throw _cursor.ErrorAt(place, "this kind of group is not supported", "(…), (?:…) or (?<name>…)");
        }
        var options = new List<GrammarExpression> { Row() };
        while (_cursor.Take("|"))
            options.Add(Row());
        if (_cursor.Peek == '$')
            throw _cursor.Error("an anchor inside an expression", fix: "Anchors stand at the beginning and the end of an alternative that is in no group.");
        if (!_cursor.Take(")"))
            throw _cursor.ErrorAt(place, "a group lacks its end", ")");
        _depth--;
        return GrammarExpression.OneOf([.. options]);
    }

    private GrammarExpression Repeated(GrammarExpression part)
    {
        const int unbounded = GrammarExpression.Repeat.Unbounded;
        var place = _cursor.Position;
        int least, most;
        switch (_cursor.Peek)
        {
            case '*' or '+' or '?':
                (least, most) = (_cursor.Peek == '+' ? 1 : 0, _cursor.Peek == '?' ? 1 : unbounded);
                _cursor.Position++;
                break;
            case '{':
                _cursor.Position++;
                least = most = _cursor.Number(GbnfReader.LargestCount);
                if (_cursor.Take(","))
                    most = _cursor.Number(GbnfReader.LargestCount) is >= 0 and var count ? count : unbounded;
                if (least < 0 || !_cursor.Take("}"))
                    throw _cursor.ErrorAt(place, "a count is malformed", "{m}, {m,} or {m,n}", "Put \\ before a brace that stands for itself.");
                if (most < least)
                    throw _cursor.ErrorAt(place, "the bounds of a count are the wrong way round");
                break;
            default:
                return part;
        }
        if (_cursor.Peek == '+')
            throw _cursor.Error("possessive repeats are not supported");
        _cursor.Take("?"); // a lazy repeat matches the same texts
        if (_cursor.Peek is '*' or '+' or '?' or '{')
            throw _cursor.Error("a repeat of a repeat", fix: "Put the inner one in a group.");
        return new GrammarExpression.Repeat(part, least, most);
    }
}
