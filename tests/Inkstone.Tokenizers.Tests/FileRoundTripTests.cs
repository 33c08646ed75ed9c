using System.Text;
using System.Text.Json.Nodes;
using Inkstone.Foundation.Errors;

namespace Inkstone.Tokenizers.Tests;

/// <summary>Published files of every form, read and written again.</summary>
public sealed class FileRoundTripTests
{
    public static TheoryData<string> Models =>
    [
        "llama2/tokenizer.model", "mistral/mistral_instruct_tokenizer_240323.model.v3", "xlnet/spiece.model", "cluecorpussmall_spm.model", "sentencepiece/test_model.model",
        "sentencepiece/test_ja_model.model",
    ];

    [SharedDataTheory, MemberData(nameof(Models))]
    public void SentencePieceModelsKeepTheirBytes(string path)
    {
        var bytes = Read(path);
        Assert.Equal(bytes, Tokenizer.FromSentencePiece(bytes).ToSentencePiece());
    }

    [SharedDataTheory]
    [InlineData("tiktoken/cl100k_base.tiktoken")]
    [InlineData("llama3/tokenizer.model")]
    public void RankFilesKeepTheirBytes(string path) => Assert.Equal(Read(path), Tokenizer.FromRanks(Read(path), PreTokenizer.Gpt4).ToRanks());

    [SharedDataTheory]
    [InlineData("bert/bert-base-cased-vocab.txt")]
    [InlineData("bert/bert-base-uncased-vocab.txt")]
    [InlineData("bert/bert-base-chinese-vocab.txt")]
    public void VocabulariesOfWordPieceKeepTheirBytes(string path) => Assert.Equal(Read(path), Tokenizer.FromVocabulary(Read(path)).ToVocabulary());

