using System.Text;
using System.Text.Json;
using Inkstone.Foundation.Errors;
using Inkstone.Foundation.Randomness;

namespace Inkstone.Tokenizers.Tests;

public sealed class BpeTrainerTests
{
    [Fact]
    public void MergesEqualHuggingFaces()
    {
        // merges.json: npm tokenizers, Tokenizer.train(['varied.txt']) with the ByteLevel pre-tokenizer and the default trainer. Its
        // alphabet has only the bytes of the text, so its ids differ, but their order and so its ties are the same.
        var expected = JsonSerializer.Deserialize<string[][]>(Samples.Fixture("merges.json"))!;
        var tokenizer = BpeTrainer.Train(Samples.VariedLines, new()
        {
            VocabularySize = 30_000,
            MinimumFrequency = 1,
            SpecialTokens = [],
            PreTokenizer = PreTokenizerKind.Gpt2,
            AllowSmaller = true,
        });
        Assert.Equal(expected.Select(pair => string.Join(' ', pair)), Merges(tokenizer));
    }

    [Theory]
    [InlineData(PreTokenizerKind.Gpt2, 400, 1, int.MaxValue)]
    [InlineData(PreTokenizerKind.Gpt4, 500, 2, int.MaxValue)]
    [InlineData(PreTokenizerKind.Gpt4, 450, 1, 4)]
    public void EqualsCountingAfreshOnTheFixture(PreTokenizerKind kind, int size, long minimum, int longest)
    {
        var options = new BpeTrainerOptions
        {
            VocabularySize = size,
            MinimumFrequency = minimum,
            PreTokenizer = kind,
            MaximumTokenLength = longest,
            AllowSmaller = true,
        };
        Assert.Equal(NaiveBpeTrainer.Train(Samples.VariedLines, options), Merges(BpeTrainer.Train(Samples.VariedLines, options)));
    }

    [Fact]
    public void EqualsCountingAfreshOnRandomText()
    {
        for (var seed = 0; seed < 60; seed++)
        {
            var random = Rng.From(seed).Split("train").Cursor();
            // Two or three letters: many ties, overlapping pairs, and several ways to one token.
            var texts = Enumerable.Range(0, 3 + seed % 5).Select(_ => RandomWords(random, 2 + seed % 2)).ToList();
            var options = new BpeTrainerOptions
            {
                VocabularySize = 257 + 40,
                MinimumFrequency = 1 + seed % 2,
                AllowSmaller = true,
                PreTokenizer = (PreTokenizerKind)(seed % 3),
                Ties = (BpeTies)(seed / 3 % 2),
            };
            Assert.Equal(NaiveBpeTrainer.Train(texts, options), Merges(BpeTrainer.Train(texts, options)));
        }
    }

    [Fact]
    public void TiesMayGoToTheGreaterPair()
    {
        var options = new BpeTrainerOptions { VocabularySize = 258, SpecialTokens = [], MinimumFrequency = 1 };
        string[] texts = ["ab", "yz", "ya"];
        Assert.Equal(["a b", "y a"], Merges(BpeTrainer.Train(texts, options)));
        Assert.Equal(["y z", "y a"], Merges(BpeTrainer.Train(texts, options with { Ties = BpeTies.GreaterPair })));
    }

    [Fact]
    public void ThreadsAndTheOrderOfTextsChangeNothing()
    {
        var random = Rng.From(7).Cursor();
        // Short texts fill batches too, so these are several rounds.
        var texts = Enumerable.Range(0, 200_000).Select(_ => Samples.Random(random, 5)).ToList();
        var options = new BpeTrainerOptions { VocabularySize = 600 };
        var one = BpeTrainer.TrainWithResult(texts, options with { Threads = 1 });
        var four = BpeTrainer.TrainWithResult(texts, options with { Threads = 4 });
        var reversed = BpeTrainer.Train(texts.AsEnumerable().Reverse(), options);
        Assert.Equal(one.Tokenizer.ToJson(), four.Tokenizer.ToJson());
        Assert.Equal(one.Tokenizer.ToJson(), reversed.ToJson());
        Assert.Equal(texts.Sum(text => (long)Encoding.UTF8.GetByteCount(text)), one.Bytes);
        Assert.Equal((one.Pieces, one.DistinctPieces, 0L), (four.Pieces, four.DistinctPieces, four.DroppedPieces));
    }

