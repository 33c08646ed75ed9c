using System.Text.Json;
using Inkstone.Foundation.Errors;
using Inkstone.Tokenizers;
using Microsoft.Extensions.AI;

namespace Inkstone.Inference.Tests;

public sealed class ChatRequestTests
{
    private static readonly ChatMessage[] Question = [new(ChatRole.User, "the moon")];

    [Fact]
    public void EveryOptionReachesTheEngine()
    {
        var request = Read(new ChatOptions
        {
            Temperature = 0.5f,
            TopP = 0.25f,
            TopK = 7,
            MaxOutputTokens = 9,
            FrequencyPenalty = 0.5f,
            PresencePenalty = -0.5f,
            Seed = 11,
            StopSequences = ["a", "b"],
            AdditionalProperties = new()
            {
                ["min_p"] = 0.125,
                ["typical_p"] = 0.5f,
                ["top_n_sigma"] = 2,
                ["xtc_probability"] = ChatSamples.Json("0.25"),
                ["xtc_threshold"] = 0.2,
                ["repetition_penalty"] = 1.5,
                ["repetition_window"] = 64,
                ["dry_multiplier"] = 0.75,
                ["dry_base"] = 2.0,
                ["dry_allowed_length"] = 3,
                ["dry_window"] = 100L,
                ["min_tokens"] = 2,
                ["logit_bias"] = new Dictionary<string, int> { ["5"] = -100 },
                ["cache_prompt"] = false,
                ["cache_salt"] = "tenant",
            },
        });
        var read = request.Generation;
        Assert.Equal((0.5, 0.25, 7, 9, 0.5, -0.5, 11L), (read.Temperature, read.TopP, read.TopK, read.MaxTokens, read.FrequencyPenalty, read.PresencePenalty, read.Seed));
        Assert.Equal(["a", "b"], read.Stop);
        Assert.Equal((0.125, 0.5, 2.0, 0.25, 0.2), (read.MinP, read.TypicalP, read.TopNSigma, read.XtcProbability, read.XtcThreshold));
        Assert.Equal((1.5, 64, 0.75, 2.0, 3, 100), (read.RepetitionPenalty, read.RepetitionWindow, read.DryMultiplier, read.DryBase, read.DryAllowedLength, read.DryWindow));
        Assert.Equal((2, -100.0, false, "tenant"), (read.MinTokens, read.LogitBias[5], read.CachePrompt, read.CacheSalt));
        Assert.Equal([ChatSamples.Spelled.TokenToId("<|end|>")!.Value], read.StopTokens); // what the template writes after an answer
        Assert.Null(read.Constraint);
        read.Validate();
    }

    [Fact]
    public void WhatIsNotSaidIsAsTheClientHasIt()
    {
        var generation = new GenerationOptions { Temperature = 0, MaxTokens = 5, Stop = ["x"], StopTokens = [1] };
        var read = Read(null, new() { Generation = generation }).Generation;
        Assert.Equal((0.0, 5, "x"), (read.Temperature, read.MaxTokens, read.Stop[0]));
        Assert.Equal(2, read.StopTokens.Count);
        var raw = Read(new ChatOptions { RawRepresentationFactory = _ => new GenerationOptions { TopK = 3, MaxTokens = 4 }, MaxOutputTokens = 6 }, new() { Generation = generation }).Generation;
        Assert.Equal((1.0, 3, 6), (raw.Temperature, raw.TopK, raw.MaxTokens));
    }

    public static TheoryData<string, ChatOptions> Refused() => new()
    {
        { "ConversationId", new() { ConversationId = "c" } },
        { "ModelId", new() { ModelId = "other" } },
        { "unevaluatedItems", new() { ResponseFormat = ChatResponseFormat.ForJsonSchema(ChatSamples.Json("""{"type": "array", "unevaluatedItems": false}""")) } },
        { "HostedWebSearchTool", new() { Tools = [new HostedWebSearchTool()] } },
        { "found weather", new() { Tools = [ChatSamples.Weather, ChatSamples.Weather] } },
        { "no known format", new() { Tools = [ChatSamples.Weather] } },
        { "ToolMode", new() { ToolMode = ChatToolMode.RequireAny } },
        { "found clock", new() { Tools = [ChatSamples.Weather], ToolMode = ChatToolMode.RequireSpecific("clock") } },
        { "Reasoning.Output", new() { Reasoning = new() { Output = ReasoningOutput.Summary } } },
        { "Reasoning.Effort", new() { Reasoning = new() { Effort = ReasoningEffort.High } } },
        { "AdditionalProperties[mirostat]", new() { AdditionalProperties = new() { ["mirostat"] = 2 } } },
        { "AdditionalProperties[min_p]", new() { AdditionalProperties = new() { ["min_p"] = "much" } } },
        { "AdditionalProperties[min_tokens]", new() { AdditionalProperties = new() { ["min_tokens"] = 1.5 } } },
        { "AdditionalProperties[logit_bias]", new() { AdditionalProperties = new() { ["logit_bias"] = new Dictionary<string, int> { ["the"] = 1 } } } },
        { "RawRepresentationFactory", new() { RawRepresentationFactory = _ => "options" } },
        { "RawRepresentationFactory", new() { RawRepresentationFactory = _ => new GenerationOptions { AnswerCount = 2 } } },
    };

