using System.Buffers;

namespace Inkstone.Tokenizers;

/// <summary>Cuts what stands inside a tag into tokens.</summary>
internal sealed class ExpressionLexer(string source)
{
    private static readonly string[] LongOperators = ["//", "**", "==", "!=", ">=", "<="];
    private static readonly SearchValues<char> OneCharacter = SearchValues.Create("+-/*%~[]()<>{}=.:|,;");
    private static readonly string[] Operators = [.. "+-/*%~[]()<>{}=.:|,;".Select(c => c.ToString())];
    private readonly Dictionary<string, string>.AlternateLookup<ReadOnlySpan<char>> _names =
        new Dictionary<string, string>(StringComparer.Ordinal).GetAlternateLookup<ReadOnlySpan<char>>();
    private readonly Stack<char> _open = new();
    private bool _isBlock;

    /// <summary>Goes into a tag.</summary>
    public void Begin(bool isBlock)
    {
        _isBlock = isBlock;
        _open.Clear();
    }

    /// <summary>The next token of the tag, its end included.</summary>
    public TemplateToken Next(ref int at, ref int line)
    {
        if (End(ref at, ref line) is { } atOnce)
            return atOnce;
        if (at < source.Length && TextScan.IsSpace(source[at]))
        {
            for (; at < source.Length && TextScan.IsSpace(source[at]); at++)
                line += source[at] == '\n' ? 1 : 0;
            if (End(ref at, ref line) is { } end)
                return end;
        }
        if (at == source.Length)
            return new(TemplateTokenKind.End, "", line);
        var start = at;
        if (char.IsAsciiDigit(source[at]))
            return Number(ref at, line);
        if (NameLength(at) is > 0 and var length)
        {
            at += length;
            return new(TemplateTokenKind.Name, Name(start, length, line), line);
        }
        return source[at] is '\'' or '"' ? String(ref at, ref line) : Operator(ref at, line);
    }

    private TemplateToken? End(ref int at, ref int line)
    {
        if (_open.Count > 0 || at >= source.Length)
            return null;
        var sign = source[at] is '-' || (_isBlock && source[at] == '+') ? source[at] : '\0';
        var mark = at + (sign == '\0' ? 0 : 1);
        if (string.CompareOrdinal(source, mark, _isBlock ? "%}" : "}}", 0, 2) != 0)
            return null;
        var token = new TemplateToken(_isBlock ? TemplateTokenKind.BlockEnd : TemplateTokenKind.VariableEnd, "", line);
        at = TemplateLexer.TagEnd(source, mark + 2, sign, trims: _isBlock);
        line += source.AsSpan(mark, at - mark).Count('\n');
        return token;
    }

    private string Name(int start, int length, int line)
    {
        var span = source.AsSpan(start, length);
        if (_names.TryGetValue(span, out var known))
            return known;
        var name = span.ToString();
        if (!TextKinds.IsIdentifier(name))
            throw TemplateErrors.At(line, "Invalid character in identifier", found: Foundation.Errors.Excerpt.Of(name));
        _names[span] = name;
        return name;
    }

    private int NameLength(int start)
    {
        var at = start;
        while (at < source.Length)
        {
            if (char.IsAsciiLetterOrDigit(source[at]) || source[at] == '_')
                at++;
            else if (source[at] < 0x80)
                break;
            else if (at + 1 < source.Length && char.IsSurrogatePair(source[at], source[at + 1]))
            {
                if (!TextKinds.IsAlphanumeric(char.ConvertToUtf32(source[at], source[at + 1])))
                    break;
                at += 2;
            }
            else if (TextKinds.IsAlphanumeric(source[at]))
                at++;
            else
                break;
        }
        return at - start;
    }