    [Fact]
    public void DroppingPiecesKeepsToTheLimitAndDoesNotDependOnThreads()
    {
        var random = Rng.From(8).Cursor();
        // Words that never return, around one sentence that does.
        var texts = Enumerable.Range(0, 40).Select(_ => RandomLetters(random, 30_000) + " the ink dries on the stone").ToList();
        var options = new BpeTrainerOptions { VocabularySize = 1500, MaximumDistinctBytes = 1 << 16 };
        var one = BpeTrainer.TrainWithResult(texts, options with { Threads = 1 });
        var two = BpeTrainer.TrainWithResult(texts, options with { Threads = 2 });
        Assert.InRange(one.DroppedPieces, 50_000, 200_000);
        Assert.Equal(one with { Tokenizer = two.Tokenizer }, two);
        Assert.Equal(one.Tokenizer.ToJson(), two.Tokenizer.ToJson());
        Assert.Single(one.Tokenizer.Encode(" stone"));
    }

    [Fact]
    public void AGiantLineIsLearntInStepsThatGrowWithItsLength()
    {
        var random = Rng.From(9).Cursor();
        var line = RandomLetters(random, 1 << 20).Replace(" ", "");
        var counter = new PieceCounter(64L << 20, 0, PieceCounter.CutBy(PreTokenizer.Gpt4), default);
        counter.Count([line, new string('a', 1 << 20)], null);
        var vocabulary = new MergeVocabulary(counter.Parts, new BpeTrainerOptions { SpecialTokens = [] }.ToMerging());
        var chains = new PieceChains(counter.Parts, vocabulary.Start, vocabulary.Lengths, int.MaxValue);
        var tokenizer = BpeTrainer.Train([line, new string('a', 1 << 20)], new() { VocabularySize = 1000 });
        Assert.Equal(1000, tokenizer.VocabularySize);
        // A merge visits the places it merges and no others: it takes one token away at each.
        foreach (var merge in tokenizer.ByteLevelModel!.Merges.All)
        {
            Assert.True(vocabulary.TryMerge(merge.Left - 1, merge.Right - 1, out var result));
            chains.Merge(chains.Pairs.IndexOf(merge.Left - 1, merge.Right - 1), result);
        }
        Assert.InRange(chains.Visits, 1, counter.Bytes);
    }

    [Fact]
    public void IdsAreSpecialsThenBytesThenMerges()
    {
        var tokenizer = BpeTrainer.Train(["ab ab ab ab"], new() { VocabularySize = 260, SpecialTokens = ["<pad>", "<eos>"], AllowSmaller = true });
        Assert.Equal(("<pad>", "<eos>"), (tokenizer.IdToToken(0), tokenizer.IdToToken(1)));
        Assert.Equal("!", tokenizer.IdToToken(2));
        Assert.Equal(ByteLevel.Alphabet.ToArray(), Enumerable.Range(2, 256).Select(id => tokenizer.TokenBytes(id)[0]));
        Assert.Equal("ab", tokenizer.IdToToken(258));
        Assert.Equal("Ġab", tokenizer.IdToToken(259));
        Assert.Equal((1, 1), (tokenizer.BeginOfText, tokenizer.EndOfText));
    }

    [Fact]
    public void NoMergeBecomesASpecialToken()
    {
        var texts = Enumerable.Repeat("stop stop stop", 10);
        var tokenizer = BpeTrainer.Train(texts, new() { VocabularySize = 270, SpecialTokens = ["stop", "Ġstop"], AllowSmaller = true });
        foreach (var id in tokenizer.Encode("stop stop"))
            Assert.False(tokenizer.IsSpecial(id));
        Assert.Equal("stop stop", tokenizer.Decode(tokenizer.Encode("stop stop")));
        Assert.Equal(tokenizer.ToJson(), Tokenizer.FromJson(tokenizer.ToJson()).ToJson());
    }

    [Fact]
    public void ProgressGoesThroughBothStages()
    {
        var reports = new Reports();
        BpeTrainer.Train(Samples.VariedLines, new() { VocabularySize = 600, MinimumFrequency = 1 }, reports);
        Assert.Contains(reports.All, report => report is { Stage: BpeTrainingStage.Counting, Done: > 2000, Total: null });
        Assert.Contains(reports.All, report => report is { Stage: BpeTrainingStage.Merging, Done: 512, Total: 600 });
    }

