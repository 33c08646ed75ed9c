using System.Text;
using System.Text.Json.Nodes;
using Inkstone.Foundation.Errors;
using Inkstone.Foundation.Randomness;

namespace Inkstone.Tokenizers.Tests;

public sealed class SentencePieceBpeTrainerTests
{
    [Fact]
    public void EqualsCountingAfresh()
    {
        for (var seed = 0; seed < 200; seed++)
        {
            var random = Rng.From(seed).Split("pieces").Cursor();
            string[] letters = ["a", "a", "b", "1", "2", "中", "\u0301", "-", " "];
            var texts = Enumerable.Range(0, 20).Select(_ => string.Concat(Enumerable.Range(0, 1 + random.NextInt(12)).Select(_ => letters[random.NextInt(letters.Length)]))).ToList();
            var options = new SentencePieceTrainerOptions
            {
                VocabularySize = 30 + random.NextInt(30),
                CharacterCoverage = random.NextInt(3) == 0 ? 0.9 : 1,
                MaximumPieceLength = random.NextInt(3) == 0 ? 3 : 16,
                SpecialTokens = random.NextInt(2) == 0 ? ["<s>", "</s>"] : ["aa"],
                SplitsDigits = random.NextInt(2) == 0,
                SplitsScripts = random.NextInt(2) == 0,
                SplitsNumbers = random.NextInt(2) == 0,
                SplitsWhitespace = random.NextInt(2) == 0,
                AllowSmaller = true,
                Threads = 1 + random.NextInt(3),
            };
            var file = SentencePieceBpeTrainer.Train(texts, options).File;
            Assert.Equal(Naive(texts, options), Pieces(file).Skip(options.FixedPieces));
            Assert.Equal(Enumerable.Range(0, file.Scores.Length - options.FixedPieces).Select(rank => -(float)rank), file.Scores[options.FixedPieces..]);
        }
    }

    [Fact]
    public void IdsAreUnknownSpecialsUserDefinedBytesThenPieces()
    {
        var texts = Enumerable.Repeat("the ink dries on the <t> stone 2024 2025", 20);
        var options = new SentencePieceTrainerOptions { VocabularySize = 300, UserDefined = ["<t>"], HasByteFallback = true, SplitsDigits = true, AllowSmaller = true };
        var bytes = SentencePieceWriter.Write(SentencePieceBpeTrainer.Train(texts, options).File);
        var model = SentencePieceModel.Read(bytes, "trained");
        var shown = Pieces(model.File);
        Assert.Equal(["<unk>", "<s>", "</s>", "<t>", "<0x00>"], shown[..5]);
        Assert.Equal("<0xFF>", shown[259]);
        Assert.Contains("▁the", shown);
        Assert.Equal((1, 2, SentencePieceAlgorithm.BytePair), (model.File.BeginId, model.File.EndId, model.File.Algorithm));
        Assert.DoesNotContain(shown[260..], piece => piece.Length > 1 && piece.Any(char.IsDigit));
        Assert.Contains(3, model.Encode("a <t> b"u8));
        Assert.Equal("the stone 𠮷", model.Decode(model.Encode("the stone 𠮷"u8)));
    }

    [Fact]
    public void ThreadsAndTheOrderOfTextsChangeNothing()
    {
        var options = new SentencePieceTrainerOptions { VocabularySize = 700, AllowSmaller = true };
        var one = SentencePieceWriter.Write(SentencePieceBpeTrainer.Train(Samples.VariedLines, options with { Threads = 1 }).File);
        Assert.Equal(one, SentencePieceWriter.Write(SentencePieceBpeTrainer.Train(Samples.VariedLines.Reverse(), options with { Threads = 3 }).File));
    }

    [SharedDataFact]
    public void HeldOutTextIsAsShortAsUnderSentencePiecesModel()
    {
        // sentencepiece-bpe-compression.json: tests/oracles/make-sentencepiece-bpe.py. At most half a per cent longer is allowed.
        foreach (var entry in JsonNode.Parse(Samples.Fixture("sentencepiece-bpe-compression.json"))!.AsArray())
        {
            var asked = entry!["options"]!;
            var options = new SentencePieceTrainerOptions
            {
                VocabularySize = (int)asked["vocab_size"]!,
                HasByteFallback = (bool?)asked["byte_fallback"] ?? false,
                SplitsDigits = (bool?)asked["split_digits"] ?? false,
            };
            var lines = entry["files"]!.AsArray().SelectMany(file => File.ReadLines(SharedData.Path((string)file!)));
            var model = new SentencePieceModel(SentencePieceBpeTrainer.Train(lines, options).File);
            Assert.Equal(options.VocabularySize, model.File.Pieces.Count);
            var tokens = File.ReadLines(SharedData.Path((string)entry["held"]!)).Sum(line => model.Encode(Encoding.UTF8.GetBytes(line)).Length);
            Assert.InRange(tokens / (double)entry["tokens"]!, 0.9, 1.005);
        }
    }

