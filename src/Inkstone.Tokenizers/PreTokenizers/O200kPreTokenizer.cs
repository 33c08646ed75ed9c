using System.Globalization;

namespace Inkstone.Tokenizers;

/// <summary>
/// The pattern published with the o200k vocabulary, and with Mistral's Tekken (single digits, no contractions): a word is upper-case
/// letters and then lower-case ones, letters without case and marks counting as both, with any single character before and an
/// English contraction after. Each piece reads its own characters at most twice and, of the next piece, at most one run once.
/// </summary>
internal sealed class O200kPreTokenizer(int longestNumber, bool contractions) : PreTokenizer
{
    private const byte Other = 0, Upper = 1, Lower = 2, Letter = 3, Mark = 4, Number = 5, Space = 6, Newline = 7;

    private static readonly CodePointTable Classes = new(Classify);

    public override string Name => contractions ? "o200k" : "tekken";

    public override string Pattern { get; } = Words("*", "+") + (contractions ? "(?i:'s|'t|'re|'ve|'m|'ll|'d)?|" : "|")
        + Words("+", "*") + (contractions ? "(?i:'s|'t|'re|'ve|'m|'ll|'d)?|" : "|") + (longestNumber == 1 ? @"\p{N}" : @"\p{N}{1,3}")
        + @"| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+";

    public override int Next(ReadOnlySpan<byte> utf8, int start)
    {
        var first = Classes.At(utf8, start, out var length);
        var position = start + length;
        if (first is >= Upper and <= Letter)
            return AfterContraction(utf8, Word(utf8, start));
        if (first == Number)
        {
            for (var digits = 1; digits < longestNumber && position < utf8.Length && Classes.At(utf8, position, out length) == Number; digits++)
                position += length;
            return position;
        }
        var second = position < utf8.Length ? Classes.At(utf8, position, out _) : Space;
        if (first != Newline && second is >= Upper and <= Mark)
        {
            var end = Word(utf8, position);
            // A mark before upper-case letters alone is a word of its own: the first alternative needs something lower.
            if (first != Mark || !IsUpperAlone(utf8, position, end))
                return AfterContraction(utf8, end);
        }
        if (first == Mark)
            return AfterContraction(utf8, position);
        if (first == Other || (utf8[start] == ' ' && second == Other))
            return Signs(utf8, position);
        return WhiteSpace.Next(utf8, start, wholeTail: false);
    }

    /// <summary>
    /// The end of the letters and marks at a position: as many upper ones as there are and the lower ones after; where none comes, up
    /// to the last that is both, or all.
    /// </summary>
    private static int Word(ReadOnlySpan<byte> utf8, int position)
    {
        var afterBoth = -1;
        while (position < utf8.Length)
        {
            var kind = Classes.At(utf8, position, out var length);
            if (kind is not (Upper or Lower or Letter or Mark))
                break;
            position += length;
            if (kind == Lower)
                return SkipLower(utf8, position);
            if (kind != Upper)
                afterBoth = position;
        }
        return afterBoth >= 0 ? afterBoth : position;
    }

    private static int SkipLower(ReadOnlySpan<byte> utf8, int position)
    {
        position = AsciiRun.SkipLower(utf8, position);
        while (position < utf8.Length && Classes.At(utf8, position, out var length) is Lower or Letter or Mark)
            position += length;
        return position;
    }

    private int AfterContraction(ReadOnlySpan<byte> utf8, int position) =>
        contractions && position < utf8.Length && utf8[position] == '\''
            ? position + Contraction.Length(utf8[position..], foldsLongS: true)
            : position;

    /// <summary>The end of <c>[^\s\p{L}\p{N}]+[\r\n/]*</c> at a position inside its first part or after it.</summary>
    private static int Signs(ReadOnlySpan<byte> utf8, int position)
    {
        while (position < utf8.Length && Classes.At(utf8, position, out var length) is Other or Mark)
            position += length;
        while (position < utf8.Length && utf8[position] is (byte)'\r' or (byte)'\n' or (byte)'/')
            position++;
        return position;
    }

    private static bool IsUpperAlone(ReadOnlySpan<byte> utf8, int position, int end)
    {
        while (position < end)
        {
            if (Classes.At(utf8, position, out var length) != Upper)
                return false;
            position += length;
        }
        return true;
    }

    private static string Words(string upper, string lower) =>
        @"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]" + upper + @"[\p{Ll}\p{Lm}\p{Lo}\p{M}]" + lower;

    private static byte Classify(int codePoint) => codePoint switch
    {
        '\r' or '\n' => Newline,
        _ when CodePoint.IsWhiteSpace(codePoint) => Space,
        _ => CodePoint.Category(codePoint) switch
        {
            UnicodeCategory.UppercaseLetter or UnicodeCategory.TitlecaseLetter => Upper,
            UnicodeCategory.LowercaseLetter => Lower,
            UnicodeCategory.ModifierLetter or UnicodeCategory.OtherLetter => Letter,
            UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.EnclosingMark => Mark,
            UnicodeCategory.DecimalDigitNumber or UnicodeCategory.LetterNumber or UnicodeCategory.OtherNumber => Number,
            _ => Other,
        },
    };
}