    [Fact]
    public void CancellationStopsIt()
    {
        using var source = new CancellationTokenSource();
        source.Cancel();
        Assert.ThrowsAny<OperationCanceledException>(() => BpeTrainer.Train(["text"], cancellation: source.Token));
    }

    public static TheoryData<string, BpeTrainerOptions> BadOptions => new()
    {
        { "at least 257", new() { VocabularySize = 256 } },
        { "at most 16,777,216", new() { VocabularySize = int.MaxValue } },
        { nameof(BpeTrainerOptions.MinimumFrequency), new() { MinimumFrequency = 0 } },
        { nameof(BpeTrainerOptions.MaximumTokenLength), new() { MaximumTokenLength = 1 } },
        { nameof(BpeTrainerOptions.MaximumDistinctBytes), new() { MaximumDistinctBytes = 10 } },
        { nameof(BpeTrainerOptions.Threads), new() { Threads = -1 } },
        { "Gpt2, Gpt4", new() { PreTokenizer = (PreTokenizerKind)99 } },
        { "LowerIds, GreaterPair", new() { Ties = (BpeTies)7 } },
        { "at least two characters", new() { SpecialTokens = ["<eos>", "!"] } },
        { "twice", new() { SpecialTokens = ["<eos>", "<eos>"] } },
        { "<end>", new() { SpecialTokens = ["<eos>"], Roles = new("<eos>", "<end>"), AllowSmaller = true } },
        { "larger than the text supports", new() { VocabularySize = 5000 } },
    };

    [Theory, MemberData(nameof(BadOptions))]
    public void RefusesWhatCannotBe(string part, BpeTrainerOptions options)
    {
        var error = Assert.Throws<InkstoneRequestException>(() => BpeTrainer.Train(["a short text, a short text"], options));
        Assert.Contains(part, error.Message);
        Assert.Equal(2, error.ExitCode);
    }

    [Fact]
    public void SaysHowManyTokensTheTextSupports()
    {
        var options = new BpeTrainerOptions { VocabularySize = 5000 };
        var error = Assert.Throws<InkstoneRequestException>(() => BpeTrainer.Train(Samples.VariedLines, options));
        var result = BpeTrainer.TrainWithResult(Samples.VariedLines, options with { AllowSmaller = true });
        Assert.Contains($"at most {result.Tokenizer.VocabularySize} ", error.Message);
        Assert.Equal(5000, result.RequestedVocabularySize);
        // What the error says is supported is supported.
        Assert.Equal(result.Tokenizer.VocabularySize, BpeTrainer.Train(Samples.VariedLines, options with { VocabularySize = result.Tokenizer.VocabularySize }).VocabularySize);
    }

    [Fact]
    public void RefusesNoText()
    {
        Assert.Throws<InkstoneRequestException>(() => BpeTrainer.Train([], new() { AllowSmaller = true }));
        Assert.Throws<InkstoneRequestException>(() => BpeTrainer.Train(["", ""], new() { AllowSmaller = true }));
    }

    internal static List<string> Merges(Tokenizer tokenizer) =>
        [.. tokenizer.ByteLevelModel!.Merges.All.ToArray().Select(merge => tokenizer.IdToToken(merge.Left) + " " + tokenizer.IdToToken(merge.Right))];

    private static string RandomWords(RngCursor random, int letters)
    {
        var text = new StringBuilder();
        for (var i = 0; i < 12; i++)
        {
            for (var n = 1 + random.NextInt(12); n > 0; n--)
                text.Append((char)('a' + random.NextInt(letters)));
            text.Append(' ');
        }
        return text.ToString();
    }

    private static string RandomLetters(RngCursor random, int length)
    {
        var text = new StringBuilder(length);
        while (text.Length < length)
            text.Append(random.NextInt(12) == 0 ? ' ' : (char)('a' + random.NextInt(26)));
        return text.ToString();
    }

    private sealed class Reports : IProgress<BpeTrainingProgress>
    {
        public List<BpeTrainingProgress> All { get; } = [];

        public void Report(BpeTrainingProgress value) => All.Add(value);
    }
}
