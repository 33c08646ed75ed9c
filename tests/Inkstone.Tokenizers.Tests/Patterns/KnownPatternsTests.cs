using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Inkstone.Foundation.Randomness;

namespace Inkstone.Tokenizers.Tests;

/// <summary>Hand-written scanners cut as the patterns they stand for do, carried out one after another by <see cref="TextPattern"/>.</summary>
public sealed class KnownPatternsTests
{
    // Signs that decide something in some pattern, beside those of Samples.
    private static readonly string[] Signs =
    [
        "A", "Z", "É", "é", "ǅ", "ʰ", "ª", "中", "龥", "㐀", "ぁ", "ゟ", "カ", "・", "ー", "゛", "\u3099", "\u3040", "\u0301", "\u20DD", "\u0903", "ا", "𐐀", "𐐨", "𮯰", "𝟘",
        "a", "s", "t", "ll", "re", "'", "'s", "'LL", "'ſ", "1", "23", "٣", "Ⅳ", "½", " ", " ", "  ", "\n", "\r\n", "\t", "\u3000", "\u0085", "/", "!", "(", "_", "$", "©", "🙂", "。", "，",
        "\0", "\u200D", "\u00AD", "\uE000", "\u0378", "\uFFFD", "\u1C89", "\uA7CB", "\U00010D40", "\U00010D4A", "\U00010D69",
    ];

    [Fact]
    public void ScannersCutAsTheirPatternsDo()
    {
        var known = KnownPatterns.All.ToArray();
        Assert.InRange(known.Length, 20, 200);
        foreach (var (patterns, dialect, scanner) in known)
        {
            TextPattern[] stages = [.. patterns.Select(pattern => TextPattern.Parse(pattern, dialect))];
            var random = Rng.From(8).Split(scanner.Name).Cursor();
            for (var i = 0; i < 4000; i++)
            {
                var text = i % 3 == 0 ? Samples.Random(random, 1 + (i % 60)) : string.Concat(Enumerable.Range(0, 1 + (i % 12)).Select(_ => Signs[random.NextInt(Signs.Length)]));
                Check(stages, scanner, Encoding.UTF8.GetBytes(text));
                Check(stages, scanner, Samples.RandomBytes(random, 1 + (i % 40)));
            }
            Check(stages, scanner, Samples.FixtureBytes("varied.txt"));
        }
    }

    [Theory]
    [InlineData("HelloWorld it'S CamelCASEd XMLHttp", "Hello|World| it'S| Camel|CASEd| XMLHttp")]
    [InlineData("path/to//x\n/y", "path|/to|//|x|\n|/y")]
    [InlineData("e\u0301A 中文ABC", "e\u0301|A| 中文|ABC")]
    public void O200kCutsWellKnownCases(string text, string expected) =>
        Assert.Equal(expected, string.Join('|', Cut(KnownPatterns.O200k, Encoding.UTF8.GetBytes(text)).Select(Encoding.UTF8.GetString)));

    [Theory]
    [InlineData("a  1 b12345中文カ・ナ!x\0\0y", "a|  |1| b|123|45|中文カ|・|ナ|!x|\0|\0y")]
    [InlineData("if (x) {\n  y;\n}", "if| (|x|)| {\n| | y|;\n|}")]
    public void DeepSeekCutsWellKnownCases(string text, string expected) =>
        Assert.Equal(expected, string.Join('|', Cut(KnownPatterns.DeepSeek, Encoding.UTF8.GetBytes(text)).Select(Encoding.UTF8.GetString)));