    [Theory]
    [InlineData("more than 3", 3, 0.9995)]
    [InlineData("no room for all characters", 8, 0.9995)]
    [InlineData("CharacterCoverage", 300, 0.1)]
    [InlineData("larger than the text supports", 5000, 0.9995)]
    public void RefusesWhatCannotBe(string part, int size, double coverage)
    {
        var options = new SentencePieceTrainerOptions { VocabularySize = size, CharacterCoverage = coverage };
        Assert.Contains(part, Assert.Throws<InkstoneRequestException>(() => SentencePieceBpeTrainer.Train(["a short text, a short text"], options)).Message);
    }

    private static string[] Pieces(SentencePieceFile file) => [.. Enumerable.Range(0, file.Pieces.Count).Select(id => Encoding.UTF8.GetString(file.Pieces[id]))];

    /// <summary>The definition: before each merge, count all pairs afresh.</summary>
    private static List<string> Naive(List<string> texts, SentencePieceTrainerOptions options)
    {
        var words = new List<List<string>>();
        foreach (var text in texts.Select(text => string.Join(' ', text.Split(' ', StringSplitOptions.RemoveEmptyEntries))).Where(text => text.Length > 0))
            words.AddRange((options.SplitsWhitespace ? text.Split(' ') : [text]).Select(word => ("▁" + word.Replace(' ', '▁')).EnumerateRunes().Select(rune => rune.ToString()).ToList()));
        var counts = words.SelectMany(word => word).GroupBy(character => character).OrderByDescending(group => group.Count()).ThenBy(group => group.Key == "▁" ? " " : group.Key, StringComparer.Ordinal).ToList();
        double covered = 0, total = counts.Sum(group => group.Count());
        var characters = new List<string>();
        foreach (var group in counts.TakeWhile(_ => covered / total < options.CharacterCoverage))
        {
            characters.Add(group.Key);
            covered += group.Count();
        }
        var merged = new List<string>();
        var rules = new HashSet<(string, string)>();
        while (characters.Count + merged.Count < options.VocabularySize - options.FixedPieces)
        {
            var pairs = words.SelectMany(word => word.Zip(word.Skip(1))).Where(pair => IsPiece(pair.First + pair.Second)).GroupBy(pair => pair).ToList();
            var best = pairs.OrderByDescending(group => rules.Contains(group.Key)).ThenByDescending(group => group.Count()).ThenBy(group => (group.Key.First + group.Key.Second).Length)
                .ThenBy(group => (group.Key.First + group.Key.Second).Replace('▁', ' '), StringComparer.Ordinal).ThenBy(group => Id(group.Key.First)).FirstOrDefault();
            if (best is null)
                break;
            rules.Add(best.Key);
            var text = best.Key.First + best.Key.Second;
            if (!merged.Contains(text))
                merged.Add(text);
            foreach (var word in words)
            {
                for (var i = 0; i + 1 < word.Count; i++)
                {
                    if ((word[i], word[i + 1]) != best.Key)
                        continue;
                    word[i] = text;
                    word.RemoveAt(i + 1);
                }
            }
        }
        return [.. merged, .. characters];

        int Id(string piece) => characters.IndexOf(piece) is var at && at >= 0 ? at : characters.Count + merged.IndexOf(piece);

        bool IsPiece(string text)
        {
            if (text.Length > options.MaximumPieceLength || options.SpecialTokens.Contains(text) || text.Any(c => !characters.Contains(c.ToString())))
                return false;
            var spaces = options.SplitsWhitespace ? text.LastIndexOf('▁') > 0 : text[^1] == '▁';
            if (spaces || (options.SplitsDigits && text.Any(char.IsDigit)))
                return false;
            // A mark is of the script before it; a digit is as punctuation, or breaks no script and begins none.
            var runs = text.Replace("▁", "").Replace("\u0301", "");
            var parts = options.SplitsNumbers ? [runs.Replace('1', '-').Replace('2', '-')] : runs.Split('1', '2');
            return !options.SplitsScripts || parts.All(part => part.Distinct().Select(c => c == '中' ? 2 : c == '-' ? 0 : 1).Distinct().Count() < 2);
        }
    }
}
