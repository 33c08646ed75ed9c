namespace Inkstone.Tokenizers;

/// <summary>Escapes and classes.</summary>
internal sealed partial class PatternParser
{
    private PatternNode Escape(int place)
    {
        switch (Peek)
        {
            case 'b' or 'B':
                var word = UnicodeSets.Word(_dialect, inClass: false);
                var others = Made(word.Complement());
                var (inside, outside) = _pattern[_position++] == 'b' ? (others, word) : (word, others);
                return new PatternNode.Choice([
                    new PatternNode.Sequence([Before(word), After(inside)]),
                    new PatternNode.Sequence([Before(others), After(outside)])]);
            case 'A':
                _position++;
                return new PatternNode.Behind(CodePointSet.Empty, AtStart: true);
            case 'z':
                _position++;
                return new PatternNode.Ahead(CodePointSet.Empty, AtEnd: true);
        }
        return EscapedSet(place, inClass: false) is { } set ? new PatternNode.Character(set) : Literal(EscapedCharacter(place), place);

        PatternNode Before(CodePointSet set) => new PatternNode.Behind(set, AtStart: !set.Contains('a'));
        PatternNode After(CodePointSet set) => new PatternNode.Ahead(set, AtEnd: !set.Contains('a'));
    }

    /// <summary>What stands after a backslash, if it is a class; else null, and nothing is read.</summary>
    private CodePointSet? EscapedSet(int place, bool inClass)
    {
        var sign = Peek;
        CodePointSet set;
        switch (sign)
        {
            case 's' or 'S':
                set = UnicodeSets.Space;
                break;
            case 'd' or 'D':
                set = UnicodeSets.Digit;
                break;
            case 'w' or 'W':
                set = UnicodeSets.Word(_dialect, inClass);
                break;
            case 'h' or 'H':
                set = CodePointSet.Hexadecimal;
                break;
            case 'p' or 'P':
                return Property(place);
            default:
                return null;
        }
        _position++;
        return char.IsAsciiLetterUpper(sign) ? Made(set.Complement()) : set;
    }

    /// <summary><c>\p{name}</c>, <c>\P{name}</c>, <c>\p{^name}</c>; in Rust also <c>\pL</c>, <c>\p{gc=name}</c> and <c>\p{sc=name}</c>.</summary>
    private CodePointSet Property(int place)
    {
        var negative = _pattern[_position++] == 'P';
        string name;
        if (Take("{"))
        {
            var end = _pattern.IndexOf('}', _position);
            if (end < 0)
                throw Refuse(place, "a property without its closing brace");
            name = _pattern[_position..end];
            _position = end + 1;
        }
        else if (IsOniguruma || AtEnd)
            throw Refuse(place, "a property without braces");
        else
            name = _pattern[_position++].ToString();
        if (IsOniguruma && name.StartsWith('^'))
            (negative, name) = (!negative, name[1..]);
        var sides = name.Split('=');
        var set = sides.Length == 1 ? UnicodeSets.Find(name) : IsOniguruma || sides.Length > 2 ? null : sides[0].Trim().ToLowerInvariant() switch
        {
            "gc" or "general_category" => UnicodeSets.FindCategory(sides[1]),
            "sc" or "script" => UnicodeSets.FindScript(sides[1]),
            _ => null,
        };
        if (set is null)
        {
            throw Refuse(place, Show(place, Math.Min(_position - place, 60)) + ", a property that is not known",
                "a general category, a script, or Any, Alphabetic, White_Space, Digit");
        }
        if (_dialect == PatternDialect.Llama)
            set = Made(set.Intersect(UnicodeSets.OfLlama));
        if (_ignoreCase && Made(set.IgnoringCase()) is var wider && !wider.Equals(set))
            set = IsOniguruma ? throw Refuse(place, "a property with cases where case is ignored") : wider;
        return negative ? Made(set.Complement()) : set;
    }

    private int EscapedCharacter(int place)
    {
        var character = Next();
        switch (character)
        {
            case 'n':
                return '\n';
            case 'r':
                return '\r';
            case 't':
                return '\t';
            case 'f':
                return '\f';
            case 'v':
                return '\v';
            case 'a':
                return '\a';
            case 'e' when IsOniguruma:
                return '\e';
            case 'x' or 'u' or 'U' when Peek == '{' && (character == 'x' || !IsOniguruma):
                _position++;
                var braced = Hexadecimal(place, 1, 8);
                return Take("}") ? braced : throw Refuse(place, "a code point without its closing brace");
            case 'x':
                return Hexadecimal(place, 2, 2);
            case 'u':
                return Hexadecimal(place, 4, 4);
            case 'U' when !IsOniguruma:
                return Hexadecimal(place, 8, 8);
        }
        if (character < 128 && char.IsAsciiLetterOrDigit((char)character))
            throw Refuse(place, $"\\{(char)character}, an escape that is not supported");
        return character;
    }

