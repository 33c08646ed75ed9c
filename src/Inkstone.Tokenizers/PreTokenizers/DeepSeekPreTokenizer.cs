using System.Globalization;

namespace Inkstone.Tokenizers;

/// <summary>
/// DeepSeek V3's three patterns, one isolating after the other: <c>\p{N}{1,3}</c>, then <c>[一-龥぀-ゟ゠-ヿ]+</c>, then
/// <c>[!-/:-@\[-`{-~][A-Za-z]+|[^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+| ?[\p{P}\p{S}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+</c>. What the third sees
/// ends where numbers or Chinese and Japanese characters begin and end: here the change from one of the three realms to another is the end
/// of the text.
/// </summary>
/// <param name="unicodeVersion">The version of Unicode times ten; younger code points are unassigned.</param>
internal sealed class DeepSeekPreTokenizer(int unicodeVersion) : PreTokenizer
{
    private const byte Rest = 0, Word = 1, Sign = 2, Space = 3, Newline = 4, Number = 5, KindMask = 7, EastAsian = 8;

    private CodePointTable? _classes; // made when first needed; threads that make it at the same time make the same

    private CodePointTable Classes => _classes ??= new(codePoint => Classify(codePoint, unicodeVersion));

    public override string Name => "deepseek3";

    /// <summary>The patterns in order, each isolating its matches.</summary>
    public static IReadOnlyList<string> Patterns { get; } =
    [
        @"\p{N}{1,3}",
        "[一-龥\u3040-ゟ゠-ヿ]+",
        @"[!""#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~][A-Za-z]+|[^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+| ?[\p{P}\p{S}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+",
    ];

    public override string Pattern => Patterns[2];

    /// <inheritdoc/>
    internal override IReadOnlyList<string> Expressions => Patterns;

    public override int Next(ReadOnlySpan<byte> utf8, int start)
    {
        var first = Classes.At(utf8, start, out var length);
        var position = start + length;
        if (first == Number)
        {
            for (var digits = 1; digits < 3 && position < utf8.Length && Classes.At(utf8, position, out length) == Number; digits++)
                position += length;
            return position;
        }
        var realm = first & EastAsian;
        var kind = first & KindMask;
        if (kind == Sign && utf8[start] < 128 && position < utf8.Length && char.IsAsciiLetter((char)utf8[position]))
            return AsciiRun.SkipLetters(utf8, position);
        if (kind == Word || (kind is Rest or Space && KindAt(utf8, position, realm, out _) == Word))
            return Skip(utf8, realm == 0 ? AsciiRun.SkipLetters(utf8, position) : position, Word, realm);
        if (kind == Sign || (utf8[start] == ' ' && KindAt(utf8, position, realm, out _) == Sign))
            return Skip(utf8, Skip(utf8, position, Sign, realm), Newline, realm);
        return kind == Rest ? Unmatched(utf8, position, realm) : Spaces(utf8, start);
    }

    /// <summary>The kind of a character of the same realm, or 255 where the realm ends.</summary>
    private int KindAt(ReadOnlySpan<byte> utf8, int position, int realm, out int length)
    {
        length = 0;
        if (position >= utf8.Length)
            return byte.MaxValue;
        var found = Classes.At(utf8, position, out length);
        return (found & EastAsian) == realm && found != Number ? found & KindMask : byte.MaxValue;
    }

    private int Skip(ReadOnlySpan<byte> utf8, int position, int kind, int realm)
    {
        while (KindAt(utf8, position, realm, out var length) == kind)
            position += length;
        return position;
    }

    /// <summary>Controls, formats and unassigned characters that no word follows match nothing; the whole gap is one piece.</summary>
    private int Unmatched(ReadOnlySpan<byte> utf8, int position, int realm)
    {
        while (KindAt(utf8, position, realm, out var length) == Rest && KindAt(utf8, position + length, realm, out _) != Word)
            position += length;
        return position;
    }

    private int Spaces(ReadOnlySpan<byte> utf8, int start)
    {
        int position = start, last = start, afterNewline = start, kind, length;
        while ((kind = KindAt(utf8, position, realm: 0, out length)) is Space or Newline)
        {
            last = position;
            position += length;
            if (kind == Newline)
                afterNewline = position;
        }
        if (afterNewline > start)
            return afterNewline;
        return kind == byte.MaxValue || last == start ? position : last;
    }

    private static byte Classify(int codePoint, int unicodeVersion)
    {
        var realm = codePoint is (>= 0x4E00 and <= 0x9FA5) or (>= 0x3040 and <= 0x30FF) ? EastAsian : 0;
        var kind = codePoint switch
        {
            '\r' or '\n' => Newline,
            _ when CodePoint.IsWhiteSpace(codePoint) => Space,
            _ => CodePoint.Category(codePoint, unicodeVersion) switch
            {
                <= UnicodeCategory.EnclosingMark => Word,
                UnicodeCategory.DecimalDigitNumber or UnicodeCategory.LetterNumber or UnicodeCategory.OtherNumber => Number,
                >= UnicodeCategory.ConnectorPunctuation and <= UnicodeCategory.OtherSymbol => Sign,
                _ => Rest,
            },
        };
        return (byte)(realm | kind);
    }
}
