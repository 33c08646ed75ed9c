using System.Text;
using System.Text.Json.Nodes;

namespace Inkstone.Tokenizers.Tests;

/// <summary>Rules of pairs, offsets and decoding that random pipelines beside npm tokenizers brought to light.</summary>
public sealed class EncodingRuleTests
{
    private const string Mask = """[{"id":39,"content":"<mask>","single_word":false,"lstrip":true,"rstrip":false,"normalized":false,"special":true}]""";

    [Fact]
    public void ASecondTextIsSegment1WithoutSpecialTokensToo()
    {
        var tokenizer = With("post_processor", """{"type":"BertProcessing","sep":["s",7],"cls":["a",1]}""");
        Assert.Equal([0, 1], tokenizer.EncodeDetailed("a", "b").TypeIds);
        Assert.Equal([0, 0, 0, 1, 1], tokenizer.EncodeDetailed("a", "b", new() { AddSpecial = true }).TypeIds);
    }

    [Theory]
    [InlineData("a <mask>", true, 2, 8)]
    [InlineData(" <mask>", true, 0, 7)]
    [InlineData(" <mask>", false, 1, 7)]
    [InlineData("  <mask>", true, 2, 8)]
    public void WhiteSpaceThatAnAddedTokenTakesInIsTrimmed(string text, bool addsPrefixSpace, int start, int end)
    {
        var tokenizer = With("post_processor", $$"""{"type":"ByteLevel","add_prefix_space":{{(addsPrefixSpace ? "true" : "false")}},"trim_offsets":true,"use_regex":true}""", Mask);
        Assert.Equal(new TextRange(start, end), tokenizer.EncodeDetailed(text, options: new() { Specials = Specials.All }).Offsets[^1]);
    }

    [Fact]
    public void ATokenLookedForInNormalisedTextIsDecodedNormalised()
    {
        var tokenizer = With("normalizer", """{"type":"Lowercase"}""", Mask.Replace("<mask>", "NEW").Replace("\"normalized\":false", "\"normalized\":true"));
        Assert.Equal("new", tokenizer.Decode(tokenizer.Encode("New", Specials.All)));
        Assert.Equal("NEW", tokenizer.IdToToken(39));
    }

    [Fact]
    public void ByteLevelDecodingMakesOneToken()
    {
        var tokenizer = With("decoder", """{"type":"Sequence","decoders":[{"type":"ByteLevel"},{"type":"BPEDecoder","suffix":"a"}]}""");
        Assert.Equal("btheb", tokenizer.Decode([2, 11, 2]));
    }

    private static Tokenizer With(string component, string value, string added = "[]")
    {
        var file = JsonNode.Parse(PipelineSamples.All["wordlevel"])!;
        file["added_tokens"] = JsonNode.Parse(added);
        file[component] = JsonNode.Parse(value);
        return Tokenizer.FromJson(Encoding.UTF8.GetBytes(file.ToJsonString()));
    }
}