    [SharedDataTheory]
    [InlineData("gpt2/encoder.json", "gpt2/vocab.bpe", 50256)]
    [InlineData("qwen2/vocab.json", "qwen2/merges.txt", 151643)]
    public void VocabulariesOfBytePairsStayAsTheyAre(string vocabulary, string merges, int end)
    {
        AddedToken[] added = [new(end, "<|endoftext|>")];
        var tokenizer = Tokenizer.FromMerges(Read(vocabulary), Read(merges), addedTokens: added);
        var (tokens, rules) = tokenizer.ToMerges();
        Assert.Equal(Read(merges), rules);
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(Read(vocabulary)), JsonNode.Parse(tokens)));
        var again = Tokenizer.FromMerges(tokens, rules, addedTokens: added);
        Assert.Equal(tokenizer.ToJson(), again.ToJson());
        Assert.Equal(tokens, again.ToMerges().Vocabulary);
    }

    [SharedDataTheory]
    [InlineData("gpt2/tokenizer.json")]
    [InlineData("phi3/tokenizer.json")]
    [InlineData("bert/all-MiniLM-L6-v2.tokenizer.json")]
    public void TokenizersStayAsTheyAre(string path)
    {
        var written = Tokenizer.FromJson(Read(path)).ToJson();
        Assert.Equal(written, Tokenizer.FromJson(written).ToJson());
        var (before, after) = (JsonNode.Parse(Read(path))!, JsonNode.Parse(written)!);
        // Older files write rules as strings and leave out settings that are as they are by default; nothing that they hold changes.
        Assert.Null(Lost(before, after));
    }

    [SharedDataTheory]
    [InlineData("phi3/tokenizer_config.json")]
    [InlineData("qwen2/tokenizer_config.json")]
    public void ConfigurationsStayAsTheyAre(string path)
    {
        var config = TokenizerConfig.FromJson(Read(path));
        var written = config.ToJson();
        Assert.Equal(written, TokenizerConfig.FromJson(written).ToJson());
        var (before, after) = (JsonNode.Parse(Read(path))!.AsObject(), JsonNode.Parse(written)!.AsObject());
        foreach (var (name, value) in after)
            Assert.True(JsonNode.DeepEquals(before[name], value), name);
        foreach (var name in (string[])["added_tokens_decoder", "additional_special_tokens", "chat_template", "model_max_length", "eos_token", "pad_token", "tokenizer_class"])
            Assert.True(after.ContainsKey(name), name);
    }

    [Fact]
    public void AFolderOfFilesIsWrittenAndReadAgain()
    {
        var config = new TokenizerConfig
        {
            Roles = new Dictionary<string, string> { ["bos_token"] = "<s>", ["eos_token"] = "<|endoftext|>", ["pad_token"] = "<p>" },
            AddedTokens = [new(3, "<é>", IsSpecial: false) { StripsLeft = true, IsNormalized = true }, new(7, "<|x|>") { IsSingleWord = true, StripsRight = true }],
            AdditionalSpecials = ["<|x|>", "中"],
            ChatTemplates = new Dictionary<string, string> { ["default"] = "{{ a }}", ["tool_use"] = "\"b\"\n" },
            MaximumLength = 77,
            TokenizerClass = "X",
            AddsBeginOfText = true,
            AddsEndOfText = false,
            Lowercases = true,
        };
        var folder = Directory.CreateTempSubdirectory("inkstone-config-").FullName;
        File.WriteAllBytes(Path.Combine(folder, "special_tokens_map.json"), config.ToSpecialTokensMap());
        var map = TokenizerConfig.FromFolder(folder)!;
        Assert.Equal(config.ToSpecialTokensMap(), map.ToSpecialTokensMap());
        Assert.Equal(config.Roles, map.Roles);
        Assert.Equal(config.AdditionalSpecials, map.AdditionalSpecials);
        File.WriteAllBytes(Path.Combine(folder, "tokenizer_config.json"), config.ToJson());
        var again = TokenizerConfig.FromFolder(folder)!;
        Assert.Equal(config.ToJson(), again.ToJson());
        Assert.Equal(config.AddedTokens, again.AddedTokens);
        Assert.Equal(config.ChatTemplates, again.ChatTemplates);
        Assert.Equal((77, "X", true, false, true), (again.MaximumLength, again.TokenizerClass, again.AddsBeginOfText, again.AddsEndOfText, again.Lowercases));

        File.WriteAllBytes(Path.Combine(folder, "tokenizer.json"), Samples.Trained.ToJson());
        var loaded = JsonNode.Parse(Tokenizer.Load(folder).ToConfigJson(maximumLength: 5))!;
        Assert.Equal(("<|endoftext|>", "<p>", 5, "tool_use"), ((string?)loaded["eos_token"], (string?)loaded["pad_token"], (int?)loaded["model_max_length"], (string?)loaded["chat_template"]![1]!["name"]));
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public void WhatHasNoSuchFormIsRefused()
    {
        Assert.Throws<InkstoneRequestException>(() => Samples.Trained.ToVocabulary());
        var words = Tokenizer.FromVocabulary("[UNK]\na\n##b\n"u8);
        Assert.Equal("[UNK]\na\n##b\n"u8.ToArray(), words.ToVocabulary());
        Assert.Throws<InkstoneRequestException>(() => words.ToMerges());
        var spaced = Tokenizer.FromJson(Encoding.UTF8.GetBytes("""{"model":{"type":"BPE","vocab":{" ":0,"a":1," a":2},"merges":[[" ","a"]]}}"""));
        Assert.Throws<InkstoneRequestException>(() => spaced.ToMerges());
    }

    private static byte[] Read(string path) => File.ReadAllBytes(SharedData.Path("tokenizers/" + path));

    /// <summary>The place of something that was there before and is not, or is otherwise, after.</summary>
    private static string? Lost(JsonNode? before, JsonNode? after)
    {
        switch (before)
        {
            case JsonObject members:
                return members.Select(member => after is JsonObject && Lost(member.Value, after[member.Key]) is { } lost ? $"{member.Key}.{lost}" : after is JsonObject ? null : member.Key)
                    .FirstOrDefault(lost => lost is not null);
            case JsonArray items:
                if (after is not JsonArray others || others.Count != items.Count)
                    return "count";
                for (var i = 0; i < items.Count; i++)
                {
                    if (Lost(items[i], others[i]) is { } lost)
                        return $"[{i}].{lost}";
                }
                return null;
            default:
                return JsonNode.DeepEquals(before, after) || (after is JsonArray pair && before?.ToString() == string.Join(' ', pair.Select(token => token!.ToString()))) ? null
                    : $"{before?.ToJsonString()} → {after?.ToJsonString()}";
        }
    }
}
