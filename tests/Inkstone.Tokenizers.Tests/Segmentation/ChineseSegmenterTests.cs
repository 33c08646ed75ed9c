using System.Text;
using Inkstone.Foundation.Errors;
using Inkstone.Foundation.Randomness;

namespace Inkstone.Tokenizers.Tests;

public sealed class ChineseSegmenterTests
{
    private const string Lines = "天 9 n\n天气 30 n\n气 4\n气真 1 x\n真 20 d\n好 50 a\n真好 16\n今天 40 t\nC++ 3 nz\n";

    [Theory]
    [InlineData("今天天气真好。", "今天|天气|真好|。")]
    [InlineData("气真好", "气|真好")]
    [InlineData("用C++写v12a，好\r\n吗", "用|C++|写|v12a|，|好|\r\n|吗")]
    [InlineData("", "")]
    [InlineData("  a.b", " | |a|.|b")]
    public void TextIsCutAlongTheMostProbablePath(string text, string words) =>
        Assert.Equal(words, string.Join('|', new ChineseSegmenter(WordDictionary.Read(Encoding.UTF8.GetBytes(Lines))).Cut(text)));

    [Fact]
    public void EqualsTryingEveryPath()
    {
        var random = Rng.From(11).Split("words").Cursor();
        for (var round = 0; round < 300; round++)
        {
            var words = Enumerable.Range(0, 1 + random.NextInt(14)).Select(_ => Characters(random, 1 + random.NextInt(4))).Distinct().ToDictionary(word => word, _ => (long)random.NextInt(60));
            var dictionary = WordDictionary.Read(Encoding.UTF8.GetBytes(string.Concat(words.Select(entry => $"{entry.Key} {entry.Value}\n"))));
            var text = Characters(random, 1 + random.NextInt(9));
            Assert.Equal(BestPath(words, text), new ChineseSegmenter(dictionary).Cut(text));
        }
    }

    [Fact]
    public void UnknownWordsAreTheMostProbableTags()
    {
        var dictionary = WordDictionary.Read("天 9\n地 9\n玄 9\n黄 1\n"u8);
        IReadOnlyList<string>[] sentences = [["天地", "玄", "黄"], ["玄", "天地"], ["黄天地", "玄"], ["玄", "玄"]];
        var model = UnknownWordModel.Train(dictionary, sentences);
        var segmenter = new ChineseSegmenter(dictionary, model);
        Assert.Equal(["玄", "天地", "玄"], segmenter.Cut("玄天地玄"));
        Assert.Equal(["天地", "v1.53%", "玄", "+", "a1", "玄"], segmenter.Cut("天地v1.53%玄+a1玄"));
        var again = new ChineseSegmenter(dictionary, UnknownWordModel.Read(model.Write()));
        var random = Rng.From(3).Split("unknown").Cursor();
        for (var round = 0; round < 200; round++)
        {
            var text = Characters(random, 1 + random.NextInt(12));
            Assert.Equal(segmenter.Cut(text), again.Cut(text));
            Assert.Equal(text, string.Concat(segmenter.Cut(text)));
        }
    }

    [Fact]
    public void WordsPutTogetherAreTheText()
    {
        var dictionary = WordDictionary.Read(Encoding.UTF8.GetBytes(Lines));
        var model = UnknownWordModel.Train(dictionary, [["今天", "天", "真"], ["好", "气真"]]);
        var random = Rng.From(4).Split("any").Cursor();
        foreach (var segmenter in (ChineseSegmenter[])[new(dictionary), new(dictionary, model)])
        {
            for (var round = 0; round < 500; round++)
            {
                var text = Samples.Random(random, 40);
                Assert.Equal(text, string.Concat(segmenter.Cut(text)));
                var bytes = Samples.RandomBytes(random, 60);
                var ends = new List<int>();
                segmenter.Cut(bytes, ends);
                Assert.Equal(bytes.Length, ends[^1]);
                Assert.Equal(ends.Distinct().Order(), ends);
            }
        }
    }

    [Fact]
    public void ADictionaryIsCountedFromSegmentedText()
    {
        var dictionary = WordDictionary.Train([["今天", "好"], ["好", "天气"]]);
        Assert.Equal("今天 1\n天气 1\n好 2\n", Encoding.UTF8.GetString(dictionary.Write()));
        Assert.Equal(4, WordDictionary.Read(dictionary.Write()).Total);
        Assert.Throws<InkstoneRequestException>(() => WordDictionary.Train([]));
        Assert.Throws<InkstoneRequestException>(() => UnknownWordModel.Train(dictionary, [["今天"]]));
    }

    [Theory]
    [InlineData("")]
    [InlineData("词\n")]
    [InlineData("词 x n\n")]
    [InlineData("词 -1 n\n")]
    [InlineData("词 12n\n")]
    [InlineData(" 12\n")]
    [InlineData("词 1\n词 2\n")]
    public void WhatIsNoDictionaryIsRefused(string text) => Assert.Throws<InkstoneFormatException>(() => WordDictionary.Read(Encoding.UTF8.GetBytes(text)));

    private static string Characters(RngCursor random, int count) =>
        string.Concat(Enumerable.Range(0, count).Select(_ => ((string[])["天", "地", "玄", "𠮷"])[random.NextInt(4)]));

    /// <summary>The definition: every way to cut a text; a character of which no word begins at its place is a word that occurs once.</summary>
    private static List<string> BestPath(Dictionary<string, long> words, string text)
    {
        var total = Math.Log(Math.Max(1, words.Values.Sum()));
        return Best(0).Words;

        (double Score, List<string> Words) Best(int at)
        {
            if (at == text.Length)
                return (0, []);
            (double Score, List<string> Words) best = (double.NegativeInfinity, []);
            var candidates = Enumerable.Range(at + 1, text.Length - at).Select(end => text[at..end]).Where(word => words.GetValueOrDefault(word) > 0).ToList();
            if (candidates.Count == 0)
                candidates = [text.Substring(at, char.IsHighSurrogate(text[at]) ? 2 : 1)];
            foreach (var word in candidates)
            {
                var rest = Best(at + word.Length);
                var score = Math.Log(Math.Max(1, words.GetValueOrDefault(word))) - total + rest.Score;
                if (score >= best.Score)
                    best = (score, [word, .. rest.Words]);
            }
            return best;
        }
    }
}