    private TemplateToken Number(ref int at, int line)
    {
        var start = at;
        var afterDot = start > 0 && source[start - 1] == '.';
        if (!afterDot && FloatEnd(start) is { } end)
        {
            at = end;
            return new(TemplateTokenKind.Float, Digits(start, end), line);
        }
        if (source[at] == '0')
        {
            var prefix = at + 1 < source.Length ? char.ToLowerInvariant(source[at + 1]) : '\0';
            if (prefix is 'b' or 'o' or 'x' && GroupedEnd(at + 2, prefix, leading: true) is var prefixed && prefixed > at + 2)
                at = prefixed;
            else
                at = GroupedEnd(at + 1, '0', leading: true);
        }
        else
            at = GroupedEnd(at + 1, 'd', leading: true);
        return new(TemplateTokenKind.Integer, Digits(start, at), line);
    }

    // Digits, underscores between them, of a fraction or an exponent; null where it is a whole number.
    private int? FloatEnd(int start)
    {
        var at = GroupedEnd(start, 'd', leading: false);
        var whole = at;
        if (at + 1 < source.Length && source[at] == '.' && char.IsAsciiDigit(source[at + 1]))
            at = GroupedEnd(at + 1, 'd', leading: false);
        var fraction = at;
        if (at < source.Length && source[at] is 'e' or 'E')
        {
            var digits = at + 1 + (at + 1 < source.Length && source[at + 1] is '+' or '-' ? 1 : 0);
            if (digits < source.Length && char.IsAsciiDigit(source[digits]))
                return GroupedEnd(digits, 'd', leading: false);
        }
        return fraction > whole ? fraction : null;
    }

    // The end of digits with single underscores between, or before them where one may lead.
    private int GroupedEnd(int at, char kind, bool leading)
    {
        for (; at < source.Length; at++)
        {
            if (IsDigit(source[at], kind))
                leading = true;
            else if (source[at] == '_' && leading && at + 1 < source.Length && IsDigit(source[at + 1], kind))
                leading = false;
            else
                break;
        }
        return at;
    }

    private static bool IsDigit(char c, char kind) => kind switch
    {
        'b' => c is '0' or '1',
        'o' => c is >= '0' and <= '7',
        'x' => char.IsAsciiHexDigit(c),
        '0' => c == '0',
        _ => char.IsAsciiDigit(c),
    };

    private string Digits(int start, int end) => source[start..end].Replace("_", "", StringComparison.Ordinal);

    private TemplateToken String(ref int at, ref int line)
    {
        var quote = source[at];
        var end = at + 1;
        while (end < source.Length && source[end] != quote)
            end += source[end] == '\\' ? 2 : 1;
        if (end >= source.Length)
            throw Unexpected(at, line);
        var start = at + 1;
        var token = new TemplateToken(TemplateTokenKind.String, StringLiteral.Unescape(source.AsSpan(start, end - start), line), line);
        line += source.AsSpan(start, end - start).Count('\n');
        at = end + 1;
        return token;
    }

    private TemplateToken Operator(ref int at, int line)
    {
        foreach (var candidate in LongOperators)
        {
            if (string.CompareOrdinal(source, at, candidate, 0, 2) == 0)
            {
                at += 2;
                return new(TemplateTokenKind.Operator, candidate, line);
            }
        }
        var c = source[at];
        if (!OneCharacter.Contains(c))
            throw Unexpected(at, line);
        at++;
        switch (c)
        {
            case '(' or '[' or '{':
                _open.Push(c == '(' ? ')' : c == '[' ? ']' : '}');
                break;
            case ')' or ']' or '}':
                if (!_open.TryPop(out var expected))
                    throw TemplateErrors.At(line, $"unexpected '{c}'");
                if (expected != c)
                    throw TemplateErrors.At(line, $"unexpected '{c}', expected '{expected}'");
                break;
        }
        return new(TemplateTokenKind.Operator, Operators["+-/*%~[]()<>{}=.:|,;".IndexOf(c)], line);
    }

    private Foundation.Errors.InkstoneFormatException Unexpected(int at, int line) =>
        TemplateErrors.At(line, FormattableString.Invariant($"unexpected char {Foundation.Errors.Excerpt.Of(source.Substring(at, 1))} at {at}"));
}
