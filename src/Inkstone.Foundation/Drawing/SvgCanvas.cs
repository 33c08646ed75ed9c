using System.Globalization;
using System.Text;

namespace Inkstone.Foundation.Drawing;

/// <summary>How a shape is painted.</summary>
/// <param name="Fill">The colour inside, or null for none.</param>
/// <param name="Stroke">The colour of the line, or null for none.</param>
/// <param name="StrokeWidth">The width of the line in pixels.</param>
/// <param name="Dash">The dash pattern, such as "4 3", or null for a full line.</param>
/// <param name="Opacity">From 0 (invisible) to 1.</param>
public sealed record SvgPaint(string? Fill = null, string? Stroke = null, double StrokeWidth = 1, string? Dash = null, double Opacity = 1);

/// <summary>How a text is set.</summary>
/// <param name="Size">The size in pixels.</param>
/// <param name="Colour">The colour.</param>
/// <param name="Anchor">What the position means: "start", "middle" or "end" of the line.</param>
/// <param name="Bold">Whether it is heavier than usual.</param>
/// <param name="Halo">A colour drawn around the letters so that they read over lines, or null.</param>
public sealed record SvgText(double Size, string Colour, string Anchor = "start", bool Bold = false, string? Halo = null);

/// <summary>
/// Writes an SVG picture: well-formed XML, numbers with at most two decimals and always a point, texts escaped, no scripts,
/// no outside references and no ids (so that several pictures can stand in one page).
/// </summary>
public sealed class SvgCanvas
{
    private const string Fonts = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, 'Noto Sans', sans-serif";
    private readonly StringBuilder _text = new();
    private int _open;

    /// <summary>Begins a picture.</summary>
    /// <param name="width">The width in pixels.</param>
    /// <param name="height">The height in pixels.</param>
    /// <param name="title">What it is, for those who cannot see it and as a tooltip.</param>
    /// <param name="description">What it shows, for those who cannot see it.</param>
    public SvgCanvas(double width, double height, string title, string description)
    {
        _text.Append(CultureInfo.InvariantCulture, $"<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{N(width)}\" height=\"{N(height)}\"");
        _text.Append(CultureInfo.InvariantCulture, $" viewBox=\"0 0 {N(width)} {N(height)}\" role=\"img\" font-family=\"{Fonts}\">\n");
        _text.Append(CultureInfo.InvariantCulture, $"<title>{Escape(title)}</title>\n<desc>{Escape(description)}</desc>\n");
    }

    /// <summary>Draws a rectangle, its corners rounded by a radius.</summary>
    public void Rectangle(double x, double y, double width, double height, SvgPaint paint, double radius = 0)
    {
        _text.Append(CultureInfo.InvariantCulture, $"<rect x=\"{N(x)}\" y=\"{N(y)}\" width=\"{N(width)}\" height=\"{N(height)}\"");
        if (radius > 0)
            _text.Append(CultureInfo.InvariantCulture, $" rx=\"{N(radius)}\"");
        End(paint);
    }

    /// <summary>Draws a straight line.</summary>
    public void Line(double x1, double y1, double x2, double y2, SvgPaint paint)
    {
        _text.Append(CultureInfo.InvariantCulture, $"<line x1=\"{N(x1)}\" y1=\"{N(y1)}\" x2=\"{N(x2)}\" y2=\"{N(y2)}\"");
        End(paint);
    }

    /// <summary>Draws a circle.</summary>
    public void Circle(double x, double y, double radius, SvgPaint paint)
    {
        _text.Append(CultureInfo.InvariantCulture, $"<circle cx=\"{N(x)}\" cy=\"{N(y)}\" r=\"{N(radius)}\"");
        End(paint);
    }

