using Inkstone.Foundation.Randomness;

namespace Inkstone.Corpus.Tests;

public class TextCleanerTests
{
    [Theory]
    [InlineData("", "")]
    [InlineData("plain", "plain")]
    [InlineData("a\r\nb\rc\nd", "a\nb\nc\nd")]
    [InlineData("a\u2028b\u2029c\u0085d", "a\nb\nc\nd")]
    [InlineData("a  \t\nb ", "a\nb")]
    [InlineData("a\n\n\n\n\nb", "a\n\nb")]
    [InlineData("a\n \n\t\n \nb", "a\n\nb")]
    [InlineData("\n\n  a\n", "  a")]
    [InlineData("a\u0000b\u0007c\u007Fd\u0090e", "abcde")]
    [InlineData("\uFEFFa\u200Bb\u00ADc\u2060d", "abcd")]
    [InlineData("a \u200B b", "a  b")]
    [InlineData("a \u200B\nb", "a\nb")]
    [InlineData("می\u200Cخواهم", "می\u200Cخواهم")]
    [InlineData("👩\u200D🚀", "👩\u200D🚀")]
    [InlineData("\tindented\n\tcode", "\tindented\n\tcode")]
    [InlineData("a\fb", "a\nb")]
    [InlineData(" \n\t\r\n", "")]
    public void Cleans(string text, string expected) => Assert.Equal(expected, TextCleaner.Clean(text));

    [Fact]
    public void HalfSurrogatePairsAreReplaced() // not a theory: attributes cannot hold them
    {
        Assert.Equal("x\uFFFDy\uFFFDz😀", TextCleaner.Clean("x\uD800y\uDC00z😀"));
        Assert.Equal("\uFFFD", TextCleaner.Clean("\uD83D"));
    }

    [Fact]
    public void CleanTextIsGivenBackItself()
    {
        var text = "One line.\n\n  Another, indented\twith a tab – a dash, 😀.";
        Assert.Same(text, TextCleaner.Clean(text));
    }

    [Fact]
    public void CleaningTwiceChangesNothingMore()
    {
        const string alphabet = "ab \t\n\r\u0000\u200B\uFEFF\uD83D\uDE00\u2028\u00AD.";
        var cursor = Rng.From(7).Cursor();
        for (var round = 0; round < 20_000; round++)
        {
            var text = string.Create(cursor.NextInt(24), cursor, (span, random) =>
            {
                foreach (ref var c in span)
                    c = alphabet[random.NextInt(alphabet.Length)];
            });
            var once = TextCleaner.Clean(text);
            Assert.Same(once, TextCleaner.Clean(once));
            Assert.DoesNotContain("\n\n\n", once);
            Assert.DoesNotContain(" \n", once);
        }
    }
}
