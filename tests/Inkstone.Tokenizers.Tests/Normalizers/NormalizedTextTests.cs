using System.Text;

namespace Inkstone.Tokenizers.Tests;

/// <summary>The ranges expected are those of npm tokenizers 0.23.2 (<c>Split</c> on every character), in bytes where that counts characters.</summary>
public sealed class NormalizedTextTests
{
    [Fact]
    public void PrependedTextTakesTheRangeOfTheFirstCharacter()
    {
        Assert.Equal("_[0,2)_[0,2)é[0,2)x[2,3)", Shown("éx", new PrependNormalizer("__")));
        Assert.Equal("", Shown("", new PrependNormalizer("__")));
    }

    [Fact]
    public void ReplacementTakesTheRangeOfTheLastCharacterReplaced()
    {
        Assert.Equal(
            "a[0,1)X[2,3) [2,3)y[2,3)y[2,3)b[3,4)X[5,6) [5,6)y[5,6)y[5,6)",
            Shown("aabbab", new ReplaceNormalizer("ab", "X yy")));
        Assert.Equal("é[0,2)", Shown("éab", new ReplaceNormalizer("ab", "")));
        Assert.Equal("b[1,2)a[2,3)", Shown("aaa", new ReplaceNormalizer("aa", "b")));
    }

    [Fact]
    public void RangesComposeFromStageToStage() =>
        Assert.Equal(
            "_[0,2)_[0,2)_[0,2)_[0,2)é[0,2)x[2,3)",
            Shown("éx", new NormalizerSequence([new PrependNormalizer("ab"), new ReplaceNormalizer("a", "__"), new ReplaceNormalizer("b", "__")])));

    [Fact]
    public void BrokenBytesBecomeReplacementCharactersOverWhatTheyReplace()
    {
        var text = new NormalizedText();
        text.Reset([(byte)'a', 0xE4, 0xB8, (byte)'b', 0xFF, 0xFF], aligned: true, sourceOffset: 10);
        Assert.Equal("a[10,11)\uFFFD[11,13)b[13,14)\uFFFD[14,15)\uFFFD[15,16)", Shown(text));
        Assert.Equal(new TextRange(11, 14), text.SourceOf(1, 5));
        Assert.Equal(new TextRange(11, 11), text.SourceOf(1, 1));
    }

    [Fact]
    public void TextIsTheSameWithoutRangesAndBuffersAreKept()
    {
        var text = new NormalizedText();
        var stage = new ReplaceNormalizer(" ", "▁");
        var source = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("many words ", 500)));
        for (var round = 0; round < 3; round++)
            Run();
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var round = 0; round < 10; round++)
            Run();
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
        Assert.Equal(string.Concat(Enumerable.Repeat("many▁words▁", 500)), Encoding.UTF8.GetString(text.Bytes));
        Assert.True(text.Ranges.IsEmpty);

        void Run()
        {
            text.Reset(source, aligned: false);
            stage.Normalize(text);
        }
    }

    private static string Shown(string source, Normalizer normalizer)
    {
        var text = new NormalizedText();
        text.Reset(Encoding.UTF8.GetBytes(source), aligned: true);
        normalizer.Normalize(text);
        return Shown(text);
    }

    /// <summary>Each character with the range of its first byte.</summary>
    private static string Shown(NormalizedText text)
    {
        var shown = new StringBuilder();
        for (var position = 0; position < text.Bytes.Length;)
        {
            Rune.DecodeFromUtf8(text.Bytes[position..], out var rune, out var length);
            var range = text.Ranges[position];
            shown.Append(rune).Append('[').Append(range.Start).Append(',').Append(range.End).Append(')');
            position += length;
        }
        return shown.ToString();
    }
}
