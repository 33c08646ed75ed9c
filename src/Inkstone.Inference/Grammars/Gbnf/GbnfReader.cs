using System.Globalization;
using Inkstone.Foundation.Errors;

namespace Inkstone.Inference;

/// <summary>
/// Reads GBNF: <c>name ::= alternatives</c>, each a row of <c>"text"</c>, <c>[classes]</c>, <c>.</c>, names and groups, any of them with
/// <c>* + ? {m} {m,} {m,n}</c>, and comments from <c>#</c>. A rule ends with its line, but for groups and after <c>|</c> and <c>::=</c>.
/// </summary>
internal sealed class GbnfReader(string text, GrammarRules rules, GrammarLimits limits)
{
    /// <summary>The largest count of a repeat.</summary>
    public const int LargestCount = 1 << 20;

    private readonly TextCursor _cursor = new(text, "grammar");
    private readonly Dictionary<string, (int Rule, int Place)> _names = [];
    private int _depth;

    /// <summary>Reads all rules; the number of <c>root</c>.</summary>
    public int Read()
    {
        Space(lines: true);
        while (!_cursor.AtEnd)
            ReadRule();
        foreach (var (name, (rule, place)) in _names)
        {
            if (!rules.IsDefined(rule))
                throw _cursor.ErrorAt(place, $"the rule {Excerpt.Of(name)} is not defined");
        }
        return _names.TryGetValue("root", out var root) ? root.Rule
            : throw new InkstoneRequestException("a grammar lacks its first rule", "grammar", "a rule named root");
    }

    private void ReadRule()
    {
        var place = _cursor.Position;
        var rule = Rule(Name());
        Space(lines: false);
        if (!_cursor.Take("::="))
            throw _cursor.Error("a rule lacks its sign", "::=");
        if (rules.IsDefined(rule))
            throw _cursor.ErrorAt(place, "a rule is defined twice");
        Space(lines: true);
        rules.Define(rule, Alternatives());
        if (!_cursor.AtEnd && _cursor.Peek is not ('\r' or '\n'))
            throw _cursor.Error("a rule goes on with what is no part of one", "a text, a class, a name, a group, a repeat, | or the end of the line");
        Space(lines: true);
    }

    private string Name()
    {
        var start = _cursor.Position;
        while (char.IsAsciiLetterOrDigit(_cursor.Peek) || _cursor.Peek is '-' or '_')
            _cursor.Position++;
        return _cursor.Position > start ? _cursor.Since(start) : throw _cursor.Error("a rule lacks its name", "letters, digits, - or _");
    }

    private int Rule(string name)
    {
        if (!_names.TryGetValue(name, out var known))
            _names.Add(name, known = (rules.Declare(name), _cursor.Position - name.Length));
        return known.Rule;
    }

    private GrammarExpression Alternatives()
    {
        var options = new List<GrammarExpression> { Row() };
        while (_cursor.Take("|"))
        {
            Space(lines: true);
            options.Add(Row());
        }
        return GrammarExpression.OneOf([.. options]);
    }

    private GrammarExpression Row()
    {
        var parts = new List<GrammarExpression>();
        while (Part() is { } part)
        {
            Space(lines: _depth > 0);
            for (var count = 0; Repeated(ref part); count++)
            {
                if (count == limits.Nesting)
                    throw _cursor.Error("repeats of repeats are nested too deep", string.Create(CultureInfo.InvariantCulture, $"at most {limits.Nesting}"));
            }
            parts.Add(part);
        }
        return GrammarExpression.Of([.. parts]);
    }

    private GrammarExpression? Part()
    {
        switch (_cursor.Peek)
        {
            case '"':
                return Literal();
            case '[':
                return Class();
            case '.':
                _cursor.Position++;
                return new GrammarExpression.Character(CodePointSet.All);
            case '(':
                if (++_depth > limits.Nesting)
                    throw _cursor.Error("groups are nested too deep", string.Create(CultureInfo.InvariantCulture, $"at most {limits.Nesting}"));
                _cursor.Position++;
                Space(lines: true);
                var group = Alternatives();
                if (!_cursor.Take(")"))
                    throw _cursor.Error("a group lacks its end", ")");
                _depth--;
                return group;
            case '<' or '!':
                throw _cursor.Error("tokens by name or number are not supported", fix: "Write the text that the token stands for.");
            case '-' or '_':
            case var sign when char.IsAsciiLetterOrDigit(sign):
                return new GrammarExpression.Reference(Rule(Name()));
            default:
                return null;
        }
    }

