using System.Text.Json;

namespace Inkstone.Cli.Tests;

/// <summary>What every command promises: help with examples that can be typed as they stand, and JSON alone on standard output when it is asked for.</summary>
public sealed class HelpAndJsonTests(TinyTraining training) : IClassFixture<TinyTraining>
{
    [Theory]
    [InlineData("quickstart")]
    [InlineData("pretrain")]
    [InlineData("resume")]
    [InlineData("generate")]
    [InlineData("chat")]
    [InlineData("embed")]
    [InlineData("show")]
    [InlineData("quantize")]
    [InlineData("perplexity")]
    [InlineData("tokenizer")]
    [InlineData("tokenizer train")]
    [InlineData("tokenizer segment")]
    [InlineData("tokenizer segment-train")]
    [InlineData("tokenizer encode")]
    [InlineData("tokenizer decode")]
    [InlineData("tokenizer edit")]
    [InlineData("tokenizer edit add")]
    [InlineData("tokenizer edit prune")]
    [InlineData("tokenizer edit continue")]
    [InlineData("tokenizer edit merge")]
    [InlineData("convert")]
    [InlineData("plan")]
    [InlineData("bench")]
    [InlineData("doctor")]
    public void HelpHasExamplesThatParse(string verb)
    {
        var (exit, output, _) = Tool.Run([.. verb.Split(' '), "--help"]);
        Assert.Equal(0, exit);
        Assert.Contains("Examples:", output, StringComparison.Ordinal);
        Assert.Contains($"  inkstone {verb}", output, StringComparison.Ordinal);
    }

    [Fact]
    public void TrainingsJsonIsOneObject()
    {
        var json = Parse("pretrain", "--config", training.Config("json", 3), "--json").Single();
        Assert.Equal(training.In("json").Replace('\\', '/'), json.GetProperty("folder").GetString());
        Assert.False(json.GetProperty("stopped").GetBoolean());
        Assert.Equal(3, json.GetProperty("steps").GetInt64());
        foreach (var name in (string[])["parameters", "tokens", "seconds", "gflops", "peakGflops", "bitsPerByte", "perplexity"])
            Assert.True(json.GetProperty(name).GetDouble() > 0, name);
        Assert.Equal(3, json.GetProperty("baselines").GetArrayLength());
    }

    [Fact]
    public void GenerationsJsonIsALineAPrompt()
    {
        var lines = Parse("generate", training.Finished(), "-p", "The", "-p", "A", "--max-tokens", "3", "--json");
        Assert.Equal(["The", "A"], lines.Select(line => line.GetProperty("prompt").GetString()));
        Assert.All(lines, line => Assert.Contains(line.GetProperty("finish").GetString(), (string[])["maxTokens", "endOfText"]));
        Assert.All(lines, line => Assert.InRange(line.GetProperty("tokens").GetInt32(), 1, 3));
        Assert.All(lines, line => Assert.True(line.GetProperty("logProbability").GetDouble() < 0));
        Assert.All(lines, line => Assert.Equal(JsonValueKind.String, line.GetProperty("text").ValueKind));
    }

    [Fact]
    public void ConversionsJsonIsOneObject()
    {
        var (file, folder) = (training.In("json.gguf"), training.In("json-folder"));
        var json = Parse("convert", training.Finished(), "--output", file, "--json").Single();
        Assert.Equal("llama", json.GetProperty("family").GetString());
        Assert.Equal(new FileInfo(file).Length, json.GetProperty("bytes").GetInt64());
        var back = Parse("convert", file, "--output", folder, "--json").Single();
        Assert.Equal(folder, back.GetProperty("path").GetString());
        Assert.True(back.GetProperty("files").GetProperty("tokenizer.json").GetInt64() > 0);
        Assert.Equal(
            Parse("generate", training.Finished(), "-p", "The", "--temperature", "0", "--max-tokens", "5", "--json").Single().GetProperty("text").GetString(),
            Parse("generate", file, "-p", "The", "--temperature", "0", "--max-tokens", "5", "--json").Single().GetProperty("text").GetString());
        Assert.Equal(2, Tool.Run(["convert", training.Finished(), "--output", file]).Exit);
    }

