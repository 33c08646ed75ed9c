using System.Text;
using Inkstone.Foundation.Errors;
using Inkstone.Foundation.Randomness;

namespace Inkstone.Tokenizers.Tests;

public sealed class WordFinderTests
{
    /// <summary>For a language of sixty words, in which no string can hold together as in one of thousands.</summary>
    private static readonly WordFinderOptions Small = new() { MinimumCohesion = 3, CohesionPerCharacter = 0 };

    [Fact]
    public void StatisticsAreWhatTheTextSays()
    {
        for (var seed = 0; seed < 20; seed++)
        {
            var random = Rng.From(seed).Split("strings").Cursor();
            string[] characters = ["天", "地", "玄", "𠮷", "，", "a"];
            var text = Enumerable.Range(0, 400).Select(_ => characters[random.NextInt(characters.Length)]).ToList();
            var counter = new PieceCounter(1 << 24, 2, StringStatistics.Cutter(4), default);
            counter.Count([string.Concat(text)], null);
            var statistics = new StringStatistics(counter);
            var strings = new Dictionary<string, (int Count, List<string> Before, List<string> After)>();
            for (var start = 0; start < text.Count; start++)
            {
                for (var length = 1; length <= 3 && start + length <= text.Count && IsIdeograph(text[start + length - 1]); length++)
                {
                    var key = string.Concat(text.GetRange(start, length));
                    var entry = strings.GetValueOrDefault(key, (0, [], []));
                    entry.Before.Add(start > 0 && IsIdeograph(text[start - 1]) ? text[start - 1] : $"<{start}");
                    entry.After.Add(start + length < text.Count && IsIdeograph(text[start + length]) ? text[start + length] : $">{start}");
                    strings[key] = (entry.Count + 1, entry.Before, entry.After);
                }
            }
            Assert.Equal(text.Count(IsIdeograph), statistics.Total);
            foreach (var (key, (count, before, after)) in strings)
            {
                var utf8 = Encoding.UTF8.GetBytes(key);
                Assert.Equal(count, statistics.Count(utf8));
                var entropies = statistics.Entropies(utf8);
                Assert.Equal((Entropy(before), Entropy(after)), (entropies.Before, entropies.After), (x, y) => Math.Abs(x.Item1 - y.Item1) + Math.Abs(x.Item2 - y.Item2) < 1e-9);
                var runes = key.EnumerateRunes().Select(rune => rune.ToString()).ToList();
                if (runes.Count < 2)
                    continue;
                var least = Enumerable.Range(1, runes.Count - 1).Min(at =>
                    Math.Log((double)statistics.Total * count / ((double)strings[string.Concat(runes.Take(at))].Count * strings[string.Concat(runes.Skip(at))].Count)));
                Assert.Equal(least, statistics.Cohesion(utf8), 9);
            }
        }

        static bool IsIdeograph(string character) => character is not ("，" or "a");

        static double Entropy(List<string> neighbours) => -neighbours.GroupBy(x => x).Sum(group => (double)group.Count() / neighbours.Count * Math.Log((double)group.Count() / neighbours.Count));
    }

    [Fact]
    public void WordsOfAMadeUpLanguageAreFound()
    {
        var (lexicon, texts) = MadeUp(1, 3_000);
        var dictionary = WordFinder.Find(texts, Small).Dictionary;
        var found = Enumerable.Range(0, dictionary.Count).Select(word => Encoding.UTF8.GetString(dictionary.Words[word])).Where(word => word.Length > 1).ToHashSet();
        Assert.InRange(found.Count(lexicon.Contains), 0.97 * lexicon.Count, lexicon.Count);
        Assert.InRange(found.Count, 0, 1.05 * lexicon.Count);
        var segmenter = new ChineseSegmenter(dictionary);
        Assert.All(texts.Take(20), text => Assert.Equal(text, string.Concat(segmenter.Cut(text))));
    }

    [Fact]
    public void ThreadsAndTheOrderOfTextsChangeNothing()
    {
        var (_, texts) = MadeUp(2, 800);
        var one = WordFinder.Find(texts, Small with { Threads = 1 });
        Assert.Equal(one.Dictionary.Write(), WordFinder.Find(texts.AsEnumerable().Reverse(), Small with { Threads = 3 }).Dictionary.Write());
        Assert.True(one.Found > 30);
        Assert.Equal(0, one.DroppedStrings);
    }

    [Fact]
    public void MemoryIsBounded()
    {
        var random = Rng.From(5).Split("noise").Cursor();
        // Strings that never return, around a word that does.
        var texts = Enumerable.Range(0, 400).Select(_ => string.Concat(Enumerable.Range(0, 3_000).Select(i => i % 30 == 0 ? "墨砚" : ((char)(0x5000 + random.NextInt(8_000))).ToString()))).ToList();
        var result = WordFinder.Find(texts, new() { MaximumDistinctBytes = 1 << 18, Threads = 2 });
        Assert.True(result.DroppedStrings > 1_000_000);
        Assert.Contains("墨砚 ", Encoding.UTF8.GetString(result.Dictionary.Write()));
    }

