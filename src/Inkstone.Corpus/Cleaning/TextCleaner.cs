using System.Buffers;
using System.Text;

namespace Inkstone.Corpus;

/// <summary>
/// Makes text uniform without touching what it says: one kind of line end, no control or zero-width characters, no
/// trailing space, at most one blank line in a row, no half surrogate pairs. Cleaning twice changes nothing more.
/// </summary>
/// <remarks>
/// Unicode normalisation (NFC) is not done: the platform's needs ICU. Zero-width joiners and non-joiners stay, because
/// Persian, the Indic scripts and emoji are written with them.
/// </remarks>
public static class TextCleaner
{
    private const char Replacement = '\uFFFD';
    private const int LongestBlankRun = 2; // line ends in a row: one blank line

    // Whatever may need a change: control characters, space before a line end, junk, surrogates.
    private static readonly SearchValues<char> Suspicious = SearchValues.Create(MakeSuspicious());

    /// <summary>The cleaned text; the same object where nothing had to change.</summary>
    public static string Clean(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (IsClean(text))
            return text;
        var clean = new StringBuilder(text.Length);
        var lineEnds = 0; // owed before the next visible character, so that none is left at the end
        var blanks = 0; // spaces and tabs, owed likewise
        var blankStart = 0;
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            switch (c)
            {
                case ' ' or '\t':
                    if (blanks++ == 0)
                        blankStart = i;
                    continue;
                case '\r' when i + 1 < text.Length && text[i + 1] == '\n':
                    continue;
                case '\n' or '\r' or '\u0085' or '\u2028' or '\u2029' or '\f' or '\v':
                    lineEnds++;
                    blanks = 0;
                    continue;
            }
            if (IsDropped(c))
                continue;
            if (lineEnds > 0 && clean.Length > 0)
                clean.Append('\n', Math.Min(lineEnds, LongestBlankRun));
            lineEnds = 0;
            if (blanks > 0)
                AppendBlanks(clean, text, blankStart, blanks);
            blanks = 0;
            if (!char.IsSurrogate(c))
                clean.Append(c);
            else if (char.IsHighSurrogate(c) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1]))
                clean.Append(c).Append(text[++i]);
            else
                clean.Append(Replacement);
        }
        return clean.ToString();
    }

    private static bool IsClean(string text)
    {
        if (text.Length == 0)
            return true;
        if (text[0] is '\n' || text[^1] is '\n' or ' ' or '\t')
            return false;
        for (int i = 0, next; (next = text.AsSpan(i).IndexOfAny(Suspicious)) >= 0; i++)
        {
            i += next;
            if (char.IsHighSurrogate(text[i]) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1]))
                i++;
            else if (text[i] != '\n' || text[i - 1] is ' ' or '\t' || (i >= LongestBlankRun && text[i - 1] == '\n' && text[i - 2] == '\n'))
                return false;
        }
        return true;
    }

    // Dropped characters may stand between the blanks, which is why they are looked for once more.
    private static void AppendBlanks(StringBuilder clean, string text, int start, int count)
    {
        for (var i = start; count > 0; i++)
        {
            if (text[i] is ' ' or '\t')
            {
                clean.Append(text[i]);
                count--;
            }
        }
    }

    private static bool IsDropped(char c) =>
        c is (< ' ' and not '\t' and not '\n') or (>= '\u007F' and <= '\u009F') // control characters
            or '\u00AD' // soft hyphen
            or '\u200B' or '\u2060' or '\uFEFF' // zero-width space, word joiner, byte order mark
            or '\u180E'
            or >= '\uFFF9' and <= '\uFFFB' // interlinear annotation
            or '\uFFFE' or '\uFFFF'; // no characters at all

    private static string MakeSuspicious()
    {
        var all = new StringBuilder("\n\u2028\u2029");
        for (var c = 0; c <= char.MaxValue; c++)
        {
            if (IsDropped((char)c) || char.IsSurrogate((char)c))
                all.Append((char)c);
        }
        return all.ToString();
    }
}