    [Fact]
    public void TokenizersJson()
    {
        var file = training.In("tokenizer.json");
        var (exit, output, error) = Tool.Run("tokenizer", "train", training.In("text"), "--vocabulary", "290", "--output", file, "--json");
        Assert.Equal(0, exit);
        Assert.Equal(290, JsonDocument.Parse(output).RootElement.GetProperty("vocabularySize").GetInt32());
        Assert.Contains("reading text", error, StringComparison.Ordinal); // progress has the other stream
        var ids = Parse("tokenizer", "encode", file, "--text", "the buffer", "--json").Single().GetProperty("ids").EnumerateArray().Select(id => id.GetInt32().ToString(System.Globalization.CultureInfo.InvariantCulture));
        Assert.Equal("the buffer", Parse(["tokenizer", "decode", file, .. ids, "--json"]).Single().GetProperty("text").GetString());
    }

    [Fact]
    public void EditsWriteATokenizerAndAMap()
    {
        var (file, small, more, both) = (training.In("edited.json"), training.In("small.json"), training.In("more.json"), training.In("both.json"));
        Assert.Equal(0, Tool.Run("tokenizer", "train", training.In("text"), "--vocabulary", "290", "--output", file, "--json").Exit);
        var pruned = Parse("tokenizer", "edit", "prune", file, training.In("text"), "--vocabulary", "280", "--output", small, "--json").Single();
        Assert.Equal((280, 290, 280), (pruned.GetProperty("vocabularySize").GetInt32(), pruned.GetProperty("oldCount").GetInt32(), pruned.GetProperty("kept").GetInt32()));
        Assert.Equal(290, Map(pruned).GetProperty("newIds").GetArrayLength());
        Assert.Equal(300, Parse("tokenizer", "edit", "continue", small, training.In("text"), "--vocabulary", "300", "--output", more, "--json").Single().GetProperty("vocabularySize").GetInt32());
        Assert.Equal(301, Parse("tokenizer", "edit", "add", more, "<|tool|>", "--special", "--output", more, "--map", training.In("map.json"), "--json").Single().GetProperty("vocabularySize").GetInt32());
        Assert.True(File.Exists(training.In("map.json")));
        var union = Parse("tokenizer", "edit", "merge", file, more, "--output", both, "--json").Single();
        Assert.Equal(301, Map(union).GetProperty("newIdsOfOther").GetArrayLength());
        Assert.Equal(290, Map(union).GetProperty("newIds").EnumerateArray().Last().GetInt32() + 1);
        Assert.NotEqual(0, Tool.Run("tokenizer", "edit", "prune", file, training.In("text"), "--vocabulary", "100", "--output", small).Exit);

        static JsonElement Map(JsonElement edit) => JsonDocument.Parse(File.ReadAllBytes(edit.GetProperty("map").GetString()!)).RootElement;
    }

    [Fact]
    public void TheMachinesJson()
    {
        var sizes = Parse("plan", "--size", "tiny", "--json").Single().GetProperty("sizes").EnumerateArray().Single();
        Assert.Equal("tiny", sizes.GetProperty("size").GetString());
        Assert.True(sizes.GetProperty("fits").GetBoolean());
        Assert.True(sizes.GetProperty("memoryBytes").GetInt64() > 0);
        Assert.True(Parse("doctor", "--json").Single().GetProperty("vectorBits").GetInt32() >= 128);
    }

    [Fact]
    public void TheBenchsJson()
    {
        var (exit, output, error) = Tool.Run("bench", "machine", "--json", "-");
        Assert.Equal(0, exit);
        Assert.NotEqual("", error);
        var json = JsonDocument.Parse(output).RootElement;
        Assert.True(json.GetProperty("machine").GetProperty("fmaGflops").GetDouble() > 0);
        foreach (var result in json.GetProperty("results").EnumerateArray())
            foreach (var name in (string[])["suite", "name", "value", "unit", "ofPeak"])
                Assert.True(result.TryGetProperty(name, out _), name);
    }

    private static List<JsonElement> Parse(params string[] arguments)
    {
        var (exit, output, error) = Tool.Run(arguments);
        Assert.True(exit == 0, error);
        return [.. output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement)];
    }
}
