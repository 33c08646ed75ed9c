using System.Text;
using System.Text.Json.Nodes;
using Inkstone.Foundation.Errors;
using Inkstone.Foundation.Randomness;

namespace Inkstone.Tokenizers.Tests;

public sealed class TokenizerJsonTests
{
    public static TheoryData<PreTokenizerKind> Kinds => [.. Enum.GetValues<PreTokenizerKind>()];

    [Theory, MemberData(nameof(Kinds))]
    public void WhatIsWrittenReadsBackTheSame(PreTokenizerKind kind)
    {
        var options = new BpeTrainerOptions { VocabularySize = 600, MinimumFrequency = 1, PreTokenizer = kind, SpecialTokens = ["<s>", "</s>", "<|user|>", "<é 中>"] };
        var tokenizer = BpeTrainer.Train(Samples.VariedLines, options);
        var json = tokenizer.ToJson();
        var back = Tokenizer.FromJson(json);
        Assert.Equal(json, back.ToJson());
        Assert.Equal((0, 1), (back.BeginOfText, back.EndOfText));
        Assert.Equal(tokenizer.VocabularySize, back.VocabularySize);
        Assert.Same(tokenizer.PreTokenizer, back.PreTokenizer);
        Assert.Equal(tokenizer.AddedTokens, back.AddedTokens);
        var text = Samples.Fixture("varied.txt") + "<s><é 中>";
        Assert.Equal(tokenizer.Encode(text), back.Encode(text));
        Assert.Equal(tokenizer.Encode(text, Specials.All), back.Encode(text, Specials.All));
    }

    [Fact]
    public void TheConfigNamesTheRoles()
    {
        var config = JsonNode.Parse(Samples.Trained.ToConfigJson(maximumLength: 512))!;
        Assert.Equal("<|endoftext|>", (string?)config["eos_token"]);
        Assert.Equal("<|endoftext|>", (string?)config["bos_token"]);
        Assert.Equal(512, (int?)config["model_max_length"]);
    }

    [Fact]
    public void ReadsOldMergesAndAByteOrderMark()
    {
        var file = Parsed();
        var merges = file["model"]!["merges"]!.AsArray();
        file["model"]!["merges"] = new JsonArray([.. merges.Select(pair => (JsonNode)JsonValue.Create($"{pair![0]} {pair[1]}")!)]);
        file["model"]!.AsObject().Remove("type");
        byte[] bytes = [0xEF, 0xBB, 0xBF, .. Encoding.UTF8.GetBytes(file.ToJsonString())];
        Assert.Equal(Samples.Trained.ToJson(), Tokenizer.FromJson(bytes).ToJson());
    }

    [Fact]
    public void RolesAreAsTheCallerSays()
    {
        var json = Samples.Trained.ToJson();
        Assert.Null(Tokenizer.FromJson(json, SpecialRoles.None).EndOfText);
        Assert.Equal(0, Tokenizer.FromJson(json, new(null, "<|endoftext|>")).EndOfText);
        Assert.Throws<InkstoneRequestException>(() => Tokenizer.FromJson(json, new("<s>", null)));
    }

    [Theory]
    [InlineData("<s> </s> <pad>", "<s>", "</s>")]
    [InlineData("<|begin_of_text|> <|end_of_text|>", "<|begin_of_text|>", "<|end_of_text|>")]
    [InlineData("<|endoftext|>", "<|endoftext|>", "<|endoftext|>")]
    [InlineData("<pad>", null, null)]
    public void NamesTellRoles(string names, string? begin, string? end) => Assert.Equal(new(begin, end), SpecialRoles.FromNames(names.Split(' ')));

