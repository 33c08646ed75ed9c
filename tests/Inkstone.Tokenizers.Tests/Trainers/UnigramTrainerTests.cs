using System.Text;
using System.Text.Json.Nodes;
using Inkstone.Foundation.Errors;
using Inkstone.Foundation.Randomness;

namespace Inkstone.Tokenizers.Tests;

public sealed class UnigramTrainerTests
{
    [Fact]
    public void SuffixesAreInOrder()
    {
        for (var seed = 0; seed < 40; seed++)
        {
            var random = Rng.From(seed).Split("suffixes").Cursor();
            var symbols = Enumerable.Range(0, 400).Select(_ => random.NextInt(seed % 2 == 0 ? 3 : 8)).Append(0).ToArray();
            const int Depth = 6;
            var order = SuffixOrder.Sort([.. symbols, 0], 8, Depth, new());
            Assert.Equal(Enumerable.Range(0, symbols.Length).Where(place => symbols[place] != 0).OrderBy(Beginning, StringComparer.Ordinal).ThenBy(place => place), order);

            string Beginning(int place) => new([.. symbols[place..].TakeWhile(symbol => symbol != 0).Take(Depth).Select(symbol => (char)symbol)]);
        }
    }

    [Fact]
    public void SeedsAreTheStringsThatRecur()
    {
        for (var seed = 0; seed < 60; seed++)
        {
            var random = Rng.From(seed).Split("seeds").Cursor();
            var texts = Enumerable.Range(0, 8).Select(_ => string.Concat(Enumerable.Range(0, 1 + random.NextInt(9)).Select(_ => "ab"[random.NextInt(2)]))).ToList();
            var options = new UnigramTrainerOptions { MaximumPieceLength = 5 };
            var words = Words(texts);
            var characters = words.CountCharacters();
            var (pieces, scores) = new UnigramSeeds(words, characters, options).Find(new());
            // Naively: every string of 2 to 5 characters, how often it occurs, and whether each way of making it longer loses occurrences.
            var counts = new Dictionary<string, long>();
            foreach (var text in texts)
            {
                for (var start = 0; start < text.Length; start++)
                {
                    for (var length = 1; length <= Math.Min(5, text.Length - start); length++)
                        counts[text.Substring(start, length)] = counts.GetValueOrDefault(text.Substring(start, length)) + 1;
                }
            }
            var expected = counts.Where(entry => entry.Key.Length == 1 || (entry.Value >= 2
                && (entry.Key.Length == 5 || "ab".All(next => counts.GetValueOrDefault(entry.Key + next) < entry.Value))));
            var total = expected.Sum(entry => (double)entry.Value * entry.Key.Length);
            Assert.Equal(expected.Select(entry => entry.Key).Order(StringComparer.Ordinal), Enumerable.Range(0, pieces.Count).Select(id => Encoding.UTF8.GetString(pieces[id])));
            for (var id = 0; id < pieces.Count; id++)
            {
                var text = Encoding.UTF8.GetString(pieces[id]);
                Assert.Equal(Math.Log(counts[text] * text.Length / total), scores[id], 9);
            }
        }
    }

