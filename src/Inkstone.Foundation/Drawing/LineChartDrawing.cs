using System.Globalization;

namespace Inkstone.Foundation.Drawing;

/// <summary>Lays a <see cref="LineChart"/> out: headings, legend, plot, and at its right the labels of what ends there.</summary>
internal sealed class LineChartDrawing
{
    private const double LabelSize = 12;
    private const double LabelGap = 15;
    private const double DotRoom = 5; // so that a dot on the border is whole
    private const int YTickCount = 6;

    private readonly LineChart _chart;
    private readonly SvgCanvas _canvas;
    private readonly (double X, double Y)[][] _points;
    private double _left, _right, _top, _bottom;
    private ChartScale _x = null!, _y = null!;

    public LineChartDrawing(LineChart chart)
    {
        _chart = chart;
        _canvas = new(chart.Width, chart.Height, chart.Title, Describe(chart));
        _points = chart.Series.Select(series => series.Points.Where(point => !chart.LogarithmicX || point.X > 0).ToArray()).ToArray();
    }

    public string Draw()
    {
        var below = ChartStyle.Header(_canvas, _chart.Width, _chart.Height, _chart.Title, _chart.Subtitle);
        var finite = _points.SelectMany(points => points).Where(point => double.IsFinite(point.X) && double.IsFinite(point.Y)).ToList();
        if (finite.Count == 0)
        {
            _canvas.Text(_chart.Width / 2.0, _chart.Height / 2.0, "no data yet", new(14, ChartStyle.Muted, "middle"));
            return _canvas.ToString();
        }
        below = DrawLegend(below);
        var ends = EndLabels();
        Arrange(finite, below, ends);
        DrawGrid();
        _canvas.BeginWindow(_left - DotRoom, _top - DotRoom, _right - _left + (2 * DotRoom), _bottom - _top + DotRoom);
        foreach (var reference in References())
            _canvas.Line(_left, _y.Pixel(reference.Value), _right, _y.Pixel(reference.Value), new(Stroke: ChartStyle.Reference, StrokeWidth: 1.3, Dash: "5 4"));
        DrawMarkers();
        for (var i = 0; i < _points.Length; i++)
            DrawSeries(i);
        _canvas.EndWindow();
        DrawEndLabels(ends);
        return _canvas.ToString();
    }

    private static string Describe(LineChart chart)
    {
        var parts = new List<string> { $"{chart.YLabel} over {chart.XLabel}." };
        foreach (var series in chart.Series)
        {
            var last = LastValue(series.Points);
            parts.Add(double.IsNaN(last) ? $"{series.Name}: no data." : string.Create(CultureInfo.InvariantCulture, $"{series.Name} ends at {last:0.####}."));
        }
        parts.AddRange(chart.References.Select(reference => $"Reference: {reference.Label}."));
        parts.AddRange(chart.Markers.Select(marker => string.Create(CultureInfo.InvariantCulture, $"{marker.Label} at {marker.X:0.####}.")));
        return string.Join(' ', parts);
    }

    private static double LastValue(IReadOnlyList<(double X, double Y)> points) =>
        points.Select(point => point.Y).LastOrDefault(double.IsFinite, double.NaN);

    private IEnumerable<ChartReference> References() => _chart.References.Where(reference => double.IsFinite(reference.Value));

    private double DrawLegend(double below)
    {
        if (_chart.Series.Count < 2)
            return below;
        double x = ChartStyle.Margin, y = below + 12;
        for (var i = 0; i < _chart.Series.Count; i++)
        {
            var name = _chart.Series[i].Name;
            var width = 26 + ChartStyle.TextWidth(name, LabelSize) + 20;
            if (x + width > _chart.Width - ChartStyle.Margin && x > ChartStyle.Margin)
                (x, y) = (ChartStyle.Margin, y + 20);
            _canvas.Line(x, y - 4, x + 18, y - 4, LinePaint(i));
            if (_chart.Series[i].Style == SeriesStyle.Dots)
                _canvas.Circle(x + 9, y - 4, 3.5, new(ChartStyle.Colour(i), ChartStyle.Card, 1.5));
            _canvas.Text(x + 25, y, name, new(LabelSize, ChartStyle.Ink));
            x += width;
        }
        return y + 8;
    }

