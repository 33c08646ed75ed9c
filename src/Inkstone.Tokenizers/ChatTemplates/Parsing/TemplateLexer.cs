namespace Inkstone.Tokenizers;

/// <summary>
/// Cuts a template into tokens, one at a time, with <c>trim_blocks</c> and <c>lstrip_blocks</c> on: a line feed after a block is
/// dropped, and so is white space between the beginning of a line and a block; <c>-</c> takes all white space, <c>+</c> leaves it.
/// </summary>
internal sealed class TemplateLexer
{
    private readonly string _source;
    private readonly ExpressionLexer _expressions;
    private int _at;
    private int _line = 1;
    private bool _isLineStart = true;
    private bool _isInTag;
    private TemplateToken? _pending;

    /// <summary>Begins at the beginning.</summary>
    public TemplateLexer(string source)
    {
        if (source.Contains('\r'))
            source = source.Replace("\r\n", "\n", StringComparison.Ordinal).Replace('\r', '\n');
        _source = source.EndsWith('\n') ? source[..^1] : source;
        _expressions = new(_source);
    }

    /// <summary>The next token.</summary>
    public TemplateToken Next()
    {
        if (_pending is { } pending)
        {
            _pending = null;
            return pending;
        }
        if (_isInTag)
        {
            var token = _expressions.Next(ref _at, ref _line);
            if (token.Kind is TemplateTokenKind.VariableEnd or TemplateTokenKind.BlockEnd)
            {
                _isInTag = false;
                _isLineStart = _source[_at - 1] == '\n';
            }
            return token;
        }
        while (_at < _source.Length)
        {
            if (NextOutside() is { } token)
                return token;
        }
        return new(TemplateTokenKind.End, "", _line);
    }

    // Text up to the next tag, and that tag's beginning; null where there was nothing but a comment.
    private TemplateToken? NextOutside()
    {
        var tag = FindTag(_at);
        if (tag < 0)
        {
            var rest = new TemplateToken(TemplateTokenKind.Data, _source[_at..], _line);
            _at = _source.Length;
            return rest;
        }
        var kind = _source[tag + 1];
        var after = tag + 2;
        if (kind == '%' && RawTag(after, "raw", allowPlus: false) is { } raw)
            return Raw(tag, raw);
        var sign = SignAt(after);
        after += sign == '\0' ? 0 : 1;
        var (data, line) = TakeText(tag, sign, isVariable: kind == '{');
        _isLineStart = false;
        if (kind == '#')
            SkipComment(after);
        else
        {
            _at = after;
            _isInTag = true;
            _expressions.Begin(isBlock: kind == '%');
            var begin = new TemplateToken(kind == '%' ? TemplateTokenKind.BlockBegin : TemplateTokenKind.VariableBegin, "", _line);
            if (data.Length == 0)
                return begin;
            _pending = begin;
        }
        return data.Length == 0 ? null : new(TemplateTokenKind.Data, data, line);
    }

    private TemplateToken? Raw(int tag, (char Sign, int End) raw)
    {
        var (before, line) = TakeText(tag, raw.Sign, isVariable: false);
        Advance(tag, raw.End);
        _isLineStart = _source[_at - 1] == '\n';
        var (body, bodyLine) = ("", _line);
        if (_at < _source.Length)
        {
            var end = _at;
            (char Sign, int End)? close = null;
            while ((end = _source.IndexOf("{%", end, StringComparison.Ordinal)) >= 0 && (close = RawTag(end + 2, "endraw", allowPlus: true)) is null)
                end += 2;
            if (close is not { } found)
                throw TemplateErrors.At(_line, "Missing end of raw directive");
            (body, bodyLine) = TakeText(end, found.Sign, isVariable: false);
            Advance(end, found.End);
            _isLineStart = _source[_at - 1] == '\n';
        }
        var data = before + body;
        return data.Length == 0 ? null : new(TemplateTokenKind.Data, data, before.Length > 0 ? line : bodyLine);
    }

    // The text before a tag, stripped as its sign says.
    private (string Text, int Line) TakeText(int tag, char sign, bool isVariable)
    {
        var line = _line;
        var text = _source.AsSpan(_at, tag - _at);
        _line += text.Count('\n');
        if (sign == '-')
            text = text[..TextScan.Trim(text, left: false).End];
        else if (sign != '+' && !isVariable)
        {
            var start = text.LastIndexOf('\n') + 1;
            if ((start > 0 || _isLineStart) && TextScan.Trim(text[start..]) is (var from, var to) && from == to)
                text = text[..start];
        }
        _at = tag;
        return (text.ToString(), line);
    }

    private void SkipComment(int start)
    {
        if (start == _source.Length)
        {
            _at = start;
            return;
        }
        var end = _source.IndexOf("#}", start, StringComparison.Ordinal);
        if (end < 0)
            throw TemplateErrors.At(_line, "Missing end of comment tag");
        var after = TagEnd(_source, end + 2, end > start ? _source[end - 1] : '\0', trims: true);
        Advance(start, after);
        _isLineStart = _source[_at - 1] == '\n';
    }

    /// <summary>Where a tag that closes at a position ends, with the white space it takes.</summary>
    public static int TagEnd(string source, int at, char sign, bool trims)
    {
        if (sign == '-')
        {
            while (at < source.Length && TextScan.IsSpace(source[at]))
                at++;
        }
        else if (sign != '+' && trims && at < source.Length && source[at] == '\n')
            at++;
        return at;
    }

    // "raw" or "endraw" with the end of its tag; null where there is another tag.
    private (char Sign, int End)? RawTag(int at, string word, bool allowPlus)
    {
        var sign = SignAt(at);
        at = SkipSpace(at + (sign == '\0' ? 0 : 1));
        if (string.CompareOrdinal(_source, at, word, 0, word.Length) != 0)
            return null;
        at = SkipSpace(at + word.Length);
        var closing = SignAt(at);
        if (closing == '+' && !allowPlus)
            return null;
        at += closing == '\0' ? 0 : 1;
        return string.CompareOrdinal(_source, at, "%}", 0, 2) == 0 ? (sign, TagEnd(_source, at + 2, closing, trims: allowPlus)) : null;
    }

    private char SignAt(int at) => at < _source.Length && _source[at] is '-' or '+' ? _source[at] : '\0';

    private int SkipSpace(int at)
    {
        while (at < _source.Length && TextScan.IsSpace(_source[at]))
            at++;
        return at;
    }

    private int FindTag(int from)
    {
        for (var at = from; (at = _source.IndexOf('{', at)) >= 0 && at + 1 < _source.Length; at++)
        {
            if (_source[at + 1] is '{' or '%' or '#')
                return at;
        }
        return -1;
    }

    private void Advance(int from, int to)
    {
        _line += _source.AsSpan(from, to - from).Count('\n');
        _at = to;
    }
}