    private GrammarExpression Literal()
    {
        var start = _cursor.Position++;
        var characters = new System.Text.StringBuilder();
        while (!_cursor.Take("\""))
        {
            if (_cursor.AtEnd || _cursor.Peek is '\n')
                throw _cursor.ErrorAt(start, "a text lacks its closing quote");
            characters.Append(new System.Text.Rune(Character()));
        }
        return GrammarExpression.Text(characters.ToString());
    }

    private GrammarExpression.Character Class()
    {
        var start = _cursor.Position++;
        var negative = _cursor.Take("^");
        var ranges = new List<(int, int)>();
        while (!_cursor.Take("]"))
        {
            if (_cursor.AtEnd || _cursor.Peek is '\n')
                throw _cursor.ErrorAt(start, "a class lacks its closing bracket");
            var place = _cursor.Position;
            var first = Character();
            var last = first;
            if (_cursor.Peek == '-' && _cursor.PeekAfter != ']')
            {
                _cursor.Position++;
                last = Character();
            }
            if (last < first)
                throw _cursor.ErrorAt(place, "a range of a class runs backwards");
            ranges.Add((first, last));
        }
        if (ranges.Count == 0)
            throw _cursor.ErrorAt(start, "a class is empty");
        var set = CodePointSet.Of(ranges);
        return new GrammarExpression.Character(negative ? set.Complement() : set);
    }

    private int Character()
    {
        if (_cursor.Peek != '\\')
            return _cursor.CodePoint();
        _cursor.Position++;
        var sign = _cursor.Peek;
        _cursor.Position++;
        switch (sign)
        {
            case 'x':
                return _cursor.Hexadecimal(2);
            case 'u':
                return _cursor.Hexadecimal(4);
            case 'U':
                return _cursor.Hexadecimal(8);
            case 't':
                return '\t';
            case 'r':
                return '\r';
            case 'n':
                return '\n';
            case '\\' or '"' or '[' or ']':
                return sign;
            default:
                _cursor.Position -= 2;
                throw _cursor.Error("an unknown escape", "one of \\x \\u \\U \\t \\r \\n \\\\ \\\" \\[ \\]");
        }
    }

    private bool Repeated(ref GrammarExpression part)
    {
        const int unbounded = GrammarExpression.Repeat.Unbounded;
        var (least, most) = (0, unbounded);
        var place = _cursor.Position;
        switch (_cursor.Peek)
        {
            case '*':
                _cursor.Position++;
                break;
            case '+':
                _cursor.Position++;
                least = 1;
                break;
            case '?':
                _cursor.Position++;
                most = 1;
                break;
            case '{':
                _cursor.Position++;
                Space(lines: false);
                least = most = Math.Max(0, _cursor.Number(LargestCount));
                Space(lines: false);
                if (_cursor.Take(","))
                {
                    Space(lines: false);
                    most = _cursor.Number(LargestCount) is >= 0 and var count ? count : unbounded;
                    Space(lines: false);
                }
                if (!_cursor.Take("}"))
                    throw _cursor.ErrorAt(place, "a count is malformed", "{m}, {m,} or {m,n}");
                if (most < least)
                    throw _cursor.ErrorAt(place, "the bounds of a count are the wrong way round");
                break;
            default:
                return false;
        }
        part = new GrammarExpression.Repeat(part, least, most);
        Space(lines: _depth > 0);
        return true;
    }

    private void Space(bool lines)
    {
        while (_cursor.Peek is ' ' or '\t' or '#' || (lines && _cursor.Peek is ('\r' or '\n')))
        {
            if (_cursor.Peek != '#')
            {
                _cursor.Position++;
                continue;
            }
            while (!_cursor.AtEnd && _cursor.Peek is not ('\r' or '\n'))
                _cursor.Position++;
        }
    }
}