    /// <summary>Each changes a good file into a bad one; the error must hold the text beside it.</summary>
    public static TheoryData<string, string> Broken => new()
    {
        { "$.pre_tokenizer", """{}""" },
        { "$.pre_tokenizer", """{"type":"Metaspace","replacement":"ab"}""" },
        { "$.pre_tokenizer", """{"type":"Punctuation","behavior":"isolated"}""" },
        { "$.pre_tokenizer", """{"type":"FixedLength","length":0}""" },
        { "$.pre_tokenizer", """{"type":"Novelty"}""" },
        { "$.pre_tokenizer", """{"type":"Digits","novelty":1}""" },
        { "$.normalizer", """{"type":"Novelty"}""" },
        { "$.normalizer", """{"type":"Replace","pattern":{"Glob":"*"},"content":""}""" },
        { "$.normalizer", """{"type":"Precompiled","precompiled_charsmap":"&"}""" },
        { "$.normalizer", """{"type":"Precompiled","precompiled_charsmap":"AAAA"}""" },
        { "$.truncation", """{"max_length":-1}""" },
        { "$.padding", """{"strategy":"Wide"}""" },
        { "$.decoder", """{"type":"Strip","content":"","start":1,"stop":0}""" },
        { "$.post_processor", """{"type":"BertProcessing","sep":["[SEP]"],"cls":["[CLS]",1]}""" },
        { "$.post_processor", """{"type":"TemplateProcessing","single":[{"SpecialToken":{"id":"x","type_id":0}}],"pair":[],"special_tokens":{}}""" },
        { "$.post_processor", """{"type":"TemplateProcessing","single":[{"Sequence":{"id":"B","type_id":0}}],"pair":[],"special_tokens":{}}""" },
        { "$.model.dropout", "2" },
        { "$.pre_tokenizer.pretokenizers[0].pattern.Regex", "\"(a)\\\\1\"" },
        { "$.pre_tokenizer.pretokenizers[0].type", "\"Digits\"" },
        { "$.padding", """{"strategy":"BatchLongest"}""" },
        { "$.post_processor", """{"type":"TemplateProcessing"}""" },
        { "$.novelty", "1" },
        { "$.added_tokens", "5" },
        { "$.added_tokens[0].id", "-1" },
        { "$.added_tokens[0].id", "1" },
        { "$.added_tokens[0].id", "99999999" },
        { "$.added_tokens[0].id", "2147483647" },
        { "$.added_tokens[0].content", "\"\"" },
        { "$.added_tokens[0].novelty", "1" },
        { "$.model", "[]" },
        { "$.model.type", "\"Unigram\"" },
        { "$.model.vocab", "{}" },
        { "$.model.vocab.a", "2" },
        { "$.model.vocab.a", "-1" },
        { "$.model.vocab.a", "1.5" },
        { "$.model.vocab.a", "4000000000" },
        { "$.model.vocab.a", "10000000" },
        { "$.model.vocab.a", "\"a\"" },
        { "$.model.merges", "null" },
        { "$.model.merges[3]", """["a"]""" },
        { "$.model.merges[3]", """["a","b","c"]""" },
        { "$.model.merges[3]", """["a",7]""" },
        { "$.model.merges[3]", "\"a  b\"" },
        { "$.model.merges[3]", """["a","zzz"]""" },
        { "$.model.merges[3]", """["ł","Ń"]""" },
        { "$.model.merges[3]", """["","a"]""" },
        { "$.model.merges[5]", "DUPLICATE" },
    };

    [Theory, MemberData(nameof(Broken))]
    public void RefusesABrokenFileByName(string path, string value)
    {
        var file = Parsed();
        Set(file, path, value == "DUPLICATE" ? file["model"]!["merges"]![2]!.DeepClone() : JsonNode.Parse(value));
        var error = Assert.Throws<InkstoneFormatException>(() => Tokenizer.FromJson(Encoding.UTF8.GetBytes(file.ToJsonString()), name: "broken.json"));
        Assert.StartsWith("broken.json", error.Message);
        Assert.Equal(4, error.ExitCode);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("null")]
    [InlineData("[1]")]
    [InlineData("{\"model\":{},\"model\":{}}")]
    [InlineData("{\"model\":{\"vocab\":{\"\\ud800\":1}}}")]
    public void RefusesWhatIsNoTokenizerAtAll(string json) =>
        Assert.Throws<InkstoneFormatException>(() => Tokenizer.FromJson(Encoding.UTF8.GetBytes(json)));

    [Fact]
    public void AnyByteChangedGivesATokenizerOrAFormatError()
    {
        var good = BpeTrainer.Train(["the the the"], new() { VocabularySize = 262, MinimumFrequency = 1, AllowSmaller = true }).ToJson();
        var random = Rng.From(30).Cursor();
        var refused = 0;
        for (var i = 0; i < 3000; i++)
        {
            var bytes = good.ToArray();
            for (var n = 1 + random.NextInt(3); n > 0; n--)
                bytes[random.NextInt(bytes.Length)] = (byte)(random.NextInt(2) == 0 ? "\"{}[]:,0-9 nul"[random.NextInt(14)] : random.NextInt(256));
            if (random.NextInt(8) == 0)
                bytes = bytes[..random.NextInt(bytes.Length)];
            try
            {
                Assert.Equal("the", Tokenizer.FromJson(bytes).Decode(Tokenizer.FromJson(bytes).Encode("the")));
            }
            catch (InkstoneFormatException)
            {
                refused++;
            }
        }
        Assert.InRange(refused, 1500, 2999);
    }

    [Fact]
    public void LoadsAFileOrAFolder()
    {
        var folder = Directory.CreateTempSubdirectory("inkstone-tokenizer");
        try
        {
            var path = Path.Combine(folder.FullName, "tokenizer.json");
            File.WriteAllBytes(path, Samples.Trained.ToJson());
            Assert.Equal(700, Tokenizer.Load(path).VocabularySize);
            Assert.Equal(700, Tokenizer.Load(folder.FullName).VocabularySize);
            var missing = Assert.Throws<InkstoneNotFoundException>(() => Tokenizer.Load(Path.Combine(folder.FullName, "nothing.json")));
            Assert.Contains("nothing.json", missing.Message);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static JsonNode Parsed() => JsonNode.Parse(Samples.Trained.ToJson())!;

    private static void Set(JsonNode root, string path, JsonNode? value)
    {
        JsonNode node = root;
        var steps = path[1..].Split(['.', '[', ']', '\''], StringSplitOptions.None).Where(step => step.Length > 0).ToList();
        if (path.EndsWith("['']", StringComparison.Ordinal))
            steps.Add("");
        foreach (var step in steps.SkipLast(1))
            node = node is JsonArray ? node[int.Parse(step, System.Globalization.CultureInfo.InvariantCulture)]! : node[step]!;
        if (node is JsonArray array)
            array[int.Parse(steps[^1], System.Globalization.CultureInfo.InvariantCulture)] = value;
        else
            node[steps[^1]] = value;
    }
}