    /// <summary>Draws a line through points; a point that is not finite breaks it.</summary>
    public void Polyline(IEnumerable<(double X, double Y)> points, SvgPaint paint)
    {
        var path = new StringBuilder();
        var drawing = false;
        foreach (var (x, y) in points)
        {
            if (!double.IsFinite(x) || !double.IsFinite(y))
            {
                drawing = false;
                continue;
            }
            path.Append(CultureInfo.InvariantCulture, $"{(drawing ? 'L' : 'M')}{x:0.#} {y:0.#}");
            drawing = true;
        }
        if (path.Length == 0)
            return;
        _text.Append(CultureInfo.InvariantCulture, $"<path d=\"{path}\" stroke-linejoin=\"round\" stroke-linecap=\"round\"");
        End(paint);
    }

    /// <summary>Sets one line of text with its baseline at a position.</summary>
    public void Text(double x, double y, string text, SvgText style)
    {
        _text.Append(CultureInfo.InvariantCulture, $"<text x=\"{N(x)}\" y=\"{N(y)}\" font-size=\"{N(style.Size)}\" fill=\"{style.Colour}\"");
        if (style.Anchor != "start")
            _text.Append(CultureInfo.InvariantCulture, $" text-anchor=\"{style.Anchor}\"");
        if (style.Bold)
            _text.Append(" font-weight=\"600\"");
        if (style.Halo is not null)
            _text.Append(CultureInfo.InvariantCulture, $" stroke=\"{style.Halo}\" stroke-width=\"4\" stroke-linejoin=\"round\" paint-order=\"stroke\"");
        _text.Append(CultureInfo.InvariantCulture, $">{Escape(text)}</text>\n");
    }

    /// <summary>Begins a part that is cut off at the borders of a rectangle; the coordinates stay the same.</summary>
    public void BeginWindow(double x, double y, double width, double height)
    {
        _open++;
        _text.Append(CultureInfo.InvariantCulture, $"<svg x=\"{N(x)}\" y=\"{N(y)}\" width=\"{N(width)}\" height=\"{N(height)}\"");
        _text.Append(CultureInfo.InvariantCulture, $" viewBox=\"{N(x)} {N(y)} {N(width)} {N(height)}\">\n");
    }

    /// <summary>Ends the part begun last.</summary>
    public void EndWindow()
    {
        if (_open-- == 0)
            throw new InvalidOperationException("no window is open");
        _text.Append("</svg>\n");
    }

    /// <summary>The picture as a document.</summary>
    public override string ToString() => _open == 0 ? _text + "</svg>\n" : throw new InvalidOperationException("a window is still open");

    /// <summary>Text as XML holds it: the five signs escaped, what XML cannot hold replaced by U+FFFD.</summary>
    public static string Escape(string text)
    {
        var escaped = new StringBuilder(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (i + 1 < text.Length && char.IsSurrogatePair(c, text[i + 1]))
                escaped.Append(c).Append(text[++i]);
            else if (char.IsSurrogate(c) || c is '\uFFFE' or '\uFFFF' || (c < ' ' && c is not ('\t' or '\n' or '\r')))
                escaped.Append('\uFFFD');
            else
                escaped.Append(c switch { '&' => "&amp;", '<' => "&lt;", '>' => "&gt;", '"' => "&quot;", '\'' => "&#39;", _ => c.ToString() });
        }
        return escaped.ToString();
    }

    private static string N(double number) => number.ToString("0.##", CultureInfo.InvariantCulture);

    private void End(SvgPaint paint)
    {
        _text.Append(CultureInfo.InvariantCulture, $" fill=\"{paint.Fill ?? "none"}\"");
        if (paint.Stroke is not null)
            _text.Append(CultureInfo.InvariantCulture, $" stroke=\"{paint.Stroke}\" stroke-width=\"{N(paint.StrokeWidth)}\"");
        if (paint.Dash is not null)
            _text.Append(CultureInfo.InvariantCulture, $" stroke-dasharray=\"{paint.Dash}\"");
        if (paint.Opacity < 1)
            _text.Append(CultureInfo.InvariantCulture, $" opacity=\"{N(paint.Opacity)}\"");
        _text.Append("/>\n");
    }
}
