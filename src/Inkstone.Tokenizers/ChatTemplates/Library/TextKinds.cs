using System.Globalization;

namespace Inkstone.Tokenizers;

/// <summary>What characters a text is made of, as <c>str.isalpha()</c> and its like tell.</summary>
internal static class TextKinds
{
    /// <summary>Whether there are characters and all are of a kind.</summary>
    public static BooleanValue All(TextValue text, Predicate<int> kind)
    {
        foreach (var point in Points(text.Text))
        {
            if (!kind(point))
                return BooleanValue.Of(false, text.Origin);
        }
        return BooleanValue.Of(text.Size > 0, text.Origin);
    }

    /// <summary><c>str.islower()</c>.</summary>
    public static BooleanValue IsLower(TextValue text) => BooleanValue.Of(
        Points(text.Text).Any(CaseMapping.IsLower) && Points(text.Text).All(point => CaseMapping.IsLower(point) || !CaseMapping.IsCased(point)), text.Origin);

    /// <summary><c>str.isupper()</c>.</summary>
    public static BooleanValue IsUpper(TextValue text) => BooleanValue.Of(
        Points(text.Text).Any(CaseMapping.IsUpper) && Points(text.Text).All(point => CaseMapping.IsUpper(point) || !CaseMapping.IsCased(point)), text.Origin);

    /// <summary><c>str.istitle()</c>.</summary>
    public static BooleanValue IsTitle(TextValue text)
    {
        bool follows = false, any = false;
        foreach (var point in Points(text.Text))
        {
            var isLower = CaseMapping.IsLower(point);
            var isCased = CaseMapping.IsCased(point);
            if (isCased && isLower != follows)
                return BooleanValue.Of(false, text.Origin);
            any |= isCased;
            follows = isCased;
        }
        return BooleanValue.Of(any, text.Origin);
    }

    /// <summary>A letter.</summary>
    public static bool IsAlphabetic(int point) => CodePoint.Category(point) <= UnicodeCategory.OtherLetter;

    /// <summary>A decimal digit.</summary>
    public static bool IsDecimal(int point) => CodePoint.Category(point) == UnicodeCategory.DecimalDigitNumber;

    /// <summary>A digit, those above and below the line and in circles included.</summary>
    public static bool IsDigit(int point) => IsDecimal(point) || point is 0xB2 or 0xB3 or 0xB9 or 0x2070 or (>= 0x2074 and <= 0x2079)
        or (>= 0x2080 and <= 0x2089) or (>= 0x2460 and <= 0x2468) or (>= 0x2474 and <= 0x247C) or (>= 0x2488 and <= 0x2490) or 0x24EA
        or (>= 0x24F5 and <= 0x24FD) or 0x24FF or (>= 0x2776 and <= 0x277E) or (>= 0x2780 and <= 0x2788) or (>= 0x278A and <= 0x2792);

    /// <summary>A number, Chinese ones included.</summary>
    public static bool IsNumeric(int point) =>
        CodePoint.Category(point) is UnicodeCategory.DecimalDigitNumber or UnicodeCategory.LetterNumber or UnicodeCategory.OtherNumber
        || (point is >= 0x3400 and <= 0xFFFF && "零一二三四五六七八九十百千万亿兆〇両廿卅卌壱壹弌弍弎弐貳贰参參叁肆伍陆陸柒捌玖拾佰仟萬億".Contains((char)point));

    /// <summary>A letter or a number.</summary>
    public static bool IsAlphanumeric(int point) => IsAlphabetic(point) || IsNumeric(point);

    /// <summary><c>str.isidentifier()</c>.</summary>
    public static bool IsIdentifier(string text)
    {
        var first = true;
        foreach (var point in Points(text))
        {
            var category = CodePoint.Category(point);
            var starts = point == '_' || category is <= UnicodeCategory.OtherLetter or UnicodeCategory.LetterNumber;
            if (!starts && (first || category is not (UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark
                or UnicodeCategory.DecimalDigitNumber or UnicodeCategory.ConnectorPunctuation)))
                return false;
            first = false;
        }
        return !first;
    }

    /// <summary>The code points of a text; a lone surrogate stands for itself.</summary>
    public static IEnumerable<int> Points(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (i + 1 < text.Length && char.IsSurrogatePair(text[i], text[i + 1]))
                yield return char.ConvertToUtf32(text[i], text[++i]);
            else
                yield return text[i];
        }
    }
}
