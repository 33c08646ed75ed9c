using Inkstone.Foundation.Errors;
using Inkstone.Foundation.Randomness;

namespace Inkstone.Tokenizers.Tests;

public sealed class WordPieceTrainerTests
{
    [Fact]
    public void EqualsCountingAfresh()
    {
        for (var seed = 0; seed < 60; seed++)
        {
            var random = Rng.From(seed).Split("wordpiece").Cursor();
            var words = Enumerable.Range(0, 30).Select(_ => string.Concat(Enumerable.Range(0, 1 + random.NextInt(9)).Select(_ => "aab中é"[random.NextInt(5)]))).ToList();
            var options = new WordPieceTrainerOptions
            {
                VocabularySize = 45,
                MinimumFrequency = 1 + seed % 2,
                AlphabetLimit = seed % 5 == 0 ? 3 : 1000,
                SpecialTokens = seed % 3 == 0 ? ["[UNK]", "aa"] : ["[UNK]"],
                Ties = (BpeTies)(seed % 2),
            };
            Assert.Equal(Naive(words, options), WordPieceTrainer.Train([string.Join(' ', words)], Cut, options));
        }
    }

    [Fact]
    public void ThreadsAndTheOrderOfTextsChangeNothing()
    {
        var options = new WordPieceTrainerOptions { VocabularySize = 500 };
        var one = WordPieceTrainer.Train(Samples.VariedLines, Cut, options with { Threads = 1 });
        Assert.Equal(one, WordPieceTrainer.Train(Samples.VariedLines.Reverse(), Cut, options with { Threads = 3 }));
        Assert.Equal("[PAD]", one[0]);
        Assert.Contains("##e", one);
    }

    [Fact]
    public void RefusesWhatCannotBe()
    {
        Assert.Throws<InkstoneRequestException>(() => WordPieceTrainer.Train([], Cut));
        Assert.Throws<InkstoneRequestException>(() => WordPieceTrainer.Train(["a"], Cut, new() { AlphabetLimit = 0 }));
        Assert.Throws<InkstoneRequestException>(() => WordPieceTrainer.Train(["a"], Cut, new() { SpecialTokens = ["[UNK]", "[UNK]"] }));
    }

    private static long Cut(ReadOnlySpan<byte> utf8, PieceCounts counts)
    {
        long count = 0;
        foreach (var range in utf8.SplitAny(" \n"u8))
        {
            if (utf8[range].IsEmpty)
                continue;
            counts.Add(utf8[range]);
            count++;
        }
        return count;
    }

    /// <summary>The definition: before each merge, count all pairs afresh.</summary>
    private static List<string> Naive(List<string> texts, WordPieceTrainerOptions options)
    {
        var counts = texts.SelectMany(text => text).GroupBy(c => c).OrderByDescending(group => group.Count()).ThenBy(group => group.Key);
        var kept = counts.Take(options.AlphabetLimit).Select(group => group.Key).Order().ToList();
        var vocabulary = new List<string>(options.SpecialTokens);
        vocabulary.AddRange(kept.Select(c => c.ToString()));
        vocabulary.AddRange(kept.Where(c => texts.Any(text => text.LastIndexOf(c) > 0)).Select(c => "##" + c));
        var words = texts.Select(text => text.Select((c, i) => (c, Token: i == 0 ? $"{c}" : $"##{c}")).Where(entry => kept.Contains(entry.c)).Select(entry => entry.Token).ToList()).ToList();
        var merged = new HashSet<(string, string)>();
        var refused = new HashSet<(string, string)>();
        while (vocabulary.Count < options.VocabularySize)
        {
            var pairs = words.SelectMany(word => word.Zip(word.Skip(1))).GroupBy(pair => pair).Where(group => !refused.Contains(group.Key)).ToList();
            var again = pairs.Where(group => merged.Contains(group.Key)).ToList();
            var ordered = options.Ties == BpeTies.GreaterPair && again.Count == 0
                ? pairs.OrderByDescending(group => group.Count()).ThenByDescending(group => group.Key.First, StringComparer.Ordinal).ThenByDescending(group => group.Key.Second, StringComparer.Ordinal)
                : (again.Count > 0 ? again : pairs).OrderByDescending(group => again.Count > 0 ? 0 : group.Count()).ThenBy(group => vocabulary.IndexOf(group.Key.First)).ThenBy(group => vocabulary.IndexOf(group.Key.Second));
            var best = ordered.FirstOrDefault();
            if (best is null || (again.Count == 0 && best.Count() < options.MinimumFrequency))
                break;
            var (left, right) = best.Key;
            var token = left + (right.StartsWith("##", StringComparison.Ordinal) ? right[2..] : right);
            if (options.SpecialTokens.Contains(token))
            {
                refused.Add(best.Key);
                continue;
            }
            merged.Add(best.Key);
            if (!vocabulary.Contains(token))
                vocabulary.Add(token);
            foreach (var word in words)
            {
                for (var i = 0; i + 1 < word.Count; i++)
                {
                    if ((word[i], word[i + 1]) != (left, right))
                        continue;
                    word[i] = token;
                    word.RemoveAt(i + 1);
                }
            }
        }
        return vocabulary;
    }
}