    [Theory, MemberData(nameof(Refused))]
    public void WhatCannotBeDoneIsRefusedByName(string named, ChatOptions options) =>
        Assert.Contains(named, Assert.Throws<InkstoneRequestException>(() => Read(options)).Message, StringComparison.Ordinal);

    [Fact]
    public void ACallCannotBeRequiredInsideReasoning()
    {
        var client = new ChatClientOptions { Template = ChatSamples.Template(ToolCallFormat.Hermes, opensReasoning: true) };
        var options = new ChatOptions { Tools = [ChatSamples.Weather], ToolMode = ChatToolMode.RequireAny };
        Assert.Contains("ToolMode", Assert.Throws<InkstoneRequestException>(() => Read(options, client)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AToolModeOfNoneHidesTheTools()
    {
        var request = Read(new ChatOptions { Tools = [ChatSamples.Weather], ToolMode = ChatToolMode.None }, new() { Template = ChatSamples.Template(ToolCallFormat.Hermes) });
        Assert.Null(request.Form.Tools);
        Assert.DoesNotContain("weather", ChatSamples.Spelled.Decode(request.Prompt), StringComparison.Ordinal);
        var shown = Read(new ChatOptions { Tools = [ChatSamples.Weather] }, new() { Template = ChatSamples.Template(ToolCallFormat.Hermes) });
        Assert.Contains("""[{"type": "function", "function": {"name": "weather", "description": "tells it", "parameters": {"type": "object",""",
            ChatSamples.Spelled.Decode(shown.Prompt), StringComparison.Ordinal);
    }

    [Fact]
    public void ControlTokensOfARequestStayText()
    {
        var end = ChatSamples.Spelled.TokenToId("<|end|>")!.Value;
        var prompt = ChatRequestReaderOf(new()).Read([new(ChatRole.User, "a<|end|>b")], new() { Instructions = "<|end|>" }, null!).Prompt;
        Assert.Equal("<|system|><|end|><|end|><|user|>a<|end|>b<|end|><|assistant|>", ChatSamples.Spelled.Decode(prompt));
        Assert.Equal(2, prompt.Count(token => token == end));
    }

    [Fact]
    public void ReasoningEffortIsAVariableOfTheTemplate()
    {
        var template = ChatTemplate.Parse(ChatSamples.Turns + "{{ enable_thinking }}{{ reasoning_effort }}");
        Assert.EndsWith("<|assistant|>high", Prompt(new ChatOptions { Reasoning = new() { Effort = ReasoningEffort.High } }), StringComparison.Ordinal);
        Assert.EndsWith("<|assistant|>False", Prompt(new ChatOptions { Reasoning = new() { Effort = ReasoningEffort.None } }), StringComparison.Ordinal);
        Assert.EndsWith("<|assistant|>0", Prompt(new ChatOptions { AdditionalProperties = new() { ["chat_template_kwargs"] = new Dictionary<string, object?> { ["enable_thinking"] = 0 } } }), StringComparison.Ordinal);

        string Prompt(ChatOptions options) => ChatSamples.Spelled.Decode(Read(options, new() { Template = template }).Prompt);
    }

    [Fact]
    public void MessagesAreWrittenAsTemplatesTakeThem()
    {
        ChatMessage[] messages =
        [
            new(ChatRole.User, [new TextContent("a"), new TextContent("\ud800b")]),
            new(ChatRole.Assistant, [new TextReasoningContent("r"), new FunctionCallContent("1", "weather", new Dictionary<string, object?> { ["city"] = "Rome", ["days"] = 2 }), new FunctionCallContent("2", "clock")]),
            new(ChatRole.Tool, [new FunctionResultContent("1", new { Sun = true }), new FunctionResultContent("2", "noon"), new FunctionResultContent("3", null)]),
            new(ChatRole.Assistant, "c"),
        ];
        const string expected = """
            [{"role":"system","content":"s"},{"role":"user","content":"a\uFFFDb"},
            {"role":"assistant","content":"","reasoning_content":"r","tool_calls":[
            {"id":"1","type":"function","function":{"name":"weather","arguments":{"city":"Rome","days":2}}},{"id":"2","type":"function","function":{"name":"clock","arguments":{}}}]},
            {"role":"tool","tool_call_id":"1","name":"weather","content":"{\"sun\":true}"},{"role":"tool","tool_call_id":"2","name":"clock","content":"noon"},
            {"role":"tool","tool_call_id":"3","content":""},{"role":"assistant","content":"c"}]
            """;
        Assert.True(JsonElement.DeepEquals(ChatSamples.Json(expected), ChatMessageWriter.Write(messages, "s")), ChatMessageWriter.Write(messages, "s").GetRawText());
        Assert.Contains("DataContent", Assert.Throws<InkstoneRequestException>(() => ChatMessageWriter.Write([new(ChatRole.User, [new DataContent(new byte[1], "image/png")])], null)).Message, StringComparison.Ordinal);
        Assert.Throws<InkstoneRequestException>(() => ChatMessageWriter.Write([], "s"));
        Assert.Throws<InkstoneRequestException>(() => ChatMessageWriter.Write([new(ChatRole.Tool, [new FunctionResultContent("1", typeof(int))])], null));
    }

    [Theory]
    [InlineData("<tool_call>\n{\"name\"", ToolCallFormat.Hermes)]
    [InlineData("<tool_call>\n<function=", ToolCallFormat.None)]
    [InlineData("[TOOL_CALLS]", ToolCallFormat.Mistral)]
    [InlineData("<|start_header_id|>{\"name\": function name, \"parameters\": dictionary}", ToolCallFormat.Llama3)]
    [InlineData("<|python_tag|>", ToolCallFormat.Llama3)]
    [InlineData("tools", ToolCallFormat.None)]
    public void TheFormatIsTheTemplates(string written, ToolCallFormat expected)
    {
        var template = ChatTemplate.Parse("{{ '" + written.Replace("\n", "\\n", StringComparison.Ordinal) + "' }}");
        Assert.Equal(expected, new ChatSyntax(ChatSamples.Spelled, template, ToolCallFormat.Automatic).Format);
        Assert.Equal(ToolCallFormat.Mistral, new ChatSyntax(ChatSamples.Spelled, template, ToolCallFormat.Mistral).Format);
    }

    [Fact]
    public void ATemplateThatRefusesTheProbeLeavesTheEnginesEnd()
    {
        var syntax = new ChatSyntax(ChatSamples.Marked, ChatTemplate.Parse("{{ raise_exception('no') }}<|python_tag|>"), ToolCallFormat.Automatic);
        Assert.Equal([ChatSamples.Marked.TokenToId("<|eom_id|>")!.Value], syntax.EndTokens);
    }

    [Fact]
    public void AToolTemplateServesRequestsWithTools()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllBytes(Path.Combine(folder.Path, "tokenizer.json"), ChatSamples.Spelled.ToJson());
        var config = new { chat_template = new[] { new { name = "default", template = "plain" }, new { name = "tool_use", template = "<tool_call>{{ tools | length }}" } } };
        File.WriteAllText(Path.Combine(folder.Path, "tokenizer_config.json"), JsonSerializer.Serialize(config));
        var tokenizer = Tokenizer.Load(folder.Path);
        var reader = new ChatRequestReader(tokenizer, new(), "m");
        Assert.Equal("plain", tokenizer.Decode(reader.Read(Question, null, null!).Prompt));
        Assert.Equal("<tool_call>1", tokenizer.Decode(reader.Read(Question, new() { Tools = [ChatSamples.Weather] }, null!).Prompt));
    }

    private static ChatRequestReader ChatRequestReaderOf(ChatClientOptions options) =>
        new(ChatSamples.Spelled, options.Template is null ? options with { Template = ChatSamples.Template() } : options, "ink");

    private static ChatRequest Read(ChatOptions? options, ChatClientOptions? client = null) => ChatRequestReaderOf(client ?? new()).Read(Question, options, null!);

    private sealed class TemporaryFolder : IDisposable
    {
        public string Path { get; } = Directory.CreateTempSubdirectory().FullName;

        public void Dispose() => Directory.Delete(Path, recursive: true);
    }
}
