using System.Globalization;
using System.Text;

namespace Inkstone.Foundation.Errors;

/// <summary>Shows a piece of foreign text inside an error message: quoted, shortened, harmless to a terminal.</summary>
public static class Excerpt
{
    /// <summary>The text in single quotes, cut after <paramref name="length"/> characters, control characters written as escapes.</summary>
    public static string Of(string text, int length = 60)
    {
        var shown = new StringBuilder("'");
        foreach (var c in text.AsSpan(0, Math.Min(text.Length, length)))
        {
            if (char.IsControl(c) || char.IsSurrogate(c) || c is '\u2028' or '\u2029' or (>= '\u202A' and <= '\u202E') or (>= '\u2066' and <= '\u2069'))
                shown.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:X4}");
            else
                shown.Append(c);
        }
        return shown.Append(text.Length > length ? "…'" : "'").ToString();
    }
}
