using System.Text;
using System.Text.Json.Nodes;
using Inkstone.Foundation.Errors;
using Inkstone.Foundation.Randomness;

namespace Inkstone.Tokenizers.Tests;

public sealed class WordTrainerTests
{
    [Fact]
    public void WordsAreInOrderOfCountThenText()
    {
        var options = new WordTrainerOptions { VocabularySize = 6, SpecialTokens = ["[UNK]", "the"] };
        var trained = WordTrainer.Train(["the ink the pen", "a pen é b a z"], TextCutters.Whitespace, options);
        Assert.Equal(["[UNK]", "the", "a", "pen", "b", "ink"], trained.Tokens);
        Assert.Equal([0, 0, 2, 2, 1, 1], trained.Counts);
        Assert.Equal((10L, 7, 0L), (trained.Pieces, trained.DistinctPieces, trained.DroppedPieces));
        Assert.Equal(0.6, trained.Coverage);
        Assert.Equal(["[UNK]", "the", "a", "pen"], WordTrainer.Train(["the ink the pen", "a pen é b a z"], TextCutters.Whitespace, options with { MinimumFrequency = 2 }).Tokens);
    }

    [Theory]
    [InlineData("It's 12.5%, naïve_x e\u0301!?\u3000中文，好", "It|'|s|12|.|5|%,|naïve_x|e\u0301|!?|中文|，|好")]
    [InlineData("  ", "")]
    [InlineData("नमस्ते می\u200Cخواهم", "नमस्ते|می\u200Cخواهم")]
    public void WordsAndPunctuationAreRuns(string text, string words) => Assert.Equal(words, string.Join('|', Cutters.Pieces(TextCutters.WordsAndPunctuation, text)));

    [Fact]
    public void AnyStageWill() =>
        Assert.Equal(["ab", "c"], WordTrainer.Train(["abab", "abc"], TextCutters.OfStages(null, new FixedLengthStage(2)), new() { SpecialTokens = [] }).Tokens);

    [Fact]
    public void ThreadsAndTheOrderOfTextsChangeNothing()
    {
        var options = new WordTrainerOptions { Threads = 1 };
        var one = WordTrainer.Train(Samples.VariedLines, TextCutters.WordsAndPunctuation, options);
        var other = WordTrainer.Train(Samples.VariedLines.Reverse(), TextCutters.WordsAndPunctuation, options with { Threads = 3 });
        Assert.Equal(one.Tokens, other.Tokens);
        Assert.Equal(one.Counts, other.Counts);
    }

    [Fact]
    public void RareWordsAreDroppedAtTheLimitAndCountsAreNeverTooHigh()
    {
        var random = Rng.From(12).Split("words").Cursor();
        var texts = Enumerable.Range(0, 60).Select(i => string.Concat(Enumerable.Range(0, 5_000).Select(n => n % 50 == 0 ? "ink " : $"w{i}x{random.NextInt(1 << 30)} "))).ToList();
        var trained = WordTrainer.Train(texts, TextCutters.Whitespace, new() { MaximumDistinctBytes = 1 << 16, VocabularySize = 10 });
        Assert.Equal("ink", trained.Tokens[1]);
        Assert.Equal(6_000, trained.Counts[1]);
        Assert.True(trained.DroppedPieces > 100_000);
        Assert.True(trained.DistinctPieces < 100_000);
    }

    [SharedDataFact]
    public void VocabulariesEqualHuggingFaces()
    {
        // trained-vocabularies.json: tests/oracles/trained-vocabularies.js.
        foreach (var entry in JsonNode.Parse(Samples.Fixture("trained-vocabularies.json"))!.AsArray().Where(entry => (string)entry!["cut"]! == "words"))
        {
            var lines = entry!["files"]!.AsArray().SelectMany(file => Samples.Lines(File.ReadAllText(SharedData.Path((string)file!))));
            var trained = WordTrainer.Train(lines, TextCutters.Whitespace, new() { SpecialTokens = [] });
            Assert.Equal((int)entry["tokens"]!, trained.Tokens.Count);
            Assert.Equal((string)entry["tokensDigest"]!, MergeTrainerTests.Digest(trained.Tokens));
        }
    }

    [Fact]
    public void CharactersCoverTheShareAskedFor()
    {
        string[] texts = ["aaaaaabbb中𠮷"];
        Assert.Equal(["[UNK]", "a", "b", "中", "𠮷"], CharacterTrainer.Train(texts).Tokens);
        var most = CharacterTrainer.Train(texts, new() { CharacterCoverage = 0.8 });
        Assert.Equal(["[UNK]", "a", "b"], most.Tokens);
        Assert.Equal(9.0 / 11, most.Coverage);
        Assert.Equal(["a", "b"], CharacterTrainer.Train(texts, new() { SpecialTokens = [], MinimumFrequency = 2 }).Tokens);
        Assert.Equal(["b", "a"], CharacterTrainer.Train(texts, new() { SpecialTokens = ["b"], VocabularySize = 2 }).Tokens);
        var one = CharacterTrainer.Train(Samples.VariedLines, new() { Threads = 1 });
        Assert.Equal(one.Tokens, CharacterTrainer.Train(Samples.VariedLines.Reverse(), new() { Threads = 3 }).Tokens);
        Assert.Equal(Samples.VariedLines.SelectMany(line => line.EnumerateRunes()).Distinct().Count(), one.DistinctPieces);
    }

    [Theory]
    [InlineData("word", 150, 0.9995)]
    [InlineData("char", 300, 0.98)]
    public void CountedModelsEqualSentencePieces(string kind, int size, double coverage)
    {
        // sentencepiece-counted.json: tests/oracles/make-sentencepiece-bpe.py.
        var expected = JsonNode.Parse(Samples.Fixture("sentencepiece-counted.json"))![kind]!.AsArray();
        var options = new SentencePieceTrainerOptions { VocabularySize = size, CharacterCoverage = coverage, AllowSmaller = true };
        var file = SentencePieceCountTrainer.Train(Samples.VariedLines.Select(line => line.Replace('\t', ' ')), kind == "word", options).File;
        Assert.Equal(expected.Select(entry => (string)entry![0]!), Enumerable.Range(0, file.Pieces.Count).Select(id => Encoding.UTF8.GetString(file.Pieces[id])));
        for (var id = 0; id < expected.Count; id++)
            Assert.Equal((double)expected[id]![1]!, file.Scores[id], 4);
        Assert.Equal(kind == "word" ? SentencePieceAlgorithm.Word : SentencePieceAlgorithm.Character, SentencePieceModel.Read(SentencePieceWriter.Write(file), "counted").File.Algorithm);
    }

    [Fact]
    public void RefusesWhatCannotBe()
    {
        Assert.Throws<InkstoneRequestException>(() => WordTrainer.Train([""], TextCutters.Whitespace));
        Assert.Throws<InkstoneRequestException>(() => WordTrainer.Train(["a"], TextCutters.Whitespace, new() { VocabularySize = 1 }));
        Assert.Throws<InkstoneRequestException>(() => WordTrainer.Train(["a"], TextCutters.Whitespace, new() { MinimumFrequency = 0 }));
        Assert.Throws<InkstoneRequestException>(() => CharacterTrainer.Train(["a"], new() { CharacterCoverage = 2 }));
        Assert.Throws<InkstoneRequestException>(() => CharacterTrainer.Train(["a"], new() { SpecialTokens = ["", "x"] }));
    }
}
