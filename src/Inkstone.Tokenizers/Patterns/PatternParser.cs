using System.Globalization;
using Inkstone.Foundation.Errors;

namespace Inkstone.Tokenizers;

/// <summary>
/// Reads a pattern into its parts. What cannot be carried out in one linear pass (back-references, look-around of more than one
/// character, possessive repeats of more than a class, …) is refused by name and place, as is what the dialect's engine refuses.
/// </summary>
internal sealed partial class PatternParser
{
    private const int LongestPattern = 1 << 16;
    private const int DeepestGroup = 100;
    private const int LargestCount = 1000;
    private const string Quantifiers = "*+?{";

    private readonly string _pattern;
    private readonly PatternDialect _dialect;
    private readonly PatternBudget _budget;
    private int _position;
    private int _depth;
    private bool _ignoreCase, _dotAll, _lines;

    // What the literals that stand side by side fold to, where case is ignored: several may fold to one character.
    private string _folded = "";

    private PatternParser(string pattern, PatternDialect dialect, PatternBudget budget)
    {
        (_pattern, _dialect, _budget) = (pattern, dialect, budget);
    }

    private bool IsOniguruma => _dialect == PatternDialect.Oniguruma;

    private bool AtEnd => _position == _pattern.Length;

    private char Peek => AtEnd ? '\0' : _pattern[_position];

    /// <summary>Reads a pattern.</summary>
    /// <param name="pattern">The pattern.</param>
    /// <param name="dialect">Whose it is.</param>
    /// <param name="budget">Pays for what is made.</param>
    /// <exception cref="InkstoneFormatException">It is malformed or holds what is not supported.</exception>
    public static PatternNode Parse(string pattern, PatternDialect dialect, PatternBudget budget)
    {
        var parser = new PatternParser(pattern, dialect, budget);
        if (pattern.Length > LongestPattern)
            throw parser.Refuse(0, $"a pattern of {pattern.Length} characters", $"at most {LongestPattern}");
        var node = parser.Choice();
        if (!parser.AtEnd)
            throw parser.Refuse(parser._position, "a closing parenthesis without its opening one");
        return node;
    }

    private PatternNode Choice()
    {
        var options = new List<PatternNode> { Sequence() };
        while (Take("|"))
            options.Add(Sequence());
        return options.Count == 1 ? options[0] : new PatternNode.Choice(options);
    }

    private PatternNode Sequence()
    {
        const int ListBytes = 88;
        const int PartBytes = 96;
        var parts = new List<PatternNode>();
        _budget.Spend(ListBytes, _pattern);
        _folded = "";
        while (!AtEnd && Peek is not ('|' or ')'))
        {
            var place = _position;
            _budget.Spend(PartBytes, _pattern);
            if (Take("(?"))
            {
                if (Flags() is { } rest)
                {
                    Add(parts, rest);
                    continue;
                }
                _position = place;
            }
            var part = Atom();
            if (part is not PatternNode.Character || (!AtEnd && Quantifiers.Contains(Peek)))
                _folded = "";
            Add(parts, Quantified(part));
        }
        _folded = "";
        return parts.Count switch { 0 => new PatternNode.Nothing(), 1 => parts[0], _ => new PatternNode.Sequence(parts) };

        static void Add(List<PatternNode> parts, PatternNode part)
        {
            if (part is not PatternNode.Nothing)
                parts.Add(part);
        }
    }

    /// <summary>Flags after <c>(?</c>, as in <c>(?i)</c> and <c>(?i:…)</c>; null, and nothing is set, where there are none.</summary>
    private PatternNode? Flags()
    {
        var place = _position;
        bool ignoreCase = _ignoreCase, dotAll = _dotAll, lines = _lines, on = true;
        for (; ; _position++)
        {
            switch (Peek)
            {
                case '-' when on:
                    on = false;
                    continue;
                case 'i':
                    ignoreCase = on;
                    continue;
                case 'm' when IsOniguruma:
                case 's' when !IsOniguruma:
                    dotAll = on;
                    continue;
                case 'm':
                    lines = on;
                    continue;
            }
            break;
        }
        var inner = Peek == ':';
        if (_position == place || !(inner || Peek == ')'))
        {
            _position = place;
            return null;
        }
        _position++;
        _folded = "";
        var outer = (_ignoreCase, _dotAll, _lines);
        (_ignoreCase, _dotAll, _lines) = (ignoreCase, dotAll, lines);
        if (!inner && !IsOniguruma)
            return new PatternNode.Nothing(); // until the group closes, which sets the flags back
        Enter(place);
        var body = Choice();
        _depth--;
        (_ignoreCase, _dotAll, _lines) = outer;
        if (!inner)
            return body;
        Close(place);
        return Quantified(body);
    }