    /// <summary>What is said right of the plot: the references, and the last value of each line.</summary>
    private List<(double Value, string Text, string Colour, bool Bold)> EndLabels()
    {
        var labels = References().Select(reference => (reference.Value, reference.Label, ChartStyle.Reference, false)).ToList();
        for (var i = 0; i < _points.Length; i++)
        {
            var last = LastValue(_points[i]);
            if (_chart.Series[i].Style != SeriesStyle.Faint && double.IsFinite(last))
                labels.Add((last, last.ToString(Math.Abs(last) < 10 ? "0.000" : "#,0.##", CultureInfo.InvariantCulture), ChartStyle.Colour(i), true));
        }
        return labels;
    }

    private void Arrange(List<(double X, double Y)> finite, double below, List<(double Value, string Text, string Colour, bool Bold)> ends)
    {
        var low = Math.Min(finite.Min(point => point.Y), References().Select(reference => reference.Value).DefaultIfEmpty(double.MaxValue).Min());
        var high = Math.Max(finite.Max(point => point.Y), References().Select(reference => reference.Value).DefaultIfEmpty(double.MinValue).Max());
        (low, high) = ChartScale.Widen(_chart.YMinimum ?? low, _chart.YMaximum ?? high, YTickCount);
        low = _chart.YMinimum ?? low;
        high = _chart.YMaximum ?? high;
        _top = below + 34;
        _bottom = _chart.Height - 58;
        _y = new(low, high, _bottom, _top);
        _left = ChartStyle.Margin + _y.Ticks(YTickCount).Select(tick => ChartStyle.TextWidth(tick.Label, LabelSize)).DefaultIfEmpty(0).Max() + 10;
        var roomForEnds = ends.Select(end => ChartStyle.TextWidth(end.Text, LabelSize) + 14).DefaultIfEmpty(0).Max();
        _right = _chart.Width - ChartStyle.Margin - Math.Min(_chart.Width / 3.0, roomForEnds);
        var (first, last) = (finite.Min(point => point.X), finite.Max(point => point.X));
        if (!_chart.LogarithmicX && first > 0 && first < 0.05 * last)
            first = 0; // steps count from one, axes from zero
        _x = new(first, last, _left, _right, _chart.LogarithmicX);
    }

    private void DrawGrid()
    {
        foreach (var (value, label) in _y.Ticks(YTickCount))
        {
            var y = _y.Pixel(value);
            _canvas.Line(_left, y, _right, y, new(Stroke: ChartStyle.Grid));
            _canvas.Text(_left - 8, y + 4, label, new(LabelSize, ChartStyle.Muted, "end"));
        }
        foreach (var (value, label) in _x.Ticks((int)((_right - _left) / 90)))
        {
            var x = _x.Pixel(value);
            _canvas.Line(x, _bottom, x, _bottom + 5, new(Stroke: ChartStyle.Axis));
            _canvas.Text(x, _bottom + 20, label, new(LabelSize, ChartStyle.Muted, "middle"));
        }
        _canvas.Line(_left, _bottom, _right, _bottom, new(Stroke: ChartStyle.Axis));
        _canvas.Text(ChartStyle.Margin, _top - 14, _chart.YLabel, new(LabelSize, ChartStyle.Muted));
        _canvas.Text((_left + _right) / 2, _bottom + 42, _chart.XLabel, new(LabelSize, ChartStyle.Muted, "middle"));
    }

