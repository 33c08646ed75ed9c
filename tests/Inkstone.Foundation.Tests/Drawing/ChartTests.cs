using System.Globalization;
using System.Xml.Linq;
using Inkstone.Foundation.Drawing;

namespace Inkstone.Foundation.Tests.Drawing;

public class ChartTests
{
    private static readonly XNamespace Svg = "http://www.w3.org/2000/svg";

    /// <summary>A chart as the quickstart makes it: noise, measurements, three baselines, the beginning of decay.</summary>
    internal static LineChart Loss(bool logarithmic = false)
    {
        var random = TestRandom.Seeded(11);
        double Curve(double step) => 0.8 + (2.6 * Math.Exp(-step / 180)) + (0.35 * Math.Exp(-step / 900)) - (step > 1600 ? (step - 1600) / 400 * 0.07 : 0);
        return new()
        {
            Title = "Validation loss of quickstart",
            Subtitle = "6.8 M parameters · 2,000 steps · 1.5 M tokens · AMD EPYC, 2 cores",
            XLabel = "training step",
            YLabel = "bits per byte",
            LogarithmicX = logarithmic,
            Series =
            [
                new("training, each step", Enumerable.Range(1, 2000).Select(step => ((double)step, Curve(step) + (0.12 * (random.NextUniform() - 0.5)) + (0.02 * Math.Sin(step)))).ToArray(), SeriesStyle.Faint),
                new("validation", Enumerable.Range(0, 21).Select(i => Math.Max(1.0, i * 100)).Select(step => (step, Curve(step) + 0.02)).ToArray(), SeriesStyle.Dots),
            ],
            References = [new("byte 5-gram 1.270", 1.270), new("brotli 1.105", 1.105), new("token 3-gram 0.882", 0.882)],
            Markers = [new("decay begins", 1600), new("passes the token 3-gram", 1150)],
        };
    }

    internal static BarChart Baselines() => new()
    {
        Title = "How the model compares",
        Subtitle = "bits per byte on the same held-out text, lower is better",
        Bars = [new("byte 5-gram, Kneser-Ney", 1.270), new("brotli, level 11", 1.105), new("token 3-gram, Kneser-Ney", 0.882), new("this model", 0.829, Emphasised: true)],
    };

    private static XElement Parse(string svg) => XDocument.Parse(svg).Root!;

    [Fact]
    public void AChartIsWellFormedAndSaysAllItShows()
    {
        var root = Parse(Loss().ToSvg());
        Assert.Equal(Svg + "svg", root.Name);
        var texts = root.Descendants(Svg + "text").Select(text => text.Value).ToList();
        string[] expected = ["Validation loss of quickstart", "training step", "bits per byte", "validation", "training, each step", "brotli 1.105", "decay begins", "passes the token 3-gram"];
        Assert.All(expected, text => Assert.Contains(text, texts));
        Assert.Contains("validation ends at", root.Element(Svg + "desc")!.Value, StringComparison.Ordinal);
        Assert.Equal("Validation loss of quickstart", root.Element(Svg + "title")!.Value);
    }

    [Fact]
    public void LowerValuesLieLowerAndReferencesAtTheirHeight()
    {
        var root = Parse(new LineChart { Title = "t", XLabel = "x", YLabel = "y", Series = [new("s", [(0, 0), (10, 10)])], References = [new("five", 5)] }.ToSvg());
        var path = root.Descendants(Svg + "path").Single().Attribute("d")!.Value;
        var numbers = path.Split(['M', 'L', ' '], StringSplitOptions.RemoveEmptyEntries).Select(number => double.Parse(number, CultureInfo.InvariantCulture)).ToArray();
        Assert.True(numbers[1] > numbers[3]);
        var dashed = root.Descendants(Svg + "line").Single(line => line.Attribute("stroke-dasharray")?.Value == "5 4");
        Assert.Equal((numbers[1] + numbers[3]) / 2, double.Parse(dashed.Attribute("y1")!.Value, CultureInfo.InvariantCulture), 0.1);
    }

    [Fact]
    public void LogarithmicAxesSpreadRatiosEvenly()
    {
        var root = Parse(new LineChart { Title = "t", XLabel = "x", YLabel = "y", LogarithmicX = true, Series = [new("s", [(0, 9), (1, 1), (100, 2), (10_000, 3)])] }.ToSvg());
        var numbers = root.Descendants(Svg + "path").Single().Attribute("d")!.Value.Split(['M', 'L', ' '], StringSplitOptions.RemoveEmptyEntries).Select(number => double.Parse(number, CultureInfo.InvariantCulture)).ToArray();
        Assert.Equal(6, numbers.Length); // the point at zero is left out
        Assert.Equal(numbers[2] - numbers[0], numbers[4] - numbers[2], 0.2);
        var texts = root.Descendants(Svg + "text").Select(text => text.Value).ToList();
        Assert.Contains("10k", texts);
        Assert.Contains("100", texts);
    }

