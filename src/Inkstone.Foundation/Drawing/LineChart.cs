namespace Inkstone.Foundation.Drawing;

/// <summary>How a series is drawn.</summary>
public enum SeriesStyle
{
    /// <summary>A full line.</summary>
    Line,

    /// <summary>A thin, pale line: the noise behind a smoothed one.</summary>
    Faint,

    /// <summary>A line with a dot at each point: measurements far apart.</summary>
    Dots,
}

/// <summary>A curve of a chart.</summary>
/// <param name="Name">The name in the legend.</param>
/// <param name="Points">The points, by rising x; one that is not finite leaves a gap.</param>
/// <param name="Style">How it is drawn.</param>
public sealed record ChartSeries(string Name, IReadOnlyList<(double X, double Y)> Points, SeriesStyle Style = SeriesStyle.Line);

/// <summary>A horizontal line to compare with, such as a baseline.</summary>
/// <param name="Label">What it is; the chart adds nothing to it.</param>
/// <param name="Value">Its height.</param>
public sealed record ChartReference(string Label, double Value);

/// <summary>A vertical line where something happened, such as the step at which decay began.</summary>
/// <param name="Label">What happened.</param>
/// <param name="X">Where.</param>
public sealed record ChartMarker(string Label, double X);

/// <summary>A chart of curves over one axis, such as a loss over training, drawn as SVG.</summary>
public sealed record LineChart
{
    /// <summary>The heading.</summary>
    public required string Title { get; init; }

    /// <summary>A line under the heading, or null.</summary>
    public string? Subtitle { get; init; }

    /// <summary>What runs to the right, with its unit.</summary>
    public required string XLabel { get; init; }

    /// <summary>What runs upwards, with its unit.</summary>
    public required string YLabel { get; init; }

    /// <summary>The curves; later ones lie above earlier ones.</summary>
    public required IReadOnlyList<ChartSeries> Series { get; init; }

    /// <summary>Horizontal lines, labelled at the right. Default none.</summary>
    public IReadOnlyList<ChartReference> References { get; init; } = [];

    /// <summary>Vertical lines, labelled at the top. Default none.</summary>
    public IReadOnlyList<ChartMarker> Markers { get; init; } = [];

    /// <summary>Whether equal ratios of x take equal space; points at or below zero are left out. Default false.</summary>
    public bool LogarithmicX { get; init; }

    /// <summary>The lowest y shown, or null for that of the data.</summary>
    public double? YMinimum { get; init; }

    /// <summary>The highest y shown, or null for that of the data; what lies above is cut off.</summary>
    public double? YMaximum { get; init; }

    /// <summary>The width in pixels. Default 900.</summary>
    public int Width { get; init; } = 900;

    /// <summary>The height in pixels. Default 480.</summary>
    public int Height { get; init; } = 480;

    /// <summary>The chart as an SVG document.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The picture is smaller than 320 by 240 pixels.</exception>
    public string ToSvg()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(Width, 320);
        ArgumentOutOfRangeException.ThrowIfLessThan(Height, 240);
        return new LineChartDrawing(this).Draw();
    }
}
