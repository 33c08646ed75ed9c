using System.Text;
using System.Text.RegularExpressions;
using Inkstone.Foundation.Randomness;

namespace Inkstone.Tokenizers.Tests;

public sealed class PreTokenizerTests
{
    // DeepSeek has several expressions: see KnownPatternsTests.
    public static TheoryData<PreTokenizerKind> Kinds => [.. Enum.GetValues<PreTokenizerKind>().Where(kind => kind != PreTokenizerKind.DeepSeek)];

    [Theory, MemberData(nameof(Kinds))]
    public void CutsAsItsPatternDoes(PreTokenizerKind kind)
    {
        var preTokenizer = PreTokenizer.Of(kind);
        var regex = new Regex(preTokenizer.Pattern, RegexOptions.CultureInvariant);
        var random = Rng.From(1).Split(preTokenizer.Name).Cursor();
        var texts = Enumerable.Range(0, 3000).Select(i => Samples.Random(random, 1 + i % 60, astral: false)).Append(Samples.Fixture("varied.txt"));
        foreach (var text in texts)
        {
            // .NET reads UTF-16, so to its \p{L} no astral character is a letter; and its case folding leaves the long s alone.
            if (text.Any(char.IsSurrogate))
                continue;
            var comparable = text.Replace("'ſ", "'s");
            Assert.Equal(regex.Matches(comparable).Select(match => match.Value), Cut(preTokenizer, comparable));
        }
    }

    [Theory, MemberData(nameof(Kinds))]
    public void CoversTheFixtureWithAstralCharacters(PreTokenizerKind kind)
    {
        var text = Samples.Fixture("varied.txt");
        Assert.Equal(text, string.Concat(Cut(PreTokenizer.Of(kind), text)));
    }

    [Theory]
    [InlineData(PreTokenizerKind.Gpt2, "I'll say it's 12345 x's", "I|'ll| say| it|'s| 12345| x|'s")]
    [InlineData(PreTokenizerKind.Gpt2, "a  b   \n c", "a| | b|   \n| c")]
    [InlineData(PreTokenizerKind.Gpt2, "DON'T 'tis", "DON|'|T|| '|tis")]
    [InlineData(PreTokenizerKind.Gpt2, "𝒜𝓫 𠮷野 🙂🙂", "𝒜𝓫| 𠮷野| 🙂🙂")]
    [InlineData(PreTokenizerKind.Gpt4, "I'LL say it'S 12345 (x's)", "I|'LL| say| it|'S| |123|45| (|x|'s|)")]
    [InlineData(PreTokenizerKind.Gpt4, "a'ſ b", "a|'ſ| b")]
    [InlineData(PreTokenizerKind.Gpt4, ".Method(text)!!\n\n  x", ".Method|(text|)!!\n\n| | x")]
    [InlineData(PreTokenizerKind.Gpt4, "a \n \n  b\t", "a| \n \n| | b|\t")]
    [InlineData(PreTokenizerKind.Gpt4, "𝒜𝓫 𠮷野 🙂🙂", "𝒜𝓫| 𠮷野| 🙂🙂")]
    [InlineData(PreTokenizerKind.Qwen2, "in 2026", "in| |2|0|2|6")]
    public void CutsWellKnownCases(PreTokenizerKind kind, string text, string expected) =>
        Assert.Equal(expected.Split('|', StringSplitOptions.RemoveEmptyEntries), Cut(PreTokenizer.Of(kind), text));

    [Theory, MemberData(nameof(Kinds))]
    public void TakesABrokenSequenceForAReplacementCharacter(PreTokenizerKind kind)
    {
        var preTokenizer = PreTokenizer.Of(kind);
        var random = Rng.From(2).Cursor();
        for (var i = 0; i < 2000; i++)
        {
            var bytes = Samples.RandomBytes(random, 1 + i % 40);
            var pieces = CutBytes(preTokenizer, bytes);
            Assert.Equal(bytes, pieces.SelectMany(piece => piece));
            // No cut falls inside what becomes one U+FFFD, so decoding piece by piece is decoding the whole.
            var decoded = Encoding.UTF8.GetString(bytes);
            Assert.Equal(Cut(preTokenizer, decoded), pieces.Select(Encoding.UTF8.GetString));
        }
    }

    [Theory, MemberData(nameof(Kinds))]
    public void OneLongRunIsOnePiece(PreTokenizerKind kind)
    {
        foreach (var run in (string[])["a", "中", "-", " "])
            Assert.Single(Cut(PreTokenizer.Of(kind), string.Concat(Enumerable.Repeat(run, 200_000))));
    }

    private static List<string> Cut(PreTokenizer preTokenizer, string text) =>
        [.. CutBytes(preTokenizer, Encoding.UTF8.GetBytes(text)).Select(Encoding.UTF8.GetString)];

    private static List<byte[]> CutBytes(PreTokenizer preTokenizer, byte[] utf8)
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
