using System.Globalization;
using System.Text;

namespace Inkstone.Tokenizers;

/// <summary>The escapes of a string in a template, which are Python's.</summary>
internal static class StringLiteral
{
    /// <summary>What the characters between the quotes stand for.</summary>
    public static string Unescape(ReadOnlySpan<char> text, int line)
    {
        if (!text.Contains('\\'))
            return text.ToString();
        var output = new StringBuilder(text.Length);
        for (var at = 0; at < text.Length;)
        {
            if (text[at] != '\\')
            {
                output.Append(text[at++]);
                continue;
            }
            var c = text[at + 1];
            at += 2;
            switch (c)
            {
                case '\n':
                    break;
                case '\\' or '\'' or '"':
                    output.Append(c);
                    break;
                case 'a' or 'b' or 'f' or 'n' or 'r' or 't' or 'v':
                    output.Append("\a\b\f\n\r\t\v"["abfnrtv".IndexOf(c)]);
                    break;
                case >= '0' and <= '7':
                    var value = c - '0';
                    for (var i = 0; i < 2 && at < text.Length && text[at] is >= '0' and <= '7'; i++)
                        value = value * 8 + text[at++] - '0';
                    output.Append((char)value);
                    break;
                case 'x' or 'u' or 'U':
                    Append(output, Hexadecimal(text, ref at, c == 'x' ? 2 : c == 'u' ? 4 : 8, line), line);
                    break;
                case 'N':
                    throw TemplateErrors.At(line, "escapes by the name of a character are not supported");
                case < '\x80':
                    output.Append('\\').Append(c);
                    break;
                default:
                    // Jinja writes it as an escape before it resolves escapes, and the backslash before takes that one's.
                    var point = at < text.Length && char.IsSurrogatePair(c, text[at]) ? char.ConvertToUtf32(c, text[at++]) : c;
                    output.Append('\\').Append(point < 0x100 ? 'x' : point < 0x10000 ? 'u' : 'U')
                        .Append(point.ToString(point < 0x100 ? "x2" : point < 0x10000 ? "x4" : "x8", CultureInfo.InvariantCulture));
                    break;
            }
        }
        return output.ToString();
    }

    private static uint Hexadecimal(ReadOnlySpan<char> text, ref int at, int digits, int line)
    {
        if (at + digits > text.Length || !uint.TryParse(text.Slice(at, digits), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value))
            throw TemplateErrors.At(line, "truncated escape in a string");
        at += digits;
        return value;
    }

    private static void Append(StringBuilder output, uint point, int line)
    {
        if (point > 0x10FFFF)
            throw TemplateErrors.At(line, "illegal Unicode character in a string");
        if (point > 0xFFFF)
            output.Append(char.ConvertFromUtf32((int)point));
        else
            output.Append((char)point);
    }
}
