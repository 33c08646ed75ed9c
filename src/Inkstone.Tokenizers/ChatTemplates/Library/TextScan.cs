using System.Globalization;

namespace Inkstone.Tokenizers;

/// <summary>White space and lines as Python's strings see them.</summary>
internal static class TextScan
{
    /// <summary><c>str.isspace()</c> of one character; all of them are one UTF-16 unit.</summary>
    public static bool IsSpace(char c) => c switch
    {
        <= ' ' => c is ' ' or (>= '\t' and <= '\r') or (>= '\x1C' and <= '\x1F'),
        '\x85' or '\u00A0' or '\u1680' or '\u2028' or '\u2029' or '\u202F' or '\u205F' or '\u3000' => true,
        _ => c is >= '\u2000' and <= '\u200A',
    };

    /// <summary>Where the text that is not white space begins and ends.</summary>
    public static (int Start, int End) Trim(ReadOnlySpan<char> text, bool left = true, bool right = true)
    {
        int start = 0, end = text.Length;
        while (left && start < end && IsSpace(text[start]))
            start++;
        while (right && end > start && IsSpace(text[end - 1]))
            end--;
        return (start, end);
    }

    /// <summary>The lines of <c>str.splitlines()</c>: where each begins, ends, and where the next begins.</summary>
    public static IEnumerable<(int Start, int End, int Next)> Lines(string text)
    {
        for (int start = 0, next; start < text.Length; start = next)
        {
            var end = start;
            while (end < text.Length && !IsLineEnd(text[end]))
                end++;
            next = end + (end + 1 < text.Length && text[end] == '\r' && text[end + 1] == '\n' ? 2 : end < text.Length ? 1 : 0);
            yield return (start, end, next);
        }
    }

    /// <summary>A decimal digit of any script, or -1. Each script's ten stand together.</summary>
    public static int DigitAt(string text, int at)
    {
        if (char.IsAsciiDigit(text[at]))
            return text[at] - '0';
        if (text[at] < 0x80 || CodePoint.Category(text[at]) != UnicodeCategory.DecimalDigitNumber)
            return -1;
        var first = (int)text[at];
        while (CodePoint.Category(first - 1) == UnicodeCategory.DecimalDigitNumber)
            first--;
        return (text[at] - first) % 10;
    }

    private static bool IsLineEnd(char c) => c is (>= '\n' and <= '\r') or (>= '\x1C' and <= '\x1E') or '\x85' or '\u2028' or '\u2029';
}
