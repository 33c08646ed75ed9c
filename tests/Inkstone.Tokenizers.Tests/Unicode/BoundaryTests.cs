using System.Globalization;
using System.Text;
using Inkstone.Foundation.Randomness;

namespace Inkstone.Tokenizers.Tests;

public sealed class BoundaryTests
{
    private delegate int Segmenter(ReadOnlySpan<byte> utf8, int start);

    [UnicodeDataFact("auxiliary/WordBreakTest.txt")]
    public void WordsAreThoseOfTheUnicodeTest() => Check("auxiliary/WordBreakTest.txt", WordBoundaries.Next, atLeast: 1800);

    [UnicodeDataFact("auxiliary/GraphemeBreakTest.txt")]
    public void GraphemesAreThoseOfTheUnicodeTest() => Check("auxiliary/GraphemeBreakTest.txt", GraphemeBoundaries.Next, atLeast: 600);

    [Theory]
    [InlineData("The ink-stone's 3.14, 1,000 x_1!", "The| |ink|-|stone's| |3.14|,| |1,000| |x_1|!")]
    [InlineData("中文カタカナひら", "中|文|カタカナ|ひ|ら")]
    [InlineData("a\r\nb  c", "a|\r\n|b|  |c")]
    [InlineData("", "")]
    public void WordsOfWellKnownCases(string text, string expected) =>
        Assert.Equal(expected.Split('|', StringSplitOptions.RemoveEmptyEntries), Cut(text, WordBoundaries.Next));

    [Theory]
    [InlineData("ab\r\ne\u0301", "a|b|\r\n|e\u0301")]
    [InlineData("👩‍👩‍👧🇩🇪🇫🇷👍🏽", "👩‍👩‍👧|🇩🇪|🇫🇷|👍🏽")]
    [InlineData("각각", "각|각")]
    public void GraphemesOfWellKnownCases(string text, string expected) =>
        Assert.Equal(expected.Split('|'), Cut(text, GraphemeBoundaries.Next));

    [Fact]
    public void BrokenTextIsCutAsItsReplacement()
    {
        var random = Rng.From(3).Cursor();
        for (var i = 0; i < 2000; i++)
        {
            var bytes = Samples.RandomBytes(random, 1 + i % 40);
            foreach (var segmenter in (Segmenter[])[WordBoundaries.Next, GraphemeBoundaries.Next])
            {
                var pieces = CutBytes(bytes, segmenter);
                Assert.Equal(bytes, pieces.SelectMany(piece => piece));
                Assert.Equal(Cut(Encoding.UTF8.GetString(bytes), segmenter), pieces.Select(Encoding.UTF8.GetString));
            }
        }
    }

    [Fact]
    public void ALongRunOfMarksIsReadAFewTimesOnly()
    {
        // A quadratic segmenter would take hours.
        var marks = "a'" + string.Concat(Enumerable.Repeat("\u0301", 2_000_000)) + "!";
        Assert.Equal(3, Cut(marks, WordBoundaries.Next).Count);
        Assert.Equal(3, Cut(marks, GraphemeBoundaries.Next).Count);
        var quotes = string.Concat(Enumerable.Repeat("a'\u0301", 500_000));
        Assert.Equal(2, Cut(quotes, WordBoundaries.Next).Count);
    }

    private static void Check(string file, Segmenter segmenter, int atLeast)
    {
        var cases = 0;
        foreach (var line in UnicodeData.Lines(file))
        {
            var expected = line.Split('#')[0].Split('÷', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
                .Select(piece => string.Join(' ', piece.Split('×', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)))
                .Where(piece => piece.Length > 0).ToArray();
            if (expected.Length == 0)
                continue;
            cases++;
            var text = UnicodeData.Text(string.Join(' ', expected));
            Assert.Equal(expected, Cut(text, segmenter)
                .Select(piece => string.Join(' ', piece.EnumerateRunes().Select(rune => rune.Value.ToString("X4", CultureInfo.InvariantCulture)))));
        }
        Assert.InRange(cases, atLeast, int.MaxValue);
    }

    private static List<string> Cut(string text, Segmenter segmenter) =>
        [.. CutBytes(Encoding.UTF8.GetBytes(text), segmenter).Select(Encoding.UTF8.GetString)];

    private static List<byte[]> CutBytes(byte[] utf8, Segmenter segmenter)
    {
        var pieces = new List<byte[]>();
        for (int start = 0, end; start < utf8.Length; start = end)
        {
            end = segmenter(utf8, start);
            Assert.InRange(end, start + 1, utf8.Length);
            pieces.Add(utf8[start..end]);
        }
        return pieces;
    }
}