    [Fact]
    public void ExpectationIsTheMeanOverAllWays()
    {
        for (var seed = 0; seed < 100; seed++)
        {
            var random = Rng.From(seed).Split("expectation").Cursor();
            string[] texts = ["a", "ab", "b", "ba", "bab", "é"];
            var scores = texts.Select(_ => -1 - 4.0 * random.NextUniform()).ToArray();
            var pieces = new UnigramPieces(PieceBlock.Of([.. texts.Select(Encoding.UTF8.GetBytes)]), scores, texts.Length, -20);
            var word = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Range(0, 1 + random.NextInt(9)).Select(_ => "aabbé中"[random.NextInt(6)])));
            var expected = new double[texts.Length];
            var log = new UnigramExpectation().Add(pieces.Trie, [.. scores.Select(Math.Exp)], Math.Exp(-20), 4, word, 3, expected);
            var all = NaiveUnigram.All(pieces, word);
            var total = all.Sum(way => Math.Exp(way.Score));
            Assert.Equal(Math.Log(total), log, 9);
            for (var id = 0; id < texts.Length; id++)
                Assert.Equal(3 * all.Sum(way => Math.Exp(way.Score) / total * way.Ids.Count(used => used == id)), expected[id], 9);
        }
    }

    [Fact]
    public void ALongWordOfImprobableCharactersDoesNotVanish()
    {
        var pieces = new UnigramPieces(PieceBlock.Of(["a"u8.ToArray(), "aa"u8.ToArray()]), [-30, -60], 2, -70);
        var expected = new double[2];
        var word = Enumerable.Repeat((byte)'a', 5000).ToArray();
        var log = new UnigramExpectation().Add(pieces.Trie, [Math.Exp(-30), Math.Exp(-60)], Math.Exp(-70), 4, word, 1, expected);
        Assert.Equal(new UnigramLattice(pieces, word).LogSum(1), log, 6);
        Assert.Equal(5000, expected[0] + 2 * expected[1], 6);
    }

    [Fact]
    public void ThreadsAndTheOrderOfTextsChangeNothing()
    {
        var options = new UnigramTrainerOptions { VocabularySize = 600, AllowSmaller = true };
        var one = SentencePieceWriter.Write(UnigramTrainer.Train(Samples.VariedLines, options with { Threads = 1 }).File);
        Assert.Equal(one, SentencePieceWriter.Write(UnigramTrainer.Train(Samples.VariedLines, options with { Threads = 3 }).File));
        Assert.Equal(one, SentencePieceWriter.Write(UnigramTrainer.Train(Samples.VariedLines.Reverse(), options).File));
    }

    [Fact]
    public void IdsAreUnknownSpecialsUserDefinedBytesThenPieces()
    {
        var texts = Enumerable.Repeat("the ink dries on the <t> stone 2024 2025", 20);
        var options = new UnigramTrainerOptions
        {
            VocabularySize = 300,
            UserDefined = ["<t>"],
            HasByteFallback = true,
            SplitsDigits = true,
            AllowSmaller = true,
        };
        var model = new SentencePieceModel(UnigramTrainer.Train(texts, options).File);
        string[] shown = [.. Enumerable.Range(0, model.File.Pieces.Count).Select(id => Encoding.UTF8.GetString(model.File.Pieces[id]))];
        Assert.Equal(["<unk>", "<s>", "</s>", "<t>", "<0x00>"], shown[..5]);
        Assert.Equal("<0xFF>", shown[259]);
        Assert.Equal((1, 2), (model.File.BeginId, model.File.EndId));
        Assert.Contains("▁the", shown);
        Assert.DoesNotContain(shown[260..], piece => piece.Length > 1 && piece.Any(char.IsDigit));
        Assert.Contains(3, model.Encode("a <t> b"u8));
        Assert.Equal("the stone 𠮷", model.Decode(model.Encode("the stone 𠮷"u8)));
        Assert.Equal(model.File.Scores[260..].OrderDescending(), model.File.Scores[260..]);
    }

    [Fact]
    public void WordsThatDoNotFitAreSampledAndTheShareIsSaid()
    {
        var random = Rng.From(3).Cursor();
        var texts = Enumerable.Range(0, 2000).Select(_ => string.Concat(Enumerable.Range(0, 8).Select(_ => (char)('a' + random.NextInt(20))))).ToList();
        var options = new UnigramTrainerOptions { VocabularySize = 150, MaximumSeedCharacters = 5000 };
        var result = UnigramTrainer.Train(texts, options);
        Assert.InRange(result.SeedShare, 0.2, 0.3);
        Assert.Equal(1, UnigramTrainer.Train(texts, options with { MaximumSeedCharacters = 50_000 }).SeedShare);
        Assert.Equal(SentencePieceWriter.Write(result.File), SentencePieceWriter.Write(UnigramTrainer.Train(texts, options).File));
    }

    [SharedDataFact]
    public void LikelihoodIsThatOfSentencePiece()
    {
        // unigram-likelihood.json: tests/oracles/make-unigram-likelihood.py, the score of all lines under the model that SentencePiece's
        // own trainer learns from them. At most half a per cent less is allowed.
        foreach (var (name, sizes) in JsonNode.Parse(Samples.Fixture("unigram-likelihood.json"))!.AsObject())
        {
            foreach (var (size, expected) in sizes!.AsObject())
            {
                var lines = File.ReadAllLines(SharedData.Path(name));
                var options = new UnigramTrainerOptions { VocabularySize = int.Parse(size, System.Globalization.CultureInfo.InvariantCulture) };
                var model = new SentencePieceModel(UnigramTrainer.Train(lines, options).File);
                var score = lines.Sum(line => model.Encode(Encoding.UTF8.GetBytes(line)).Sum(id => (double)model.File.Scores[id]));
                Assert.True(score >= 1.005 * (double)expected!, $"{name}, {size} pieces: {score}, SentencePiece {expected}");
            }
        }
    }

    [Theory]
    [InlineData("more than 3", 3, 0.9995)]
    [InlineData("no room for all characters", 8, 0.9995)]
    [InlineData("CharacterCoverage", 300, 0.1)]
    [InlineData("larger than the text supports", 5000, 0.9995)]
    public void RefusesWhatCannotBe(string part, int size, double coverage)
    {
        var options = new UnigramTrainerOptions { VocabularySize = size, CharacterCoverage = coverage };
        Assert.Contains(part, Assert.Throws<InkstoneRequestException>(() => UnigramTrainer.Train(["a short text, a short text"], options)).Message);
    }

    private static UnigramWords Words(IEnumerable<string> texts)
    {
        var counts = new PieceCounts();
        foreach (var text in texts)
            counts.Add(Encoding.UTF8.GetBytes(text));
        return UnigramWords.Of([counts]);
    }
}
