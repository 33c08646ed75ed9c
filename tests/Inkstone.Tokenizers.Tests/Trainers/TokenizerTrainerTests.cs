using System.Text;
using Inkstone.Foundation.Errors;
using Inkstone.Foundation.Randomness;

namespace Inkstone.Tokenizers.Tests;

public sealed class TokenizerTrainerTests
{
    public static TheoryData<TokenizerKind> Kinds => [.. Enum.GetValues<TokenizerKind>()];

    [Theory, MemberData(nameof(Kinds))]
    public void EveryKindTrainsEncodesAndComesBackFromItsFile(TokenizerKind kind)
    {
        var trained = TokenizerTrainer.Train(Samples.VariedLines, new() { Kind = kind, VocabularySize = 900, MinimumFrequency = 1, AllowSmaller = true, CharacterCoverage = 1 });
        var tokenizer = trained.Tokenizer;
        Assert.True(tokenizer.VocabularySize <= 900);
        var back = tokenizer.Parts.Model.TakesSource ? Tokenizer.FromSentencePiece(tokenizer.ToSentencePiece()) : Tokenizer.FromJson(tokenizer.ToJson());
        foreach (var text in Samples.VariedLines)
        {
            var ids = tokenizer.Encode(text);
            Assert.Equal(ids, back.Encode(text));
            Assert.Equal(ids, tokenizer.EncodeDetailed(text).Ids);
            Assert.Equal(tokenizer.Decode(ids), back.Decode(ids));
            if (kind is TokenizerKind.ByteLevelBpe or TokenizerKind.Byte)
                Assert.Equal(text, tokenizer.Decode(ids));
        }
    }

    [Theory, MemberData(nameof(Kinds))]
    public void StreamingIsDecoding(TokenizerKind kind)
    {
        var tokenizer = TokenizerTrainer.Train(Samples.VariedLines, new() { Kind = kind, VocabularySize = 700, MinimumFrequency = 1, AllowSmaller = true, HasByteFallback = true }).Tokenizer;
        var random = Rng.From(5).Cursor();
        for (var run = 0; run < 200; run++)
        {
            int[] ids = [.. Enumerable.Range(0, random.NextInt(30)).Select(_ => random.NextInt(tokenizer.VocabularySize))];
            var stream = new StreamingDecoder(tokenizer);
            var text = new StringBuilder();
            foreach (var id in ids)
            {
                var part = stream.Append(id);
                Assert.Equal(part, new string([.. part.EnumerateRunes().SelectMany(rune => rune.ToString())])); // whole characters
                text.Append(part);
            }
            Assert.Equal(tokenizer.Decode(ids), text.Append(stream.Finish()).ToString());
        }
    }

    [Fact]
    public void DigitsAreSplitWhereAsked()
    {
        foreach (var kind in (TokenizerKind[])[TokenizerKind.ByteLevelBpe, TokenizerKind.CharacterBpe, TokenizerKind.Unigram, TokenizerKind.WordPiece, TokenizerKind.Word])
        {
            var tokenizer = TokenizerTrainer.Train(Enumerable.Repeat("in 2026 and 2027 there were 20262027 things", 50), new() { Kind = kind, VocabularySize = 400, AllowSmaller = true, SplitsDigits = true }).Tokenizer;
            Assert.All(Enumerable.Range(0, tokenizer.VocabularySize).Select(tokenizer.IdToToken), token => Assert.True(token is null || token.StartsWith('<') || token.Count(char.IsAsciiDigit) <= 1, token));
        }
    }

    [Fact]
    public void UserDefinedTokensAreText()
    {
        foreach (var kind in Enum.GetValues<TokenizerKind>())
        {
            var tokenizer = TokenizerTrainer.Train(Samples.VariedLines, new() { Kind = kind, VocabularySize = 900, MinimumFrequency = 1, AllowSmaller = true, CharacterCoverage = 1, UserDefined = ["::::"] }).Tokenizer;
            Assert.Contains(tokenizer.TokenToId("::::")!.Value, tokenizer.Encode("a::::b"));
            Assert.False(tokenizer.IsSpecial(tokenizer.TokenToId("::::")!.Value));
        }
    }

    [Fact]
    public void LowerCasingIsPartOfTheTokenizer()
    {
        var tokenizer = TokenizerTrainer.Train(Samples.VariedLines, new() { VocabularySize = 400, Lowercases = true }).Tokenizer;
        Assert.Equal(tokenizer.Encode("the ink"), tokenizer.Encode("THE Ink"));
        Assert.Equal("the ink", tokenizer.Decode(tokenizer.Encode("THE Ink")));
    }

    [Fact]
    public void TooLargeAVocabularyIsAnError() =>
        Assert.Throws<InkstoneRequestException>(() => TokenizerTrainer.Train(["a few words"], new() { Kind = TokenizerKind.WordPiece, VocabularySize = 5_000 }));

    [Fact]
    public void SampledWaysDecodeToTheSameText()
    {
        var random = Rng.From(3).Cursor();
        foreach (var kind in (TokenizerKind[])[TokenizerKind.ByteLevelBpe, TokenizerKind.Unigram, TokenizerKind.SentencePieceBpe])
        {
            var tokenizer = TokenizerTrainer.Train(Samples.VariedLines, new() { Kind = kind, VocabularySize = 900, MinimumFrequency = 1, AllowSmaller = true, CharacterCoverage = 1 }).Tokenizer;
            var ways = new HashSet<string>();
            var text = Samples.VariedLines.First(line => line.Length > 40).Trim();
            for (var i = 0; i < 30; i++)
            {
                var ids = tokenizer.EncodeSampled(text, random, 0.3);
                Assert.Equal(tokenizer.Decode(tokenizer.Encode(text)), tokenizer.Decode(ids));
                ways.Add(string.Join(' ', ids));
            }
            Assert.True(ways.Count > 5);
            Assert.Equal(tokenizer.Encode(text), kind == TokenizerKind.Unigram ? tokenizer.EncodeBest(text, 3)[0].Ids : tokenizer.EncodeSampled(text, random, 0));
        }
    }

    [Fact]
    public void TheBestWaysAreInOrderAndDiffer()
    {
        var tokenizer = TokenizerTrainer.Train(Samples.VariedLines, new() { Kind = TokenizerKind.Unigram, VocabularySize = 900, AllowSmaller = true, CharacterCoverage = 1 }).Tokenizer;
        var ways = tokenizer.EncodeBest("the bright moonlight", 8);
        Assert.Equal(8, ways.Count);
        Assert.Equal(ways.OrderByDescending(way => way.Score), ways);
        Assert.Equal(8, ways.Select(way => string.Join(' ', way.Ids)).Distinct().Count());
        Assert.All(ways, way => Assert.Equal("the bright moonlight", tokenizer.Decode(way.Ids)));
    }
}
