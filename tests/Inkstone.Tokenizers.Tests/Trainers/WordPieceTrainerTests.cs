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
            Assert.Equal(NaiveMergeTrainer.Train(words, options.ToMerging()).Tokens, WordPieceTrainer.Train([string.Join(' ', words)], Cutters.Spaces, options));
        }
    }

    [Fact]
    public void ThreadsAndTheOrderOfTextsChangeNothing()
    {
        var options = new WordPieceTrainerOptions { VocabularySize = 900 };
        var one = WordPieceTrainer.Train(Samples.VariedLines, Cutters.Spaces, options with { Threads = 1 });
        Assert.Equal(one, WordPieceTrainer.Train(Samples.VariedLines.Reverse(), Cutters.Spaces, options with { Threads = 3 }));
        Assert.Equal("[PAD]", one[0]);
        Assert.Contains("##e", one);
    }

    [Fact]
    public void RefusesWhatCannotBe()
    {
        Assert.Throws<InkstoneRequestException>(() => WordPieceTrainer.Train([], Cutters.Spaces));
        Assert.Throws<InkstoneRequestException>(() => WordPieceTrainer.Train(["a"], Cutters.Spaces, new() { AlphabetLimit = 0 }));
        Assert.Throws<InkstoneRequestException>(() => WordPieceTrainer.Train(["a"], Cutters.Spaces, new() { SpecialTokens = ["[UNK]", "[UNK]"] }));
    }
}
