using System.Globalization;
using System.Text.Json;
using Inkstone.Foundation.Formats;
using Inkstone.Recipes.Tests;
using Inkstone.Tensors;

namespace Inkstone.Cli.Tests;

/// <summary>What a user of a checkpoint meets: its defaults, the options over them, the memory it takes.</summary>
public sealed class CheckpointTests : IDisposable
{
    private const string Template =
        "{% for m in messages %}<|im_start|>{{ m.role }}\n{{ m.content }}<|im_end|>\n{% endfor %}{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}";

    private readonly string _folder = Directory.CreateTempSubdirectory("inkstone-checkpoint-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void WhatIsAppliedIsSaidAndWhatIsNotToo()
    {
        var folder = SampleFiles.WriteFolder(In("hf"), """{"do_sample": true, "temperature": 0.6, "top_k": 20, "eos_token_id": [3, 4], "no_repeat_ngram_size": 3, "later": {"a": 1}}""");
        var (exit, output, error) = Tool.Run("generate", folder, "-p", "the river", "--max-tokens", "3", "--top-k", "5");
        Assert.True(exit == 0, error);
        Assert.StartsWith("the river", output, StringComparison.Ordinal);
        foreach (var part in (string[])["defaults of generation_config.json", "temperature 0.6", "top_k 20 (overridden by --top-k)", "end tokens 3 ", "not applied: no_repeat_ngram_size 3", "later",
            "memory ", " free: weights "])
            Assert.Contains(part, error, StringComparison.Ordinal);
        var defaults = Json("generate", folder, "-p", "the", "--max-tokens", "3", "--top-k", "5", "--json").Single().GetProperty("defaults");
        Assert.Equal("generation_config.json", defaults.GetProperty("source").GetString());
        Assert.Equal("0.6", defaults.GetProperty("applied").GetProperty("temperature").GetString());
        Assert.False(defaults.GetProperty("applied").TryGetProperty("top_k", out _));
        Assert.Equal(["later", "no_repeat_ngram_size"], defaults.GetProperty("notApplied").EnumerateObject().Select(value => value.Name).Order());
        Assert.Equal([3, 4, 0], defaults.GetProperty("endTokens").EnumerateArray().Select(token => token.GetInt32()));
    }

    [Fact]
    public void DefaultsDecideAndOptionsOverrideThem()
    {
        var greedy = SampleFiles.WriteFolder(In("greedy"), """{"do_sample": false, "max_new_tokens": 5}""");
        var first = Json("generate", greedy, "-p", "the river", "--seed", "1", "--json").Single();
        var second = Json("generate", greedy, "-p", "the river", "--seed", "2", "--json").Single();
        Assert.Equal(5, first.GetProperty("tokens").GetInt32());
        Assert.Equal(first.GetProperty("text").GetString(), second.GetProperty("text").GetString());
        var drawn = Json("generate", greedy, "-p", "the river", "--seed", "2", "--temperature", "2", "--top-p", "1", "--max-tokens", "12", "--json").Single();
        Assert.Equal(12, drawn.GetProperty("tokens").GetInt32());
        Assert.NotEqual(first.GetProperty("text").GetString(), drawn.GetProperty("text").GetString()![..first.GetProperty("text").GetString()!.Length]);
    }

    [Fact]
    public void EveryOptionOfGenerateIsTaken()
    {
        var model = Gguf();
        File.WriteAllText(In("schema.json"), """{"type": "object", "properties": {"a": {"type": "integer", "minimum": 0, "maximum": 99}}, "required": ["a"], "additionalProperties": false}""");
        File.WriteAllText(In("form.gbnf"), "root ::= [ab] [cd]");
        Json("generate", model, "-p", "x", "--temperature", "0.9", "--top-k", "30", "--top-p", "0.9", "--min-p", "0.01", "--typical", "0.95", "--top-n-sigma", "3", "--xtc-probability", "0.2", "--xtc-threshold", "0.2",
            "--seed", "7", "--repetition-penalty", "1.1", "--repetition-window", "32", "--presence-penalty", "0.1", "--frequency-penalty", "0.1", "--dry-multiplier", "0.8", "--dry-base", "1.7",
            "--dry-allowed-length", "3", "--dry-window", "64", "--dry-breaker", ".", "--max-tokens", "8", "--min-tokens", "2", "--stop", "zzz", "--stop", "yyy", "--ignore-end", "--logit-bias", "20=-5",
            "--logit-bias", "21=5.5", "--lookup", "--draft-length", "3", "--context", "128", "--cache", "q8", "--no-mmap", "--no-repack", "--threads", "1", "--shift", "--json");
        Assert.Matches("^[a-c]{4}$", Text("--regex", "[a-c]{4}"));
        Assert.Matches("^[ab][cd]$", Text("--grammar", In("form.gbnf")));
        Assert.InRange(JsonDocument.Parse(Text("--json-schema", In("schema.json"), "--max-tokens", "40")).RootElement.GetProperty("a").GetInt32(), 0, 99);
        Assert.Equal(3, Json("generate", model, "-p", "x", "--answers", "3", "--max-tokens", "4", "--json").Count);
        var beams = Json("generate", model, "-p", "x", "--beams", "4", "--answers", "2", "--length-penalty", "0.5", "--max-tokens", "4", "--json");
        Assert.Equal(2, beams.Count);
        Assert.True(beams[0].GetProperty("score").GetDouble() >= beams[1].GetProperty("score").GetDouble());
        var scored = Json("generate", model, "-p", "abc", "--logprobs", "2", "--echo", "--max-tokens", "3", "--json").Single();
        Assert.Contains("abc", scored.GetProperty("text").GetString(), StringComparison.Ordinal);
        Assert.Equal(JsonValueKind.Null, scored.GetProperty("promptLogprobs")[0].GetProperty("logProbability").ValueKind);
        Assert.Equal(3, scored.GetProperty("logprobs").GetArrayLength());
        Assert.All(scored.GetProperty("logprobs").EnumerateArray(), token => Assert.Equal(2, token.GetProperty("top").GetArrayLength()));
        Assert.Equal(scored.GetProperty("logProbability").GetDouble(), scored.GetProperty("logprobs").EnumerateArray().Sum(token => token.GetProperty("logProbability").GetDouble()), 9);
        Assert.Equal(Text("--temperature", "0", "--max-tokens", "12"), Text("--temperature", "0", "--max-tokens", "12", "--draft", model));

        string Text(params string[] more) => Json(["generate", model, "-p", "x", "--json", .. more]).Single().GetProperty("text").GetString()!;
    }

    [Theory]
    [InlineData(2, "--top-p", "--top-p", "3")]
    [InlineData(2, "--beams", "--beams", "100")]
    [InlineData(2, "--context", "--context", "0")]
    [InlineData(2, "--threads", "--threads", "0")]
    [InlineData(2, "--draft-length", "--draft-length", "99")]
    [InlineData(2, "--logprobs", "--logprobs", "21")]
    [InlineData(2, "--logit-bias", "--logit-bias", "five")]
    [InlineData(2, "--temperature", "--beams", "2", "--temperature", "1")]
    [InlineData(2, "--length-penalty", "--length-penalty", "1")]
    [InlineData(2, "--json-schema", "--regex", "a", "--grammar", "b")]
    [InlineData(2, "--lookup", "--lookup", "--draft", "other")]
    [InlineData(2, "f32", "--cache", "f64")]
    [InlineData(2, "regular expression", "--regex", "(a")]
    [InlineData(3, "nothing.gbnf", "--grammar", "nothing.gbnf")]
    public void WhatIsWrongIsSaidBeforeAModelIsLookedFor(int expected, string named, params string[] options)
    {
        var (exit, _, error) = Tool.Run(["generate", In("no-such-model"), .. options]);
        Assert.Equal(expected, exit);
        Assert.Contains(named, error, StringComparison.Ordinal);
        Assert.DoesNotContain("no-such-model", error, StringComparison.Ordinal);
    }

    [Fact]
    public void AConversationKeepsWhatWasSaid()
    {
        var model = Gguf(values => values.Set("tokenizer.chat_template", Template));
        using var tool = Tool.Start("chat", model, "--max-tokens", "6", "--seed", "3", "--system", "Be brief.", "--regex", "[xyz]{3}");
        foreach (var line in (string[])["hello", "/temperature 0.5", "/clear", "again", "/nonsense", "/bye"])
            tool.Input.WriteLine(line);
        Assert.Equal(0, tool.WaitForExit());
        Assert.Equal(2, System.Text.RegularExpressions.Regex.Count(tool.Output, "> [xyz]{3}\n"));
        Assert.Contains("there is no such command", tool.Output, StringComparison.Ordinal);
        Assert.Contains("end tokens 2 </s>, 5 <|eot_id|>, 4 <|im_end|>", tool.Error.Replace("</s>, 4 <|im_end|>, 5 <|eot_id|>", "</s>, 5 <|eot_id|>, 4 <|im_end|>", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    [Fact]
    public void AModelThatCannotFitIsRefusedWithWhatWould()
    {
        var (exit, _, error) = Tool.Run("generate", Gguf(), "--context", "16777216", "--cache", "f32", "-p", "x", "--max-tokens", "1");
        if (exit == 0)
            return; // a machine of very much memory
        Assert.Equal(5, exit);
        Assert.Contains("--context ", error, StringComparison.Ordinal);
        Assert.Contains("does not fit in memory", error, StringComparison.Ordinal);
    }

    [Fact]
    public void EveryCommandThatRunsTextThroughAModelSaysItsMemory()
    {
        var model = Gguf(values => values.Set("llama.pooling_type", 3u));
        File.WriteAllText(In("text.txt"), string.Concat(Enumerable.Repeat("the river ran past the moon. ", 40)));
        Says("for 64 tokens at once", "perplexity", model, "--text", In("text.txt"), "--window", "64");
        Says("the model compared with", "perplexity", model, "--text", In("text.txt"), "--window", "64", "--against", model, "--ignore-memory", "--json");
        Says("for 18 tokens at once", "embed", model, "--text", "abcdef", "--text", "abcd", "--ignore-memory");
        Says("the model compared with", "quantize", model, "Q8_0", "--output", In("small.gguf"), "--evaluate", In("text.txt"), "--ignore-memory");
        var vectors = Json("embed", model, "--text", "abcdef", "--text", "abcd").Select(text => text.GetProperty("vector").EnumerateArray().Select(x => x.GetDouble()).ToList()).ToList();
        Assert.Equal([64, 64], vectors.Select(vector => vector.Count));
        Assert.All(vectors, vector => Assert.Equal(1, vector.Sum(x => x * x), 1e-5));

        static void Says(string part, params string[] arguments)
        {
            var (exit, output, error) = Tool.Run(arguments);
            Assert.True(exit == 0, error);
            Assert.Matches("(?m)^memory .* free: weights .*" + part, output + error);
        }
    }

    /// <summary>
    /// After a prompt that fills turns, what is resident beside the file is within a quarter of what was said, and 24 MiB for what a runtime does as it pleases.
    /// </summary>
    [LinuxTheory]
    [InlineData(WeightFormat.Q8_0)]
    [InlineData(WeightFormat.Q8_0, "--no-repack")]
    [InlineData(WeightFormat.Q8_0, "--no-mmap")]
    [InlineData(WeightFormat.Q4_K)]
    [InlineData(WeightFormat.F16)]
    [InlineData(WeightFormat.F16, "--no-mmap")]
    [InlineData(WeightFormat.F16, "--cache", "f32")]
    public void TheMemorySaidIsTheMemoryTaken(WeightFormat format, params string[] options)
    {
        var config = SampleFiles.Small with { VocabularySize = 8_192, Width = 768, LayerCount = 12, HeadCount = 12, KeyValueHeadCount = 12, HeadWidth = 64, HiddenWidth = 2_048, ContextLength = 2_048 };
        var model = SampleFiles.WriteGguf(In("mid.gguf"), config, format);
        using var tool = Tool.Start(["chat", model, "--max-tokens", "4", "--ignore-end", .. options]);
        tool.Input.WriteLine(string.Concat(Enumerable.Repeat("abcdefghijkl", 160)));
        tool.Input.WriteLine("/help");
        tool.WaitFor("/bye             leave");
        Assert.DoesNotContain("leave room", tool.Output, StringComparison.Ordinal);
        var said = System.Text.RegularExpressions.Regex.Match(tool.Error, @"memory ([\d.]+) MiB .*\(([\d.]+) MiB mapped");
        Assert.True(said.Success, tool.Error);
        var expected = Number(1) - Number(2);
        var taken = tool.ResidentOfItsOwn / 1048576.0;
        Assert.InRange(taken, 0.75 * expected - 24, 1.25 * expected + 24);
        tool.Input.WriteLine("/bye");
        Assert.Equal(0, tool.WaitForExit());

        double Number(int group) => double.Parse(said.Groups[group].Value, CultureInfo.InvariantCulture);
    }

    private string Gguf(Action<GgufValues>? values = null) => SampleFiles.WriteGguf(In("model.gguf"), values: values);

    private string In(string name) => Path.Combine(_folder, name);

    private static List<JsonElement> Json(params string[] arguments)
    {
        var (exit, output, error) = Tool.Run(arguments);
        Assert.True(exit == 0, error);
        return [.. output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement)];
    }
}
