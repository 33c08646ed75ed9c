using Inkstone.Foundation.Errors;

namespace Inkstone.Tokenizers.Tests;

/// <summary>Tokenizers of GGUF metadata: what is read, what holds by default, what is refused.</summary>
public sealed class GgufTests
{
    public static TheoryData<string> Kinds => [.. GgufSamples.Small.Keys];

    [Theory]
    [InlineData("llama", "ab bc", "8 3 5 0", "1 8 3 5 0", "ab b")]
    [InlineData("gpt2", " ab<b>", "258 260", "259 258 260", " ab<b>")]
    [InlineData("bert", "AB. b a?", "6 7 1 4 1", "2 6 7 1 4 1 3", "ab. a")]
    [InlineData("t5", "a b", "4 3 5", "4 3 5 1", "a b")]
    public void SmallFilesEncodeAsTheyShould(string kind, string text, string ids, string detailed, string decoded)
    {
        var tokenizer = Tokenizer.FromGguf(GgufSamples.Small[kind]().ToMetadata());
        Assert.Equal(ids, string.Join(' ', tokenizer.Encode(text)));
        Assert.Equal(detailed, string.Join(' ', tokenizer.EncodeDetailed(text, null, new() { AddSpecial = true }).Ids));
        Assert.Equal(decoded, tokenizer.Decode(tokenizer.Encode(text), skipSpecials: true));
    }

    [Theory, MemberData(nameof(Kinds))]
    public void ControlTokensAreNotTyped(string kind)
    {
        var tokenizer = Tokenizer.FromGguf(GgufSamples.Small[kind]().ToMetadata());
        // Text that no token covers is unknown, and so is the name of that in the small vocabularies.
        foreach (var token in tokenizer.AddedTokens.Where(token => token.Content is not ("<unk>" or "[UNK]")))
        {
            Assert.Equal(!token.IsSpecial, tokenizer.Encode(token.Content).SequenceEqual([token.Id]));
            Assert.Equal([token.Id], tokenizer.Encode(token.Content, Specials.All));
        }
    }

    [Fact]
    public void ATokenIsAControlTokenByItsNameToo()
    {
        var tokenizer = Tokenizer.FromGguf(GgufSamples.Small["llama"]().Tokenizer("tokens", (string[])["<unk>", "<s>", "</s>", "▁", "a", "b", "▁a", "ab", "▁ab", "<|im_end|>"]).ToMetadata());
        Assert.True(tokenizer.IsSpecial(9));
        Assert.DoesNotContain(9, tokenizer.Encode("a<|im_end|>"));
    }

    [Fact]
    public void TokensOfPhi3TakeTheSpaceAfterThem()
    {
        var tokenizer = Tokenizer.FromGguf(GgufSamples.Small["gpt2"]().Set("general.name", "Phi-3 mini").ToMetadata());
        Assert.Equal([259, 97], tokenizer.Encode("<|end|> \na", Specials.All));
    }

    [Fact]
    public void FlagsSayWhatIsAdded()
    {
        var file = GgufSamples.Small["llama"]().Tokenizer("add_bos_token", false).Tokenizer("add_eos_token", true).Tokenizer("add_space_prefix", false);
        var tokenizer = Tokenizer.FromGguf(file.ToMetadata());
        Assert.Equal([7, 2], tokenizer.EncodeDetailed("ab", null, new() { AddSpecial = true }).Ids);
        Assert.Equal((1, 2), (tokenizer.BeginOfText, tokenizer.EndOfText));
        Assert.Equal((false, true), (tokenizer.Config!.AddsBeginOfText, tokenizer.Config.AddsEndOfText));
    }

    [Fact]
    public void RunsOfSpacesBecomeOneWhereTheFileSaysSo()
    {
        var tokenizer = Tokenizer.FromGguf(GgufSamples.Small["t5"]().Tokenizer("remove_extra_whitespaces", true).ToMetadata());
        Assert.Equal([6, 3, 7], tokenizer.Encode("  a   ab "));
        Assert.Empty(tokenizer.Encode("   "));
    }

    [Fact]
    public void FilesOfTheFirstDaysSayNoKinds()
    {
        var file = GgufSamples.Small["llama"]().Without("token_type").Tokenizer("bos_token_id", 1u).Tokenizer("eos_token_id", 2u).Tokenizer("padding_token_id", uint.MaxValue);
        var tokenizer = Tokenizer.FromGguf(file.ToMetadata());
        Assert.True(tokenizer.IsSpecial(1) && tokenizer.IsSpecial(2) && !tokenizer.IsSpecial(9));
    }

