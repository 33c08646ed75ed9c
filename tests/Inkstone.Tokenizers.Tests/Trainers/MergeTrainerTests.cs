using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Inkstone.Foundation.Errors;
using Inkstone.Foundation.Randomness;

namespace Inkstone.Tokenizers.Tests;

public sealed class MergeTrainerTests
{
    /// <summary>Every option, each both as it is by default and otherwise, in many combinations.</summary>
    private static MergeTrainerOptions Options(RngCursor random, MergeUnit unit)
    {
        var isBytes = unit == MergeUnit.Bytes;
        return new()
        {
            Unit = unit,
            VocabularySize = 60 + random.NextInt(60),
            MinimumFrequency = 1 + random.NextInt(3),
            SpecialTokens = random.NextInt(2) == 0 ? [] : isBytes ? ["[UNK]", "ab", "Ġa"] : ["[UNK]", "ab", "##ab", "ba</w>"],
            InitialAlphabet = random.NextInt(3) == 0 ? ['q', isBytes ? 0xFE : 0x4E2D, 'a'] : [],
            AlphabetLimit = random.NextInt(3) == 0 ? 4 : int.MaxValue,
            MaximumTokenLength = random.NextInt(3) == 0 ? 1 + random.NextInt(4) : int.MaxValue,
            ContinuingPrefix = !isBytes && random.NextInt(2) == 0 ? "##" : "",
            EndSuffix = !isBytes && random.NextInt(2) == 0 ? "</w>" : "",
            Ties = (BpeTies)random.NextInt(2),
            Threads = 1 + random.NextInt(3),
        };
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void EqualsCountingAfresh(bool ofBytes)
    {
        var unit = ofBytes ? MergeUnit.Bytes : MergeUnit.Characters;
        for (var seed = 0; seed < 250; seed++)
        {
            var random = Rng.From(seed).Split("merging").Cursor();
            var letters = seed % 4 == 0 ? ["a", "a", "#", "b"] : new[] { "a", "a", "b", "中", "é", "𠮷", " " };
            var pieces = Enumerable.Range(0, 30).Select(_ => string.Concat(Enumerable.Range(0, 1 + random.NextInt(9)).Select(_ => letters[random.NextInt(letters.Length)]))).ToList();
            var options = Options(random, unit);
            var (tokens, merges) = NaiveMergeTrainer.Train(pieces, options);
            var trained = MergeTrainer.Train(pieces, TextCutters.Whole, options);
            Assert.Equal(tokens, trained.Tokens);
            Assert.Equal(merges, trained.Merges.Select(merge => trained.Tokens[merge.Left] + " " + trained.Tokens[merge.Right]));
        }
    }

    [Theory]
    [InlineData(true, "", "", BpeTies.LowerIds)]
    [InlineData(false, "", "</w>", BpeTies.GreaterPair)]
    [InlineData(false, "##", "", BpeTies.LowerIds)]
    public void EqualsCountingAfreshOnTheFixture(bool ofBytes, string prefix, string suffix, BpeTies ties)
    {
        var options = new MergeTrainerOptions { Unit = ofBytes ? MergeUnit.Bytes : MergeUnit.Characters, VocabularySize = 900, ContinuingPrefix = prefix, EndSuffix = suffix, Ties = ties, SpecialTokens = ["<pad>"] };
        var words = Samples.VariedLines.SelectMany(line => Cutters.Pieces(TextCutters.Whitespace, line)).ToList();
        var (tokens, merges) = NaiveMergeTrainer.Train(words, options);
        var trained = MergeTrainer.Train(Samples.VariedLines, TextCutters.Whitespace, options);
        Assert.Equal(tokens, trained.Tokens);
        Assert.Equal(merges.Count, trained.Merges.Count);
    }

    [SharedDataFact]
    public void VocabulariesAndMergesEqualHuggingFaces()
    {
        // trained-vocabularies.json: tests/oracles/trained-vocabularies.js.
        foreach (var entry in JsonNode.Parse(Samples.Fixture("trained-vocabularies.json"))!.AsArray().Where(entry => (string)entry!["cut"]! != "words"))
        {
            var cut = (string)entry!["cut"]!;
            var cutter = cut switch { "bytes" => PieceCounter.CutBy(PreTokenizer.Of(PreTokenizerKind.Gpt2)), "spaces" => TextCutters.Whitespace, _ => TextCutters.Whole };
            var lines = entry["files"]!.AsArray().SelectMany(file => Samples.Lines(File.ReadAllText(SharedData.Path((string)file!))));
            var trained = MergeTrainer.Train(lines, cutter, new() { Unit = cut == "bytes" ? MergeUnit.Bytes : MergeUnit.Characters, MinimumFrequency = 1 });
            Assert.Equal(((int)entry["tokens"]!, (int)entry["merges"]!), (trained.Tokens.Count, trained.Merges.Count));
            Assert.Equal((string)entry["tokensDigest"]!, Digest(trained.Tokens));
            Assert.Equal((string)entry["mergesDigest"]!, Digest(trained.Merges.Select(merge => trained.Tokens[merge.Left] + "\u0001" + trained.Tokens[merge.Right])));
        }
    }

    [Fact]
    public void ThreadsAndTheOrderOfTextsChangeNothing()
    {
        var options = new MergeTrainerOptions { VocabularySize = 900, EndSuffix = "</w>" };
        var one = MergeTrainer.Train(Samples.VariedLines, TextCutters.Whitespace, options with { Threads = 1 });
        var other = MergeTrainer.Train(Samples.VariedLines.Reverse(), TextCutters.Whitespace, options with { Threads = 3 });
        Assert.Equal(one.Tokens, other.Tokens);
        Assert.Equal(one.Merges, other.Merges);
        Assert.Contains("the</w>", one.Tokens);
    }

    [Fact]
    public void CountsPassThirtyTwoBits()
    {
        var counter = new PieceCounter(1 << 20, 1, TextCutters.Whole, default);
        counter.Count(["ab", "ac"], null);
        foreach (var part in counter.Parts)
            part.AddPart(Many(), (int)(ByteHash.Of("ab"u8) >> 28));
        var options = new MergeTrainerOptions { VocabularySize = 4, MinimumFrequency = 1L << 40 };
        var vocabulary = new MergeVocabulary(counter.Parts, options);
        MergeLearner.Learn(counter, vocabulary, new(4, options.MinimumFrequency, int.MaxValue, options.Ties), null, default);
        Assert.Equal(["a", "b", "c", "ab"], vocabulary.Tokens);

        static PieceCounts Many()
        {
            var counts = new PieceCounts();
            counts.Add("ab"u8, ByteHash.Of("ab"u8), 1L << 40);
            return counts;
        }
    }

    public static TheoryData<string, object> BadOptions => new()
    {
        { "at least 3", new MergeTrainerOptions { VocabularySize = 2 } },
        { "empty or given twice", new MergeTrainerOptions { SpecialTokens = ["a", "a"] } },
        { "no prefix and no suffix", new MergeTrainerOptions { Unit = MergeUnit.Bytes, EndSuffix = "</w>" } },
        { nameof(MergeTrainerOptions.InitialAlphabet), new MergeTrainerOptions { Unit = MergeUnit.Bytes, InitialAlphabet = [256] } },
        { nameof(MergeTrainerOptions.InitialAlphabet), new MergeTrainerOptions { InitialAlphabet = [0xD800] } },
        { nameof(MergeTrainerOptions.AlphabetLimit), new MergeTrainerOptions { AlphabetLimit = 0 } },
        { nameof(MergeTrainerOptions.MinimumFrequency), new MergeTrainerOptions { MinimumFrequency = 0 } },
        { nameof(MergeTrainerOptions.MaximumTokenLength), new MergeTrainerOptions { MaximumTokenLength = 0 } },
        { "Bytes, Characters", new MergeTrainerOptions { Unit = (MergeUnit)5 } },
    };

    [Theory, MemberData(nameof(BadOptions))]
    public void RefusesWhatCannotBe(string part, object options) =>
        Assert.Contains(part, Assert.Throws<InkstoneRequestException>(() => MergeTrainer.Train(["abc"], TextCutters.Whole, (MergeTrainerOptions)options)).Message);

    internal static string Digest(IEnumerable<string> rows)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var row in rows)
            hash.AppendData(Encoding.UTF8.GetBytes(row + "\0"));
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
