using System.Text;

namespace Inkstone.Tokenizers.Tests;

public sealed class FormNormalizerTests
{
    private static readonly FormNormalizer[] Forms =
        [.. Enum.GetValues<NormalizationKind>().Select(kind => new FormNormalizer(kind, version: 150))];

    /// <summary>Lines of our own choice in the form of NormalizationTest.txt, so that something runs everywhere.</summary>
    [Theory]
    [InlineData("é", "é", "e\u0301", "é", "e\u0301")]
    [InlineData("a\u0302\u0323", "\u1EAD", "a\u0323\u0302", "\u1EAD", "a\u0323\u0302")]
    [InlineData("ﬁ\u0301", "ﬁ\u0301", "ﬁ\u0301", "f\u00ED", "fi\u0301")]
    [InlineData("한\u1100\u1161\u11A8", "한각", "\u1112\u1161\u11AB\u1100\u1161\u11A8", "한각", "\u1112\u1161\u11AB\u1100\u1161\u11A8")]
    [InlineData("\u212B\u2126", "\u00C5\u03A9", "A\u030A\u03A9", "\u00C5\u03A9", "A\u030A\u03A9")]
    [InlineData("ｱ㍍Ⅷ²", "ｱ㍍Ⅷ²", "ｱ㍍Ⅷ²", "アメートルVIII2", "アメートルVIII2")]
    [InlineData("\u0301\u0323x", "\u0323\u0301x", "\u0323\u0301x", "\u0323\u0301x", "\u0323\u0301x")]
    [InlineData("\U0001D15E", "\U0001D157\U0001D165", "\U0001D157\U0001D165", "\U0001D157\U0001D165", "\U0001D157\U0001D165")]
    public void FormsOfOneText(string source, string nfc, string nfd, string nfkc, string nfkd)
    {
        string[] expected = [nfc, nfd, nfkc, nfkd];
        for (var form = 0; form < 4; form++)
            Assert.Equal(expected[form], Applied(Forms[form], source));
    }

    [UnicodeDataFact("NormalizationTest.txt.bz2")]
    public void TheWholeNormalizationTestPasses()
    {
        int lines = 0, part = 0;
        var inPartOne = new HashSet<string>();
        foreach (var line in UnicodeData.Lines("NormalizationTest.txt.bz2"))
        {
            if (line.StartsWith("@Part", StringComparison.Ordinal))
                part = line[5] - '0';
            if (line.Length == 0 || line[0] is '#' or '@')
                continue;
            var columns = line.Split(';').Take(5).Select(UnicodeData.Text).ToArray();
            lines++;
            if (part == 1)
                inPartOne.Add(columns[0]);
            for (var column = 0; column < 5; column++)
            {
                Assert.Equal(columns[column < 3 ? 1 : 3], Applied(Forms[0], columns[column]));
                Assert.Equal(columns[column < 3 ? 2 : 4], Applied(Forms[1], columns[column]));
                Assert.Equal(columns[3], Applied(Forms[2], columns[column]));
                Assert.Equal(columns[4], Applied(Forms[3], columns[column]));
            }
        }
        Assert.True(lines > 19_000, $"Only {lines} lines.");
        for (var codePoint = 0; codePoint < 0x110000; codePoint++)
        {
            if (codePoint is >= 0xD800 and <= 0xDFFF)
                continue;
            var text = char.ConvertFromUtf32(codePoint);
            if (!inPartOne.Contains(text))
                Assert.All(Forms, form => Assert.Equal(text, Applied(form, text)));
        }
    }

    /// <summary>Ranges in characters, of npm tokenizers 0.23.2, here in bytes.</summary>
    [Theory]
    [InlineData(nameof(NormalizationKind.Nfc), "e\u0301a\u0323\u0302b", "0-1 3-4 8-9")]
    [InlineData(nameof(NormalizationKind.Nfd), "éx", "0-2 0-2 2-3")]
    [InlineData(nameof(NormalizationKind.Nfkd), "ﬁÉx", "0-3 0-3 3-5 3-5 5-6")]
    [InlineData(nameof(NormalizationKind.Nfd), "é\u0323x", "0-2 2-4 2-4 4-5")]
    [InlineData(nameof(NormalizationKind.Nfc), "é\u0323x", "0-2 2-4 4-5")]
    [InlineData(nameof(NormalizationKind.Nfkc), "ﬁ\u0301x", "0-3 3-5 5-6")]
    public void RangesFollowTheReplacedCharacters(string kind, string source, string expected)
    {
        var text = new NormalizedText();
        text.Reset(Encoding.UTF8.GetBytes(source), aligned: true);
        Forms[(int)Enum.Parse<NormalizationKind>(kind)].Normalize(text);
        var ranges = new List<string>();
        for (var position = 0; position < text.Bytes.Length; position++)
            if ((text.Bytes[position] & 0xC0) != 0x80)
                ranges.Add($"{text.Ranges[position].Start}-{text.Ranges[position].End}");
        Assert.Equal(expected, string.Join(' ', ranges));
    }

    [Fact]
    public void CodePointsYoungerThanTheVersionStay()
    {
        const string Young = "\U00011938"; // Dives Akuru vowel sign O, 13.0; decomposes.
        Assert.Equal(Young, Applied(new FormNormalizer(NormalizationKind.Nfd), Young));
        Assert.Equal("\U00011935\U00011930", Applied(Forms[(int)NormalizationKind.Nfd], Young));
    }

    private static string Applied(Normalizer normalizer, string source)
    {
        var text = new NormalizedText();
        text.Reset(Encoding.UTF8.GetBytes(source), aligned: false);
        normalizer.Normalize(text);
        return Encoding.UTF8.GetString(text.Bytes);
    }
}