    [Fact]
    public void TemplatesRolesAndLengthAreRead()
    {
        var file = GgufSamples.Small["llama"]().Set("tokenizer.chat_template", "one").Set("tokenizer.chat_template.tool_use", "two").Set("tokenizer.chat_templates", (string[])["tool_use"])
            .Set("llama.context_length", 4096u).Tokenizer("bos_token_id", 1u);
        var config = Tokenizer.FromGguf(file.ToMetadata()).Config!;
        Assert.Equal("default one, tool_use two", string.Join(", ", config.ChatTemplates.Select(pair => pair.Key + " " + pair.Value)));
        Assert.Equal("<s>", config.Roles["bos_token"]);
        Assert.Equal(4096, config.MaximumLength);
    }

    [Fact]
    public void AFileIsLoadedByItsName()
    {
        var path = Path.Combine(Directory.CreateTempSubdirectory("inkstone-gguf-").FullName, "model.gguf");
        File.WriteAllBytes(path, GgufSamples.Small["llama"]().Set("tokenizer.chat_template", "one").ToBytes());
        var tokenizer = Tokenizer.Load(path);
        Assert.Equal("one", tokenizer.Config!.ChatTemplates["default"]);
        Assert.Equal([8], tokenizer.Encode("ab"));
        Directory.Delete(Path.GetDirectoryName(path)!, recursive: true);
        Assert.Throws<InkstoneNotFoundException>(() => Tokenizer.Load(path));
    }

    [Theory]
    [InlineData("llama", "model", "rwkv", "rwkv")]
    [InlineData("gpt2", "pre", "superbpe2", "superbpe2")]
    public void WhatIsNotSupportedIsRefusedByName(string kind, string key, string value, string named)
    {
        var error = Assert.Throws<InkstoneFormatException>(() => Tokenizer.FromGguf(GgufSamples.Small[kind]().Tokenizer(key, value).ToMetadata()));
        Assert.Contains(named, error.Message);
        Assert.Contains("tokenizer.ggml." + key, error.Message);
    }

    public static TheoryData<string, string, object?> Broken => new()
    {
        { "llama", "model", null }, { "llama", "model", 1 }, { "llama", "tokens", null }, { "llama", "tokens", Array.Empty<byte>() }, { "llama", "tokens", (string[])["a", "b"] },
        { "llama", "tokens", (string[])["<unk>", "<s>", "</s>", "▁", "a", "a", "▁a", "ab", "▁ab", "<b>"] }, { "llama", "scores", null }, { "llama", "scores", (float[])[1] },
        { "llama", "scores", (float[])[1, 1, 1, 1, 1, 1, 1, 1, float.NaN, 1] }, { "llama", "token_type", (int[])[1] }, { "llama", "token_type", (int[])[2, 3, 3, 1, 1, 1, 1, 1, 1, 7] },
        { "llama", "token_type", (int[])[2, 3, 3, 1, 1, 1, 1, 1, 1, 6] }, { "llama", "bos_token_id", 10u }, { "llama", "bos_token_id", -2 }, { "llama", "bos_token_id", "1" },
        { "llama", "add_bos_token", 1 }, { "gpt2", "merges", null }, { "gpt2", "merges", (string[])["a b", "a b"] }, { "gpt2", "merges", (string[])["a c"] }, { "gpt2", "merges", (string[])["ab"] },
        { "gpt2", "merges", (string[])["a  b"] }, { "gpt2", "merges", (string[])["a 中"] }, { "gpt2", "tokens", (string[])["a", "b"] }, { "gpt2", "eos_token_id", 999u }, { "gpt2", "pre", 3 },
        { "bert", "unknown_token_id", 99u }, { "bert", "unknown_token_id", null }, { "bert", "tokens", (string[])["[PAD]", "[UNK]", "[CLS]", "[SEP]", "▁a", "b", "▁ab", "▁##b", "a"] },
        { "t5", "precompiled_charsmap", (byte[])[1, 2, 3] }, { "t5", "precompiled_charsmap", (int[])[1, 2, 3] }, { "t5", "scores", null }, { "t5", "unknown_token_id", 99u },
    };

    [Theory, MemberData(nameof(Broken))]
    public void BrokenMetadataIsRefusedWithItsPlace(string kind, string key, object? value)
    {
        var file = GgufSamples.Small[kind]();
        file = value is null ? file.Without(key) : file.Tokenizer(key, value);
        Assert.Matches("test.gguf|token", Assert.Throws<InkstoneFormatException>(() => Tokenizer.FromGguf(file.ToMetadata())).Message);
    }

    [Fact]
    public void AFlagWithoutATokenIsRefused() =>
        Assert.Throws<InkstoneFormatException>(() => Tokenizer.FromGguf(GgufSamples.Small["gpt2"]().Without("bos_token_id").ToMetadata()));
}