    [Fact]
    public void KnownWordsStayAndNewOnesJoinThemInProportion()
    {
        var (lexicon, texts) = MadeUp(3, 2_000);
        var known = WordDictionary.Read(Encoding.UTF8.GetBytes(string.Concat(lexicon.Order().Take(20).Select(word => $"{word} 1000000\n")) + "未见 7\n"));
        var result = WordFinder.Find(texts, Small, known);
        var lines = Encoding.UTF8.GetString(result.Dictionary.Write()).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split(' ')).ToDictionary(line => line[0], line => long.Parse(line[1], System.Globalization.CultureInfo.InvariantCulture));
        Assert.Equal(7, lines["未见"]);
        Assert.All(lexicon.Order().Take(20), word => Assert.Equal(1_000_000, lines[word]));
        Assert.InRange(result.Found, lexicon.Count - 25, lexicon.Count - 10);
        // A word in sixty of a text that counts as twenty million.
        Assert.InRange(lines[lexicon.Order().Last()], 100_000, 1_000_000);
    }

    [Fact]
    public void CuttingARunOfOneCharacterTakesStepsInProportion()
    {
        var dictionary = WordDictionary.Read(Encoding.UTF8.GetBytes(string.Concat(Enumerable.Range(1, 20).Select(length => new string('啊', length) + $" {length}\n")) + "天 1\n"));
        var model = UnknownWordModel.Train(dictionary, [["哈哈", "哈"], ["哈哈哈"]]);
        foreach (var (segmenter, character, longest) in ((ChineseSegmenter, string, int)[])[(new(dictionary), "啊", 60), (new(dictionary, model), "啊", 60), (new(dictionary, model), "哈", 1)])
        {
            var utf8 = new byte[10 << 20];
            utf8.AsSpan().Fill((byte)' ');
            for (var at = 0; at + 3 <= utf8.Length; at += 3)
                Encoding.UTF8.GetBytes(character, utf8.AsSpan(at));
            var ends = new List<int>();
            var half = segmenter.CutCounted(utf8.AsSpan(0, utf8.Length / 6 * 3), ends);
            Assert.InRange(half, 1, (long)utf8.Length / 6 * longest);
            ends.Clear();
            Assert.InRange(segmenter.CutCounted(utf8, ends), half, 2.01 * half);
            Assert.Equal(utf8.Length, ends[^1]);
        }
    }

    [SharedDataFact]
    public void CutsRealTextFarBetterThanByCharacter()
    {
        string[] files = ["text-zh/clue-news-sampled.txt", "sentiment/chnsenticorp-split/dev.tsv", "sentiment/chnsenticorp-split/test.tsv", "instruct/alpaca-zh/alpaca_data-0-3252.json"];
        var dictionary = WordFinder.Find(files.SelectMany(file => File.ReadLines(SharedData.Path(file)))).Dictionary;
        var gold = JiebaParityTests.Gold();
        Assert.InRange(JiebaParityTests.WordF1(gold, new(WordDictionary.Read("天 1\n"u8))), 0.3, 0.5);
        Assert.InRange(JiebaParityTests.WordF1(gold, new(dictionary)), 0.68, 0.8);
    }

    [Fact]
    public void RefusesWhatCannotBe()
    {
        Assert.Throws<InkstoneRequestException>(() => WordFinder.Find(["no ideographs"]));
        Assert.Throws<InkstoneRequestException>(() => WordFinder.Find(["天地"], new() { MaximumLength = 1 }));
        Assert.Throws<InkstoneRequestException>(() => WordFinder.Find(["天地"], new() { MinimumCohesion = double.NaN }));
        Assert.Equal(2, WordFinder.Find(["天地"]).Dictionary.Count);
    }

    /// <summary>Texts of random words of two and three characters.</summary>
    private static (HashSet<string> Lexicon, List<string> Texts) MadeUp(int seed, int count)
    {
        var random = Rng.From(seed).Split("language").Cursor();
        var lexicon = Enumerable.Range(0, 60).Select(i => string.Concat(Enumerable.Range(0, 2 + i % 2).Select(_ => (char)(0x4E00 + random.NextInt(300))))).ToHashSet();
        var words = lexicon.ToArray();
        return (lexicon, [.. Enumerable.Range(0, count).Select(_ => string.Concat(Enumerable.Range(0, 10).Select(_ => words[random.NextInt(words.Length)])) + "。")]);
    }
}