    private int Hexadecimal(int place, int least, int most)
    {
        long value = 0;
        var digits = 0;
        for (; digits < most && char.IsAsciiHexDigit(Peek); digits++)
            value = (value * 16) + Convert.ToInt32(_pattern[_position++].ToString(), 16);
        if (digits < least || value >= CodePointSet.Limit || value is >= 0xD800 and < 0xE000)
            throw Refuse(place, "an escape that is not a code point");
        // In Oniguruma two digits above 7F are a byte of a sequence.
        return IsOniguruma && most == 2 && value > 0x7F ? throw Refuse(place, "an escape for a single byte of UTF-8") : (int)value;
    }

    /// <summary>A class, after its opening bracket: characters, ranges, escapes, classes in it, and <c>&amp;&amp;</c> between them.</summary>
    private CodePointSet Class(int place)
    {
        const int RangeBytes = 56; // in a list that grows, and in the set
        Enter(place);
        var negative = Take("^");
        CodePointSet? before = null;
        var set = CodePointSet.Empty;
        var ranges = new List<(int, int)>();
        for (var first = true; ; first = false)
        {
            var item = _position;
            if (AtEnd)
                throw Refuse(place, "a class that is not closed");
            if (!first && Take("]"))
                break;
            if (Take("&&"))
            {
                if (_ignoreCase)
                    throw Refuse(item, "&& where case is ignored");
                before = Intersect(before, item);
                continue;
            }
            if (Take("[:"))
                throw Refuse(item, "[:…:], a class by its POSIX name", "\\p{…}");
            if (!IsOniguruma && (Take("--") || Take("~~")))
                throw Refuse(item, Show(item, 2) + " between sets");
            if (Take("["))
            {
                set = Made(set.Union(Class(item)));
                continue;
            }
            var low = Next();
            if (low == '\\')
            {
                if (EscapedSet(item, inClass: true) is { } escaped)
                {
                    set = Made(set.Union(escaped));
                    if (Peek == '-' && _position + 1 < _pattern.Length && _pattern[_position + 1] != ']')
                        throw Refuse(item, "a class at an end of a range");
                    continue;
                }
                low = ClassEscape(item);
            }
            var high = low;
            if (Peek == '-' && _position + 1 < _pattern.Length && _pattern[_position + 1] is not (']' or '['))
            {
                _position++;
                high = Next();
                if (high == '-' && !IsOniguruma)
                    throw Refuse(item, "-- between sets");
                if (high == '\\')
                    high = "sSdDwWhHpP".Contains(Peek) ? throw Refuse(item, "a class at an end of a range") : ClassEscape(item);
            }
            if (high < low)
                throw Refuse(item, "a range whose ends are the wrong way round");
            _budget.Spend(RangeBytes, _pattern);
            ranges.Add((low, high + 1));
        }
        set = before is null ? Gather() : Intersect(before, _position - 1);
        _depth--;
        if (_ignoreCase && IsOniguruma && HasOneOfSeveral())
            throw Refuse(place, "a class where case is ignored, with a character that is also several");
        return negative ? Made(set.Complement()) : set;

        CodePointSet Gather()
        {
            var gathered = CodePointSet.FromRanges(ranges);
            gathered = Made(set.Union(_ignoreCase ? Made(gathered.IgnoringCase()) : gathered));
            ranges.Clear();
            return gathered;
        }

        CodePointSet Intersect(CodePointSet? left, int item)
        {
            var right = Gather();
            set = CodePointSet.Empty;
            if (right.IsEmpty)
                throw Refuse(item, "&& beside nothing");
            return left is null ? right : Made(Made(left.Intersect(right)));
        }

        bool HasOneOfSeveral()
        {
            foreach (var character in CaseFoldingTables.SeveralFrom)
            {
                if (!negative && set.Contains(character))
                    return true;
            }
            return false;
        }
    }

    private int ClassEscape(int place)
    {
        if (Take("b"))
            return IsOniguruma ? '\b' : throw Refuse(place, "\\b in a class");
        return EscapedCharacter(place);
    }
}
