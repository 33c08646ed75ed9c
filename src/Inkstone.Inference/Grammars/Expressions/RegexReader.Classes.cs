namespace Inkstone.Inference;

/// <content>Escapes and classes.</content>
internal sealed partial class RegexReader
{
    private CodePointSet Class()
    {
        var start = _cursor.Position++;
        var negative = _cursor.Take("^");
        if (_cursor.Peek == ']')
            throw _cursor.ErrorAt(start, "a class is empty", fix: "Put \\ before a bracket that stands for itself.");
        var ranges = new List<(int, int)>();
        while (!_cursor.Take("]"))
        {
            if (_cursor.AtEnd)
                throw _cursor.ErrorAt(start, "a class lacks its closing bracket");
            var place = _cursor.Position;
            var first = Member();
            if (_cursor.Peek != '-' || _cursor.PeekAfter == ']')
            {
                ranges.AddRange(first.Ranges);
                continue;
            }
            _cursor.Position++;
            var last = Member();
            if (Single(first) is not { } low || Single(last) is not { } high)
                throw _cursor.ErrorAt(place, "a range of a class between what are no characters");
            if (high < low)
                throw _cursor.ErrorAt(place, "a range of a class runs backwards");
            ranges.Add((low, high));
        }
        var set = CodePointSet.Of(ranges);
        return negative ? set.Complement() : set;
    }

    private CodePointSet Member()
    {
        if (_cursor.Peek == '\\')
            return Escape(inClass: true);
        var value = _cursor.CodePoint();
        return CodePointSet.Range(value, value);
    }

    private static int? Single(CodePointSet set) => set.Ranges is [var (first, last)] && first == last ? first : null;

    private CodePointSet Escape(bool inClass)
    {
        var place = _cursor.Position++;
        var sign = _cursor.Peek;
        if (_cursor.AtEnd)
            throw _cursor.ErrorAt(place, "an escape without its character");
        switch (sign)
        {
            case 'd' or 'D':
                return Set(RegexSets.Digit);
            case 'w' or 'W':
                return Set(RegexSets.Word);
            case 's' or 'S':
                return Set(RegexSets.Space);
            case 'b' when inClass:
                return One('\b');
            case 'b' or 'B' or 'A' or 'Z' or 'z' or 'G':
                throw _cursor.ErrorAt(place, "conditions on the place, such as word boundaries, are not supported");
            case (>= '1' and <= '9') or 'k':
                throw _cursor.ErrorAt(place, "back-references are not supported");
            case 'p' or 'P':
                throw _cursor.ErrorAt(place, "classes by Unicode property are not supported", fix: "Write the ranges of characters.");
            case 't':
                return One('\t');
            case 'n':
                return One('\n');
            case 'r':
                return One('\r');
            case 'f':
                return One('\f');
            case 'v':
                return One('\v');
            case '0' when !char.IsAsciiDigit(_cursor.PeekAfter):
                return One('\0');
            case 'x':
                _cursor.Position++;
                return Value(_cursor.Hexadecimal(2));
            case 'u':
                return CodePoint();
            default:
                if (char.IsAsciiLetterOrDigit(sign))
                    throw _cursor.ErrorAt(place, "an unknown escape");
                return Value(_cursor.CodePoint());
        }

        CodePointSet Set(CodePointSet set)
        {
            _cursor.Position++;
            return char.IsAsciiLetterUpper(sign) ? set.Complement() : set;
        }

        CodePointSet One(char value)
        {
            _cursor.Position++;
            return Value(value);
        }

        static CodePointSet Value(int value) => CodePointSet.Range(value, value);
    }

    /// <summary><c>\uHHHH</c>, a pair of them, or <c>\u{H…}</c>.</summary>
    private CodePointSet CodePoint()
    {
        _cursor.Position++;
        int value;
        if (_cursor.Take("{"))
        {
            var start = _cursor.Position;
            while (char.IsAsciiHexDigit(_cursor.Peek))
                _cursor.Position++;
            var digits = Math.Min(8, _cursor.Position - start);
            _cursor.Position = start;
            value = _cursor.Hexadecimal(Math.Max(1, digits));
            if (!_cursor.Take("}"))
                throw _cursor.ErrorAt(start, "an escape lacks its closing brace");
            return CodePointSet.Range(value, value);
        }
        var place = _cursor.Position;
        if (Unit() is var high && char.IsHighSurrogate(high) && _cursor.Take("\\u") && Unit() is var low && char.IsLowSurrogate(low))
            value = char.ConvertToUtf32(high, low);
        else if (char.IsSurrogate(high))
            throw _cursor.ErrorAt(place, "half of a surrogate pair");
        else
            value = high;
        return CodePointSet.Range(value, value);
    }

    private char Unit()
    {
        var value = 0;
        for (var i = 0; i < 4; i++, _cursor.Position++)
        {
            if (!char.IsAsciiHexDigit(_cursor.Peek))
                throw _cursor.Error("an escape has too few digits", "4 hexadecimal digits");
            value = value * 16 + Convert.ToInt32(_cursor.Peek.ToString(), 16);
        }
        return (char)value;
    }
}
