using System.Text;
using Inkstone.Foundation.Errors;
using Inkstone.Foundation.Randomness;

namespace Inkstone.Tokenizers.Tests;

public sealed class TextPatternTests
{
    private static readonly string[] Atoms =
    [
        "a", "b", "ab", "[ab]", "[^a]", "\\s", "\\S", "\\d", "\\p{L}", "\\p{N}", "[\\p{L}\\p{N}]", "[a-z&&[^b]]", " ", "\\n", ".", "é", "中",
        "(?!\\S)", "(?=a)", "(?<!a)", "(?<=\\s)", "^", "$", "\\b", "\\B", "\\A", "\\z", "(?i:A)", "(?i:é)", "'",
    ];

    private static readonly string[] Quantifiers = ["", "", "", "", "*", "+", "?", "*?", "+?", "??", "{2}", "{1,3}", "{2,}", "{0,2}?"];
    private static readonly string[] Alphabet = ["a", "b", "A", "é", "É", "中", "1", "٣", " ", "\n", "'", "-", "🙂", "𝒜"];

    [Theory]
    [InlineData(PatternDialect.Rust)]
    [InlineData(PatternDialect.Oniguruma)]
    internal void FindsWhatBacktrackingFinds(PatternDialect dialect)
    {
        var random = Rng.From(5).Split(dialect.ToString()).Cursor();
        var compared = 0;
        for (var i = 0; i < 8000; i++)
        {
            var source = RandomPattern(random, dialect, 3);
            if (Parse(source, dialect) is not { } pattern)
                continue;
            var naive = new NaivePattern(source, dialect);
            for (var n = 0; n < 8; n++)
            {
                var text = string.Concat(Enumerable.Range(0, random.NextInt(14)).Select(_ => Alphabet[random.NextInt(Alphabet.Length)]));
                if (naive.Matches([.. text.EnumerateRunes().Select(rune => rune.Value)]) is not { } expected)
                    continue;
                compared++;
                Assert.Equal((source, text, string.Join(' ', expected)), (source, text, string.Join(' ', Matches(pattern, text))));
            }
        }
        Assert.InRange(compared, 12_000, int.MaxValue);
    }

    [Theory]
    [InlineData("\\p{N}{1,3}+", "1234567", "1234567", "123|456|7")]
    [InlineData("a{2}?a", "a", "a", "")]
    [InlineData("^a", "a\na", "a|a", "a")]
    [InlineData("b$", "b\nb", "b|b", "b")]
    [InlineData("a(?i)b|c", "C aB aC", "aB|aC", "C|aB|C")]
    [InlineData("(?:a|ab)(?:c|bcd)", "abcd", "abcd", "abcd")]
    [InlineData("a?+ab|a", "ab", "a", "a")]
    [InlineData("\\s++$|\\s+(?!\\S)|\\s", "a  b  ", " | |  ", " | |  ")]
    [InlineData("(?i:'s|'ll)", "'ſ 'LL", "'ſ|'LL", "'ſ|'LL")]
    [InlineData("[一-龥]+|\\p{Han}", "中文㐀", "中文|㐀", "中文|㐀")]
    [InlineData("[^\\S\\n]+", " \t\n ", " \t| ", " \t| ")]
    [InlineData("[a-c-e]+", "abd-e", "ab|-e", "ab|-e")]
    [InlineData("\\x41\\u0042[\\x{43}]", "ABC", "ABC", "ABC")]
    public void DialectsDifferAsTheirEnginesDo(string source, string text, string oniguruma, string rust)
    {
        Check(PatternDialect.Oniguruma, oniguruma);
        Check(PatternDialect.Rust, rust);

        void Check(PatternDialect dialect, string expected) => Assert.Equal(
            expected.Split('|', StringSplitOptions.RemoveEmptyEntries), Found(TextPattern.Parse(source, dialect), text));
    }

    [Theory]
    [InlineData("(a)\\1", "\\1")]
    [InlineData("(?!ab)", "look-ahead of more than one character")]
    [InlineData("(?<!ab)", "look-behind of more than one character")]
    [InlineData("(?:ab)++", "possessive")]
    [InlineData("(?>a|ab)", "atomic group")]
    [InlineData("\\p{Nonsense}", "\\p{Nonsense}")]
    [InlineData("\\p{L", "closing brace")]
    [InlineData("\\X", "\\X")]
    [InlineData("(?x)a", "(?x")]
    [InlineData("(a", "not closed")]
    [InlineData("a)", "closing parenthesis")]
    [InlineData("[a", "not closed")]
    [InlineData("[b-a]", "wrong way round")]
    [InlineData("a{3,2}", "wrong way round")]
    [InlineData("[a-\\d]", "range")]
    [InlineData("*a", "repeat of nothing")]
    [InlineData("^*", "matches no text")]
    [InlineData("a{1001}", "at most 1000")]
    [InlineData("(?:a?b?)*", "may match nothing")]
    [InlineData("(?:[ab]*a[ab]{20})+", "too large")]
    [InlineData("(?:(?:a{500}b){500}c){500}", "too large")]
    [InlineData("[[:alpha:]]", "POSIX")]
    [InlineData("\\", "end in the middle")]
    public void WhatItCannotHoldIsNamed(string source, string named)
    {
        foreach (var dialect in Enum.GetValues<PatternDialect>())
            Assert.Contains(named, Assert.Throws<InkstoneFormatException>(() => TextPattern.Parse(source, dialect)).Message);
    }

