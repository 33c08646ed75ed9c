using System.Text;
using Inkstone.Foundation.Errors;

namespace Inkstone.Tokenizers.Tests;

public sealed class RankFileTests
{
    private static readonly byte[] Small = Encoding.ASCII.GetBytes(string.Concat(
        Enumerable.Range(0, 256).Select(value => $"{Convert.ToBase64String([(byte)value])} {value}\n")
            .Concat(new[] { "in", "ink", " in", " ink", "st" }.Select((text, i) => $"{Convert.ToBase64String(Encoding.ASCII.GetBytes(text))} {256 + i}\n"))));

    [Fact]
    public void RanksAreReadAndWrittenAgain()
    {
        var tokenizer = Tokenizer.FromRanks(Small, PreTokenizer.Gpt4, [new(300, "<|endoftext|>")]);
        Assert.Equal(Small, tokenizer.ToRanks());
        Assert.Equal(301, tokenizer.VocabularySize);
        Assert.Equal([257, 259, 300], tokenizer.Encode("ink ink<|endoftext|>", Specials.All));
        Assert.Equal(300, tokenizer.EndOfText);
    }

    [Fact]
    public void ATrainedVocabularyIsWrittenAndCutsTextAlike()
    {
        var trained = Samples.Trained;
        var again = Tokenizer.FromRanks(trained.ToRanks(), trained.PreTokenizer!);
        var text = Samples.FixtureBytes("varied.txt");
        Assert.Equal(trained.Encode(text), again.Encode(text));
    }

    [Theory]
    [InlineData("YQ==\n", "none of a rank file")]
    [InlineData("YQ== x\n", "none of a rank file")]
    [InlineData("YQ== -1\n", "none of a rank file")]
    [InlineData("Y 0\n", "not base 64")]
    [InlineData("YQ== 0\nYg== 0\n", "two tokens have one rank")]
    [InlineData("YQ== 0\nYQ== 1\n", "the same token")]
    [InlineData("YQ== 0\n", "do not cover all bytes")]
    [InlineData("YQ== 1000000\n", "far beyond")]
    [InlineData("", "do not cover all bytes")]
    public void BrokenFilesAreRefused(string text, string part) =>
        Assert.Contains(part, Assert.Throws<InkstoneFormatException>(() => Tokenizer.FromRanks(Encoding.ASCII.GetBytes(text), PreTokenizer.Gpt4)).Message);

    [Fact]
    public void AnIdIsGivenOnce() =>
        Assert.Throws<InkstoneRequestException>(() => Tokenizer.FromRanks(Small, PreTokenizer.Gpt4, [new(257, "<|endoftext|>")]));

    [Fact]
    public void SpecialTokensOfPublishedFilesHaveTheirIds()
    {
        Assert.Equal("<|eot_id|>", RankVocabularies.Llama3Specials.Single(token => token.Id == 128_009).Content);
        Assert.Equal("<|reserved_special_token_250|>", RankVocabularies.Llama3Specials[^1].Content);
        Assert.Equal(256, RankVocabularies.Llama3Specials.Select(token => token.Content).Distinct().Count());
        Assert.Equal(100_276, RankVocabularies.Cl100kSpecials[^1].Id);
    }
}