    [Fact]
    public void ScannersAreLinear()
    {
        // A quadratic one would take hours.
        foreach (var (_, _, scanner) in KnownPatterns.All)
        {
            foreach (var unit in (string[])["a", "A", "\u0301A", "中", " ", "\n ", "1", "'", "\0", "!\n", "\u1C89", "!\u1C89", " \u1C89"])
                Assert.NotEmpty(Cut(scanner, Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat(unit, 100_000)))));
        }
    }

    [Fact]
    public void EveryGgufNameHasPatternsThatCanBeCarriedOut()
    {
        Assert.InRange(GgufPattern.Names.Count, 90, 200);
        foreach (var name in GgufPattern.Names)
        {
            foreach (var pattern in GgufPattern.Find(name)!.Patterns.Where(pattern => DigitGroups.Find(pattern) is null))
                Assert.Equal(pattern, TextPattern.Parse(pattern, PatternDialect.Llama).Source);
        }
        Assert.Null(GgufPattern.Find("superbpe2"));
        foreach (var name in (string[])["llama-bpe", "qwen2", "gpt-2", "deepseek-v3"])
            Assert.NotNull(KnownPatterns.Find(GgufPattern.Find(name)!.Patterns, PatternDialect.Llama));
    }

    [Fact]
    public void CutsOfTheFixtureAreThoseOfHuggingFace() => CompareCuts(path => path == "varied.txt" ? Samples.FixtureBytes(path) : null);

    [SharedDataFact]
    public void CutsOfRealTextAreThoseOfHuggingFace() => CompareCuts(path => path == "varied.txt" ? null : File.ReadAllBytes(SharedData.Path(path)));

    private static void CompareCuts(Func<string, byte[]?> read)
    {
        var expected = JsonNode.Parse(Samples.Fixture("cuts.json"))!.AsArray();
        Assert.NotEmpty(expected);
        foreach (var row in expected)
        {
            var patterns = row!["patterns"]!.AsArray().Select(pattern => (string)pattern!).ToArray();
            var scanner = KnownPatterns.Find(patterns, PatternDialect.Oniguruma);
            TextPattern[] stages = [.. patterns.Select(pattern => TextPattern.Parse(pattern, PatternDialect.Oniguruma))];
            foreach (var (path, digest) in row["digests"]!.AsObject())
            {
                if (read(path) is not { } utf8)
                    continue;
                Assert.Equal((patterns[0], path, (string)digest!), (patterns[0], path, Digest(Split(stages, utf8))));
                if (scanner is not null)
                    Assert.Equal((scanner.Name, path, (string)digest!), (scanner.Name, path, Digest(Cut(scanner, utf8))));
            }
        }

        static string Digest(List<byte[]> pieces)
        {
            var lengths = new StringBuilder();
            foreach (var piece in pieces)
                lengths.Append(CultureInfo.InvariantCulture, $"{piece.Length}\n");
            return Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(lengths.ToString())));
        }
    }

    private static void Check(TextPattern[] stages, PreTokenizer scanner, byte[] utf8)
    {
        var expected = Split(stages, utf8).Select(Encoding.UTF8.GetString);
        var actual = Cut(scanner, utf8).Select(Encoding.UTF8.GetString);
        Assert.Equal((scanner.Name, string.Join('¦', expected)), (scanner.Name, string.Join('¦', actual)));
    }

    /// <summary>Splits by patterns one after another, each match and each gap a piece.</summary>
    private static List<byte[]> Split(TextPattern[] stages, byte[] utf8)
    {
        List<byte[]> pieces = [utf8];
        foreach (var stage in stages)
        {
            var next = new List<byte[]>();
            foreach (var piece in pieces)
            {
                var end = 0;
                for (var matches = stage.Matches(piece); matches.MoveNext(); end = matches.End)
                {
                    Add(next, piece, end, matches.Start);
                    Add(next, piece, matches.Start, matches.End);
                }
                Add(next, piece, end, piece.Length);
            }
            pieces = next;
        }
        return pieces;

        static void Add(List<byte[]> pieces, byte[] utf8, int start, int end)
        {
            if (end > start)
                pieces.Add(utf8[start..end]);
        }
    }

    private static List<byte[]> Cut(PreTokenizer preTokenizer, byte[] utf8)
    {
        var pieces = new List<byte[]>();
        for (int start = 0, end; start < utf8.Length; start = end)
        {
            end = preTokenizer.Next(utf8, start);
            Assert.InRange(end, start + 1, utf8.Length);
            pieces.Add(utf8[start..end]);
        }
        return pieces;
    }
}