    [Theory]
    [InlineData("(?i:ss)")]
    [InlineData("(?i:ß)")]
    [InlineData("(?i)[ß]")]
    [InlineData("(?i)\\p{Lu}")]
    [InlineData("\\u{41}")]
    [InlineData("(?s).")]
    public void SomeAreRefusedInOnigurumaAlone(string source)
    {
        Assert.Throws<InkstoneFormatException>(() => TextPattern.Parse(source, PatternDialect.Oniguruma));
        TextPattern.Parse(source, PatternDialect.Rust);
    }

    [Theory]
    [InlineData("a*b|a")]
    [InlineData("(?:aa)*b|(?:aaa)*c|a")]
    [InlineData("\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+|\\p{L}+1|.")]
    [InlineData("[^x]*x")]
    [InlineData("(?<=b)a+c")]
    [InlineData("a{1,100}b|a??")]
    public void WorkIsLinearInTheText(string source)
    {
        foreach (var dialect in Enum.GetValues<PatternDialect>())
        {
            var pattern = TextPattern.Parse(source, dialect);
            foreach (var unit in (string[])["a", " ", "ab", "aaaaaac", "中", "\n "])
            {
                var utf8 = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat(unit, 200_000)));
                var matches = pattern.Matches(utf8);
                while (matches.MoveNext())
                    Assert.InRange(matches.End, matches.Start, utf8.Length);
                Assert.InRange(matches.BytesRead, 0, 300L * utf8.Length);
            }
        }
    }

    [Fact]
    public void HostilePatternsAreReadInBoundedMemory()
    {
        TextPattern.Parse("\\p{L}\\p{Han}\\w\\s", PatternDialect.Rust); // what is made once
        var random = Rng.From(6).Cursor();
        const string signs = "ab(|)[]{}*+?\\^$.-&:!=<>,0129pPsSdDwWuxiL中🙂 ";
        for (var i = 0; i < 5000; i++)
        {
            var source = string.Concat(Enumerable.Range(0, random.NextInt(40)).Select(_ => signs[random.NextInt(signs.Length)]));
            foreach (var dialect in Enum.GetValues<PatternDialect>())
            {
                var before = GC.GetAllocatedBytesForCurrentThread();
                Parse(source, dialect);
                Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, (16 * source.Length) + (1 << 20));
            }
        }
    }

    [Fact]
    public void ABrokenSequenceIsAReplacementCharacter()
    {
        var pattern = TextPattern.Parse("(?<!a)[^ab]+|\\p{L}", PatternDialect.Oniguruma);
        var random = Rng.From(7).Cursor();
        for (var i = 0; i < 2000; i++)
        {
            var bytes = Samples.RandomBytes(random, 1 + i % 40);
            var found = new List<string>();
            for (var matches = pattern.Matches(bytes); matches.MoveNext();)
                found.Add(Encoding.UTF8.GetString(bytes.AsSpan(matches.Start..matches.End)));
            Assert.Equal(Found(pattern, Encoding.UTF8.GetString(bytes)), found);
        }
    }

    [Fact]
    public void OneSearchGoesOnFromAnyPlace()
    {
        var pattern = TextPattern.Parse("\\bb+", PatternDialect.Rust);
        Assert.True(pattern.TryFind("abb bb"u8, 1, out var start, out var end));
        Assert.Equal((4, 6), (start, end));
        Assert.False(pattern.TryFind("abb bb"u8, 5, out _, out _));
    }

    private static TextPattern? Parse(string source, PatternDialect dialect)
    {
        try
        {
            return TextPattern.Parse(source, dialect);
        }
        catch (InkstoneFormatException)
        {
            return null;
        }
    }

    private static List<string> Found(TextPattern pattern, string text)
    {
        var utf8 = Encoding.UTF8.GetBytes(text);
        var found = new List<string>();
        for (var matches = pattern.Matches(utf8); matches.MoveNext();)
            found.Add(Encoding.UTF8.GetString(utf8.AsSpan(matches.Start..matches.End)));
        return found;
    }

    /// <summary>Matches by code points, as the oracle gives them.</summary>
    private static List<(int, int)> Matches(TextPattern pattern, string text)
    {
        var utf8 = Encoding.UTF8.GetBytes(text);
        var found = new List<(int, int)>();
        for (var matches = pattern.Matches(utf8); matches.MoveNext();)
            found.Add((CodePoints(matches.Start), CodePoints(matches.End)));
        return found;

        int CodePoints(int position) => Encoding.UTF8.GetString(utf8.AsSpan(..position)).EnumerateRunes().Count();
    }

    private static string RandomPattern(RngCursor random, PatternDialect dialect, int depth)
    {
        var options = new List<string>();
        for (var i = random.NextInt(3); i >= 0; i--)
        {
            var parts = new StringBuilder();
            for (var n = random.NextInt(4); n >= 0; n--)
            {
                if (depth > 0 && random.NextInt(4) == 0)
                    parts.Append("(?:" + RandomPattern(random, dialect, depth - 1) + ")").Append(Quantifiers[random.NextInt(Quantifiers.Length)]);
                else if (random.NextInt(6) == 0)
                    parts.Append(random.NextInt(2) == 0 ? "[ab]" : "\\S").Append(dialect == PatternDialect.Rust && random.NextInt(2) == 0 ? "{1,2}+" : "++");
                else
                {
                    var atom = Atoms[random.NextInt(Atoms.Length)];
                    var fixedWidth = atom[0] is '^' or '$' || atom is "\\A" or "\\z" || atom.StartsWith("(?!") || atom.StartsWith("(?=") || atom.StartsWith("(?<");
                    parts.Append(atom).Append(fixedWidth ? "" : Quantifiers[random.NextInt(Quantifiers.Length)]);
                }
            }
            options.Add(parts.ToString());
        }
        return string.Join('|', options);
    }
}
