using System.Globalization;

namespace Inkstone.Tokenizers;

/// <summary><c>repr()</c> of text: quoted, with escapes for what is not printable.</summary>
internal static class TextRepresentation
{
    public static void Write(TextValue value, TextBuilder output)
    {
        var text = value.Text;
        var quote = text.Contains('\'') && !text.Contains('"') ? '"' : '\'';
        output.Append(value.IsMarkup ? "Markup(" : "", value.Origin);
        output.Append(quote, value.Origin);
        int plain = 0, next;
        for (var i = 0; i < text.Length; i = next)
        {
            var isPair = i + 1 < text.Length && char.IsSurrogatePair(text[i], text[i + 1]);
            next = i + (isPair ? 2 : 1);
            var point = isPair ? char.ConvertToUtf32(text[i], text[i + 1]) : text[i];
            if (Escape(point, quote) is not { } escape)
                continue;
            output.Append(value, plain, i - plain);
            output.Append(escape, value.OriginAt(i));
            plain = next;
        }
        output.Append(value, plain, text.Length - plain);
        output.Append(quote, value.Origin);
        output.Append(value.IsMarkup ? ")" : "", value.Origin);
    }

    private static string? Escape(int point, char quote)
    {
        switch (point)
        {
            case '\\':
                return @"\\";
            case '\n':
                return @"\n";
            case '\r':
                return @"\r";
            case '\t':
                return @"\t";
        }
        if (point == quote)
            return "\\" + quote;
        if (point is >= ' ' and < 127 || (point > 127 && IsPrintable(point)))
            return null;
        return point <= 0xFF ? string.Create(CultureInfo.InvariantCulture, $"\\x{point:x2}")
            : point <= 0xFFFF ? string.Create(CultureInfo.InvariantCulture, $"\\u{point:x4}")
            : string.Create(CultureInfo.InvariantCulture, $"\\U{point:x8}");
    }

    /// <summary><c>str.isprintable()</c> of one character.</summary>
    public static bool IsPrintable(int point) => point == ' ' || CodePoint.Category(point) is not (UnicodeCategory.Control
        or UnicodeCategory.Format or UnicodeCategory.Surrogate or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned
        or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator or UnicodeCategory.SpaceSeparator);
}
