namespace Inkstone.Foundation.Drawing;

/// <summary>The look all charts share. A light card with a border, so that it reads on light and on dark pages.</summary>
internal static class ChartStyle
{
    public const double Margin = 24;
    public const string Card = "#ffffff";
    public const string Border = "#dfe3e8";
    public const string Ink = "#1b2430";
    public const string Muted = "#5c6775";
    public const string Grid = "#e9ecf0";
    public const string Axis = "#9aa4b1";
    public const string Quiet = "#b9c3d0";
    public const string Reference = "#6b7684";

    /// <summary>Told apart also by those who see red and green alike, and in this order by lightness.</summary>
    private static readonly string[] Palette = ["#1f6feb", "#e36209", "#118a6d", "#8250df", "#c2255c", "#0d7f98", "#9a6700", "#57606a"];

    public static string Colour(int index) => Palette[index % Palette.Length];

    /// <summary>Draws the card and the headings; returns where the rest may begin.</summary>
    public static double Header(SvgCanvas canvas, double width, double height, string title, string? subtitle)
    {
        canvas.Rectangle(0.5, 0.5, width - 1, height - 1, new(Card, Border), radius: 10);
        canvas.Text(Margin, 38, title, new(18, Ink, Bold: true));
        if (subtitle is null)
            return 52;
        canvas.Text(Margin, 60, subtitle, new(13, Muted));
        return 74;
    }

    /// <summary>About how wide a text is, in pixels: no font is at hand, and labels need only a little more room than they take.</summary>
    public static double TextWidth(string text, double size)
    {
        var em = 0.0;
        foreach (var c in text)
        {
            em += c switch
            {
                'i' or 'l' or 'j' or '.' or ',' or ':' or ';' or '\'' or '|' or '!' or ' ' => 0.3,
                'm' or 'w' or 'M' or 'W' or '%' or '@' => 0.88,
                >= '\u2E80' => char.IsSurrogate(c) ? 0.5 : 1.0,
                >= 'A' and <= 'Z' => 0.68,
                _ => 0.57,
            };
        }
        return em * size;
    }
}
