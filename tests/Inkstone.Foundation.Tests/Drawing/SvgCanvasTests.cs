using System.Xml.Linq;
using Inkstone.Foundation.Drawing;

namespace Inkstone.Foundation.Tests.Drawing;

public class SvgCanvasTests
{
    [Fact]
    public void NumbersHaveAPointAndFewDigits()
    {
        var canvas = new SvgCanvas(100, 50, "t", "d");
        canvas.Line(1.0 / 3, -2, 3.999, 1e-9, new(Stroke: "#000", StrokeWidth: 1.5, Opacity: 0.25));
        Assert.Contains("""<line x1="0.33" y1="-2" x2="4" y2="0" fill="none" stroke="#000" stroke-width="1.5" opacity="0.25"/>""", canvas.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void EveryElementIsWellFormed()
    {
        var canvas = new SvgCanvas(100, 50, "a < b", "c & d");
        canvas.Rectangle(0, 0, 10, 10, new("#fff"), radius: 2);
        canvas.BeginWindow(0, 0, 5, 5);
        canvas.Circle(1, 1, 1, new(Stroke: "#000", Dash: "2 2"));
        canvas.Polyline([(0, 0), (double.NaN, 1), (1, 1), (2, 2)], new(Stroke: "#000"));
        canvas.Polyline([], new(Stroke: "#000"));
        Assert.Throws<InvalidOperationException>(() => canvas.ToString());
        canvas.EndWindow();
        canvas.Text(5, 5, "x", new(10, "#000", "end", Bold: true, Halo: "#fff"));
        Assert.Throws<InvalidOperationException>(canvas.EndWindow);
    }

    [Fact]
    public void TheDocumentParses()
    {
        var canvas = new SvgCanvas(100, 50, "a < b", "c & d");
        canvas.BeginWindow(0, 0, 5, 5);
        canvas.Polyline([(0, 0), (double.NaN, 1), (1, 1), (2, 2)], new(Stroke: "#000"));
        canvas.EndWindow();
        var root = XDocument.Parse(canvas.ToString()).Root!;
        Assert.Equal("a < b", root.Elements().First().Value);
        Assert.Equal("M0 0M1 1L2 2", root.Descendants().Single(element => element.Name.LocalName == "path").Attribute("d")!.Value);
    }

    [Fact]
    public void EscapingReplacesWhatXmlCannotHold() =>
        Assert.Equal("&lt;&gt;&amp;&quot;&#39;\t\uFFFD\uFFFD\uFFFD\uFFFD😀é", SvgCanvas.Escape("<>&\"'\t\u0001\udc00\uffff\ud800😀é"));
}