    private PatternNode Atom()
    {
        var place = _position;
        var character = Next();
        switch (character)
        {
            case '(':
                return Group(place);
            case '[':
                return new PatternNode.Character(Class(place));
            case '.':
                return new PatternNode.Character(_dotAll ? CodePointSet.All : CodePointSet.NoLineFeed);
            case '^' when IsOniguruma:
                // Not after the line feed that ends the text.
                return new PatternNode.Choice([
                    new PatternNode.Behind(CodePointSet.Empty, AtStart: true),
                    new PatternNode.Sequence([new PatternNode.Behind(CodePointSet.LineFeed, false), new PatternNode.Ahead(CodePointSet.All, false)])]);
            case '^':
                return new PatternNode.Behind(_lines ? CodePointSet.LineFeed : CodePointSet.Empty, AtStart: true);
            case '$':
                return new PatternNode.Ahead(IsOniguruma || _lines ? CodePointSet.LineFeed : CodePointSet.Empty, AtEnd: true);
            case '*' or '+' or '?':
                throw Refuse(place, "a repeat of nothing");
            case '{' when !IsOniguruma:
                throw Refuse(place, "a brace that repeats nothing", "\\{ for the sign itself");
            case '{':
                _position = place;
                if (Interval(out _, out _))
                    throw Refuse(place, "a repeat of nothing");
                _position = place + 1;
                break;
            case '\\':
                return Escape(place);
        }
        return Literal(character, place);
    }

    private PatternNode.Character Literal(int character, int place)
    {
        var set = CodePointSet.Of(character);
        if (!_ignoreCase)
            return new(set);
        if (IsOniguruma)
        {
            _folded = _folded[Math.Max(0, _folded.Length - 2)..] + char.ConvertFromUtf32(CodePoint.Fold(character));
            if (IsOneOfSeveral(character) || CaseFoldingTables.SeveralTo.Any(several => _folded.EndsWith(several, StringComparison.Ordinal)))
                throw Refuse(place, $"{Excerpt.Of(_folded)} where case is ignored, which is also one character or several");
        }
        return new(Made(set.IgnoringCase()));
    }

    /// <summary>A set that was made for this pattern, its memory paid for.</summary>
    private CodePointSet Made(CodePointSet set)
    {
        const int SetBytes = 64;
        _budget.Spend(SetBytes + sizeof(int) * set.Bounds.Length, _pattern);
        return set;
    }

    /// <summary>Whether a character is, where Oniguruma ignores case, the same as several.</summary>
    private static bool IsOneOfSeveral(int character) =>
        character <= char.MaxValue && CaseFoldingTables.SeveralFrom.BinarySearch((ushort)character) >= 0;

    private PatternNode Group(int place)
    {
        Enter(place);
        var outer = (_ignoreCase, _dotAll, _lines);
        PatternNode node;
        if (!Take("?"))
            node = Choice();
        else if (Take("="))
            node = Look(place, ahead: true, negative: false);
        else if (Take("!"))
            node = Look(place, ahead: true, negative: true);
        else if (Take("<="))
            node = Look(place, ahead: false, negative: false);
        else if (Take("<!"))
            node = Look(place, ahead: false, negative: true);
        else if (Take(">"))
            node = Possessive(Choice(), place, "an atomic group of more than a repeated class");
        else if (Take(":"))
            node = Choice();
        else if (Take(IsOniguruma ? "<" : "P<") || Take("<"))
        {
            while (char.IsAsciiLetterOrDigit(Peek) || Peek == '_')
                _position++;
            if (!Take(">"))
                throw Refuse(place, "a group without a proper name");
            node = Choice();
        }
        else
            throw Refuse(place, Show(place, 3) + ", a kind of group that is not supported");
        (_ignoreCase, _dotAll, _lines) = outer;
        _depth--;
        Close(place);
        return node;
    }

    private void Enter(int place)
    {
        if (++_depth > DeepestGroup)
            throw Refuse(place, $"groups in groups, {_depth} deep", $"at most {DeepestGroup}");
    }

    private void Close(int place)
    {
        if (!Take(")"))
            throw Refuse(place, "a group that is not closed");
    }

    /// <summary>The next code point of the pattern.</summary>
    private int Next()
    {
        if (AtEnd)
            throw Refuse(_position, "an end in the middle");
        if (char.IsSurrogate(_pattern[_position]) && (_position + 1 == _pattern.Length || !char.IsSurrogatePair(_pattern, _position)))
            throw Refuse(_position, "half of a surrogate pair");
        var character = char.ConvertToUtf32(_pattern, _position);
        _position += character > 0xFFFF ? 2 : 1;
        return character;
    }

    private bool Take(string text)
    {
        if (!_pattern.AsSpan(_position).StartsWith(text, StringComparison.Ordinal))
            return false;
        _position += text.Length;
        return true;
    }

    private string Show(int place, int length) => _pattern.Substring(place, Math.Min(length, _pattern.Length - place));

    private InkstoneFormatException Refuse(int place, string construct, string? expected = null) => new(
        "a pattern cannot be carried out", string.Create(CultureInfo.InvariantCulture, $"{Excerpt.Of(_pattern)} at {place}"), expected, construct);
}
