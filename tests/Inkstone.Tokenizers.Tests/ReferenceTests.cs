using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Inkstone.Tokenizers.Tests;

/// <summary>
/// Ids and merges equal to those of npm tokenizers and tiktoken on published vocabularies (Fixtures/make-fixtures.js makes what is
/// expected). The vocabularies are shared data and not part of the repository.
/// </summary>
public sealed class ReferenceTests
{
    private static readonly Dictionary<string, Lazy<Tokenizer>> Tokenizers = new()
    {
        ["gpt2"] = new(() => Tokenizer.Load(SharedData.Path("tokenizers/gpt2/tokenizer.json"))),
        ["cl100k"] = new(() => FromRanks("tokenizers/tiktoken/cl100k_base.tiktoken")),
        ["llama3"] = new(() => FromRanks("tokenizers/llama3/tokenizer.model")),
        ["qwen2"] = new(Qwen2),
    };

    [SharedDataTheory]
    [InlineData("gpt2")]
    [InlineData("cl100k")]
    [InlineData("llama3")]
    [InlineData("qwen2")]
    public void IdsOfTheFixtureEqual(string name)
    {
        var expected = JsonSerializer.Deserialize<Dictionary<string, int[]>>(Samples.Fixture("ids.json"))![name];
        Assert.Equal(expected, Tokenizers[name].Value.Encode(Samples.Fixture("varied.txt")));
    }

    [SharedDataTheory]
    [InlineData("gpt2")]
    [InlineData("cl100k")]
    [InlineData("llama3")]
    [InlineData("qwen2")]
    public void IdsOfRealTextEqual(string name)
    {
        foreach (var (file, expected) in JsonNode.Parse(Samples.Fixture("digests.json"))![name]!.AsObject())
        {
            var ids = Tokenizers[name].Value.Encode(File.ReadAllBytes(SharedData.Path(file)), Specials.All); // as Hugging Face does
            Assert.Equal((file, (int)expected!["tokens"]!), (file, ids.Length));
            Assert.Equal((file, (string)expected["sha256"]!), (file, Convert.ToHexStringLower(SHA256.HashData(MemoryMarshal.AsBytes<int>(ids)))));
        }
    }

    [SharedDataFact]
    public void MergesTrainedOnRealTextEqual()
    {
        var options = new BpeTrainerOptions
        {
            VocabularySize = 30_256,
            MinimumFrequency = 1,
            SpecialTokens = [],
            PreTokenizer = PreTokenizerKind.Gpt2,
            AllowSmaller = true,
        };
        foreach (var (file, expected) in JsonNode.Parse(Samples.Fixture("digests.json"))!["trained"]!.AsObject())
        {
            var tokenizer = BpeTrainer.Train(Samples.Lines(File.ReadAllText(SharedData.Path(file))), options);
            // The reference counts only the bytes that occur as its alphabet, so its 30,000 tokens leave room for some merges more.
            var merges = BpeTrainerTests.Merges(tokenizer).Take((int)expected!["merges"]!);
            Assert.Equal((file, (string)expected["sha256"]!), (file, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', merges))))));
        }
    }

    [SharedDataFact]
    public void APublishedFileKeepsItsContentWhenWrittenAgain()
    {
        var json = Tokenizers["gpt2"].Value.ToJson();
        var original = JsonNode.Parse(File.ReadAllBytes(SharedData.Path("tokenizers/gpt2/tokenizer.json")))!["model"]!;
        var written = JsonNode.Parse(json)!["model"]!;
        Assert.True(JsonNode.DeepEquals(original["vocab"], written["vocab"]));
        Assert.Equal(original["merges"]!.AsArray().Select(merge => (string)merge!), written["merges"]!.AsArray().Select(merge => $"{merge![0]} {merge[1]}"));
        Assert.Equal(json, Tokenizer.FromJson(json).ToJson());
    }

    private static Tokenizer FromRanks(string file) => Tokenizer.FromRanks(File.ReadAllBytes(SharedData.Path(file)), PreTokenizer.Gpt4, name: file);

    private static Tokenizer Qwen2()
    {
        var file = JsonNode.Parse(Samples.Trained.ToJson())!;
        file["added_tokens"] = new JsonArray();
        file["pre_tokenizer"]!["pretokenizers"]![0]!["pattern"]!["Regex"] = PreTokenizer.Qwen2.Pattern;
        file["model"]!["vocab"] = JsonNode.Parse(File.ReadAllBytes(SharedData.Path("tokenizers/qwen2/vocab.json")));
        var merges = File.ReadLines(SharedData.Path("tokenizers/qwen2/merges.txt")).Where(line => line.Length > 0 && !line.StartsWith("#version", StringComparison.Ordinal));
        file["model"]!["merges"] = new JsonArray([.. merges.Select(line => (JsonNode)JsonValue.Create(line)!)]);
        return Tokenizer.FromJson(Encoding.UTF8.GetBytes(file.ToJsonString()));
    }
}
