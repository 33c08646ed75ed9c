using System.Globalization;

namespace Inkstone.Foundation.Drawing;

/// <summary>One bar.</summary>
/// <param name="Label">What it stands for.</param>
/// <param name="Value">Its length, not negative.</param>
/// <param name="Emphasised">Whether it is the one the chart is about.</param>
public sealed record ChartBar(string Label, double Value, bool Emphasised = false);

/// <summary>A chart of horizontal bars from zero, such as a model beside its baselines, drawn as SVG.</summary>
public sealed record BarChart
{
    private const double RowHeight = 34;
    private const double BarHeight = 20;
    private const double LabelSize = 13;

    /// <summary>The heading.</summary>
    public required string Title { get; init; }

    /// <summary>A line under the heading, or null: the unit, and whether more or less is better.</summary>
    public string? Subtitle { get; init; }

    /// <summary>The bars from top to bottom.</summary>
    public required IReadOnlyList<ChartBar> Bars { get; init; }

    /// <summary>Digits after the point. Default 3.</summary>
    public int Decimals { get; init; } = 3;

    /// <summary>The width in pixels; the height follows from the number of bars. Default 900.</summary>
    public int Width { get; init; } = 900;

    /// <summary>The chart as an SVG document.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The picture is narrower than 320 pixels, or a value is negative or not finite.</exception>
    public string ToSvg()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(Width, 320);
        foreach (var bar in Bars)
        {
            if (!double.IsFinite(bar.Value) || bar.Value < 0)
                throw new ArgumentOutOfRangeException(nameof(Bars), bar.Value, $"the bar '{bar.Label}' is negative or not finite");
        }
        var height = (Subtitle is null ? 52 : 74) + 10 + (Math.Max(1, Bars.Count) * RowHeight) + 18;
        var canvas = new SvgCanvas(Width, height, Title, string.Join(' ', Bars.Select(bar => $"{bar.Label}: {Say(bar.Value)}.")));
        var top = ChartStyle.Header(canvas, Width, height, Title, Subtitle) + 10;
        if (Bars.Count == 0)
            canvas.Text(Width / 2.0, top + 20, "no data yet", new(14, ChartStyle.Muted, "middle"));
        else
            DrawBars(canvas, top);
        return canvas.ToString();
    }

    private void DrawBars(SvgCanvas canvas, double top)
    {
        var left = ChartStyle.Margin + Math.Min(Width / 2.0, Bars.Max(bar => ChartStyle.TextWidth(bar.Label, LabelSize))) + 14;
        var room = Width - ChartStyle.Margin - left - Bars.Max(bar => ChartStyle.TextWidth(Say(bar.Value), LabelSize)) - 14;
        var longest = Math.Max(Bars.Max(bar => bar.Value), double.Epsilon);
        for (var i = 0; i < Bars.Count; i++)
        {
            var bar = Bars[i];
            var middle = top + (i * RowHeight) + (RowHeight / 2);
            var length = bar.Value / longest * room;
            canvas.Text(left - 12, middle + 5, bar.Label, new(LabelSize, ChartStyle.Ink, "end", bar.Emphasised));
            canvas.Rectangle(left, middle - (BarHeight / 2), length, BarHeight, new(bar.Emphasised ? ChartStyle.Colour(0) : ChartStyle.Quiet), radius: 3);
            var valueColour = bar.Emphasised ? ChartStyle.Colour(0) : ChartStyle.Muted;
            canvas.Text(left + length + 8, middle + 5, Say(bar.Value), new(LabelSize, valueColour, Bold: bar.Emphasised));
        }
        canvas.Line(left, top, left, top + (Bars.Count * RowHeight), new(Stroke: ChartStyle.Axis));
    }

    private string Say(double value) => value.ToString("#,0." + new string('0', Decimals), CultureInfo.InvariantCulture);
}