    private void DrawMarkers()
    {
        var rows = new List<double>(); // how far to the right each row of labels is taken
        foreach (var marker in _chart.Markers.Where(marker => marker.X >= _x.Low && marker.X <= _x.High).OrderBy(marker => marker.X))
        {
            var x = _x.Pixel(marker.X);
            var width = ChartStyle.TextWidth(marker.Label, LabelSize) + 6;
            var leftwards = x + width + 6 > _right;
            var start = leftwards ? x - width - 6 : x + 6;
            var row = rows.FindIndex(taken => taken < start);
            if (row < 0)
            {
                rows.Add(0);
                row = rows.Count - 1;
            }
            rows[row] = start + width;
            _canvas.Line(x, _top, x, _bottom, new(Stroke: ChartStyle.Axis, Dash: "2 3"));
            var style = new SvgText(LabelSize, ChartStyle.Muted, leftwards ? "end" : "start", Halo: ChartStyle.Card);
            _canvas.Text(leftwards ? x - 6 : x + 6, _top + 13 + (row * 16), marker.Label, style);
        }
    }

    private void DrawSeries(int index)
    {
        var pixels = Thin(_points[index].Select(point => (_x.Pixel(point.X), _y.Pixel(point.Y))));
        _canvas.Polyline(pixels, LinePaint(index));
        if (_chart.Series[index].Style != SeriesStyle.Dots)
            return;
        foreach (var (x, y) in pixels.Where(pixel => double.IsFinite(pixel.X) && double.IsFinite(pixel.Y)))
            _canvas.Circle(x, y, 3.5, new(ChartStyle.Colour(index), ChartStyle.Card, 1.5));
    }

    private SvgPaint LinePaint(int index) => _chart.Series[index].Style == SeriesStyle.Faint
        ? new(Stroke: ChartStyle.Colour(index), StrokeWidth: 1, Opacity: 0.4)
        : new(Stroke: ChartStyle.Colour(index), StrokeWidth: 2.2);

    /// <summary>At most four points a pixel column (first, lowest, highest, last), so that a long run stays a small file.</summary>
    private static List<(double X, double Y)> Thin(IEnumerable<(double X, double Y)> pixels)
    {
        var kept = new List<(double X, double Y)>();
        var column = new List<(double X, double Y)>();
        foreach (var pixel in pixels)
        {
            if (column.Count > 0 && (!double.IsFinite(pixel.X) || !double.IsFinite(pixel.Y) || Math.Floor(pixel.X) != Math.Floor(column[0].X)))
                Settle();
            if (double.IsFinite(pixel.X) && double.IsFinite(pixel.Y))
                column.Add(pixel);
            else
                kept.Add((double.NaN, double.NaN));
        }
        Settle();
        return kept;

        void Settle()
        {
            if (column.Count > 4)
            {
                var lowest = column.IndexOf(column.MinBy(point => point.Y));
                var highest = column.IndexOf(column.MaxBy(point => point.Y));
                kept.AddRange(new SortedSet<int> { 0, lowest, highest, column.Count - 1 }.Select(i => column[i]));
            }
            else
            {
                kept.AddRange(column);
            }
            column.Clear();
        }
    }

    private void DrawEndLabels(List<(double Value, string Text, string Colour, bool Bold)> ends)
    {
        var shown = ends.Where(end => end.Value >= _y.Low && end.Value <= _y.High).OrderBy(end => _y.Pixel(end.Value)).ToList();
        var heights = shown.Select(end => _y.Pixel(end.Value)).ToArray();
        for (var i = 1; i < heights.Length; i++)
            heights[i] = Math.Max(heights[i], heights[i - 1] + LabelGap);
        for (var i = heights.Length - 1; i >= 0; i--)
            heights[i] = Math.Min(heights[i], i == heights.Length - 1 ? _bottom : heights[i + 1] - LabelGap);
        for (var i = 0; i < shown.Count; i++)
        {
            var (value, text, colour, bold) = shown[i];
            _canvas.Line(_right + 1, _y.Pixel(value), _right + 9, heights[i], new(Stroke: colour, Opacity: 0.7));
            _canvas.Text(_right + 12, heights[i] + 4, text, new(LabelSize, colour, Bold: bold));
        }
    }
}
