using System.Globalization;
using System.Text;

namespace Inkstone.Tokenizers.Tests;

public sealed class CodePointTests
{
    [Theory]
    [InlineData('a', "Latin")]
    [InlineData('中', "Han")]
    [InlineData('ひ', "Hiragana")]
    [InlineData(0x1F642, "Common")]
    [InlineData(0x301, "Inherited")]
    [InlineData(0x10FFFF, "Unknown")]
    public void ScriptsAreNamed(int codePoint, string script)
    {
        Assert.Equal(script, ScriptTables.Names[CodePoint.Script(codePoint)]);
        Assert.Equal(ScriptTables.Names.Length, ScriptTables.Codes.Length);
    }

    [Theory]
    [InlineData('A', 'a', 'A')]
    [InlineData('ſ', 's', 'S')]
    [InlineData('ς', 'σ', 'Σ')]
    [InlineData(0x10400, 0x10428, 0x10400)]
    [InlineData('ß', 'ß', 'ß')]
    [InlineData('1', '1', '1')]
    public void CaseIsMapped(int codePoint, int folded, int upper)
    {
        Assert.Equal(folded, CodePoint.Fold(codePoint));
        Assert.Equal(upper, CodePoint.ToUpper(codePoint));
    }

    [Fact]
    public void LettersAreAlphabetic()
    {
        for (var codePoint = 0; codePoint < 0x110000; codePoint++)
        {
            if (CodePoint.Category(codePoint) is <= UnicodeCategory.OtherLetter or UnicodeCategory.LetterNumber)
                Assert.True(CodePoint.IsAlphabetic(codePoint));
        }
        Assert.True(CodePoint.IsAlphabetic(0x345));
        Assert.False(CodePoint.IsAlphabetic('1'));
    }

    [Fact]
    public void CodePointsAreReadFromEveryLengthOfSequence()
    {
        foreach (var text in (string[])["a", "\0", "é", "中", "\uFFFF", "🙂"])
        {
            var utf8 = Encoding.UTF8.GetBytes(text + "x");
            Assert.Equal(char.ConvertToUtf32(text, 0), CharacterClasses.Decode(utf8, out var length));
            Assert.Equal(utf8.Length - 1, length);
        }
    }
}