    [Fact]
    public void ALongRunStaysASmallFile()
    {
        var points = Enumerable.Range(0, 1_000_000).Select(i => ((double)i, Math.Sin(i))).ToArray();
        Assert.InRange(new LineChart { Title = "t", XLabel = "x", YLabel = "y", Series = [new("s", points)] }.ToSvg().Length, 10_000, 80_000);
    }

    [Fact]
    public void NumbersThatAreNotFiniteLeaveGaps()
    {
        var chart = new LineChart { Title = "t", XLabel = "x", YLabel = "y", Series = [new("s", [(1, 1), (2, double.NaN), (3, 2), (4, double.PositiveInfinity), (5, 1)])], References = [new("none", double.NaN)] };
        var svg = chart.ToSvg();
        Assert.DoesNotContain("NaN", svg, StringComparison.Ordinal);
        Assert.DoesNotContain("Infinity", svg, StringComparison.Ordinal);
        Assert.Equal(3, Parse(svg).Descendants(Svg + "path").Single().Attribute("d")!.Value.Count(c => c == 'M'));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public void AlmostNoDataIsDrawnAllTheSame(int points)
    {
        var chart = new LineChart { Title = "t", XLabel = "x", YLabel = "y", Series = [new("s", Enumerable.Range(0, points).Select(_ => (3.0, 4.0)).ToArray())] };
        foreach (var svg in new[] { chart.ToSvg(), (chart with { LogarithmicX = true }).ToSvg() })
            Assert.Equal(points == 0, Parse(svg).Descendants(Svg + "text").Any(text => text.Value == "no data yet"));
    }

    [Fact]
    public void EndLabelsKeepTheirDistance()
    {
        var chart = new LineChart { Title = "t", XLabel = "x", YLabel = "y", Series = [new("s", [(0, 0), (1, 1)])], References = Enumerable.Range(0, 8).Select(i => new ChartReference($"ref {i}", 0.001 * i)).ToArray() };
        var heights = Parse(chart.ToSvg()).Descendants(Svg + "text").Where(text => text.Value.StartsWith("ref", StringComparison.Ordinal)).Select(text => double.Parse(text.Attribute("y")!.Value, CultureInfo.InvariantCulture)).Order().ToArray();
        Assert.Equal(8, heights.Length);
        Assert.All(heights.Zip(heights.Skip(1)), pair => Assert.True(pair.Second - pair.First >= 14.9));
        Assert.All(heights, height => Assert.InRange(height, 0, chart.Height));
    }

    [Fact]
    public void BarsAreAsLongAsTheirValues()
    {
        var root = Parse(Baselines().ToSvg());
        var widths = root.Elements(Svg + "rect").Skip(1).Select(bar => double.Parse(bar.Attribute("width")!.Value, CultureInfo.InvariantCulture)).ToArray();
        Assert.Equal(4, widths.Length);
        Assert.Equal(0.829 / 1.270, widths[3] / widths[0], 0.001);
        Assert.Contains("0.829", root.Elements(Svg + "text").Select(text => text.Value));
        Assert.Throws<ArgumentOutOfRangeException>(() => (Baselines() with { Bars = [new("x", double.NaN)] }).ToSvg());
        Assert.Throws<ArgumentOutOfRangeException>(() => (Baselines() with { Bars = [new("x", -1)] }).ToSvg());
        Parse((Baselines() with { Bars = [] }).ToSvg());
        Parse((Baselines() with { Bars = [new("x", 0)] }).ToSvg());
    }

    [Theory]
    [InlineData(0, 1, 5, "0.0 0.2 0.4 0.6 0.8 1.0")]
    [InlineData(0.79, 3.61, 6, "1.0 1.5 2.0 2.5 3.0 3.5")]
    [InlineData(0, 2000, 5, "0 500 1,000 1,500 2,000")]
    [InlineData(0, 40_000, 4, "0 10k 20k 30k 40k")]
    [InlineData(-1, 1, 4, "-1.0 -0.5 0.0 0.5 1.0")]
    [InlineData(5, 5, 2, "4.5 5.0 5.5")]
    public void TicksAreRound(double low, double high, int about, string labels) =>
        Assert.Equal(labels, string.Join(' ', new ChartScale(low, high, 0, 100).Ticks(about).Select(tick => tick.Label)));

    [Fact]
    public void HostileTextsStayText()
    {
        var name = "</text><script>alert(1)</script> & \"q\" 'a' \u0000\u001b\ud800 墨😀";
        var chart = Loss() with { Title = name, Subtitle = name, XLabel = name, YLabel = name, References = [new(name, 1)], Markers = [new(name, 100)], Series = [new(name, [(1, 1), (2, 2)]), new(name, [(1, 2), (2, 1)])] };
        foreach (var svg in new[] { chart.ToSvg(), new BarChart { Title = name, Bars = [new(name, 1)] }.ToSvg() })
        {
            Assert.Empty(Parse(svg).Descendants(Svg + "script"));
            Assert.Contains("😀", svg, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void TheSameChartGivesTheSameBytes() => Assert.Equal(Loss().ToSvg(), Loss().ToSvg());
}
