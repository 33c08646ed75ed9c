using Inkstone.Tokenizers;
using Inkstone.Tokenizers.Tests;
using Microsoft.Extensions.AI;

namespace Inkstone.Inference.Tests;

public sealed class PublishedTemplateTests
{
    [SharedDataTheory]
    [InlineData("Qwen-Qwen2.5-7B-Instruct", ToolCallFormat.Hermes)]
    [InlineData("Qwen-Qwen3-0.6B", ToolCallFormat.Hermes)]
    [InlineData("Qwen-QwQ-32B", ToolCallFormat.Hermes)]
    [InlineData("NousResearch-Hermes-2-Pro-Llama-3-8B-tool_use", ToolCallFormat.Hermes)]
    [InlineData("meta-llama-Llama-3.1-8B-Instruct", ToolCallFormat.Llama3)]
    [InlineData("meta-llama-Llama-3.2-3B-Instruct", ToolCallFormat.Llama3)]
    [InlineData("mistralai-Mistral-Nemo-Instruct-2407", ToolCallFormat.Mistral)]
    [InlineData("Mistral-Small-3.2-24B-Instruct-2506", ToolCallFormat.Mistral)]
    public void TheyTakeAConversationWithToolsAsWritten(string name, ToolCallFormat format)
    {
        var options = new ChatClientOptions { Template = ChatTemplate.Parse(File.ReadAllText(SharedData.Path($"chat-templates/{name}.jinja"))) };
        ChatMessage[] messages =
        [
            new(ChatRole.System, "Be brief."),
            new(ChatRole.User, "Does it rain?"),
            new(ChatRole.Assistant, [new FunctionCallContent("abcdef123", "weather", new Dictionary<string, object?> { ["city"] = "Rome" })]),
            new(ChatRole.Tool, [new FunctionResultContent("abcdef123", "It pours.")]),
        ];
        var request = new ChatRequestReader(ChatSamples.Spelled, options, "m").Read(messages, new() { Tools = [ChatSamples.Weather] }, null!);
        Assert.Equal(format, request.Form.Syntax.Format);
        var prompt = ChatSamples.Spelled.Decode(request.Prompt);
        Assert.All(["tells it", "Does it rain?", "Rome", "It pours."], part => Assert.Contains(part, prompt, StringComparison.Ordinal));
        Assert.False(request.Form.BeginsInReasoning);
    }

    [SharedDataFact]
    public void AnEffortOpensReasoning()
    {
        var options = new ChatClientOptions { Template = ChatTemplate.Parse(File.ReadAllText(SharedData.Path("chat-templates/Qwen-QwQ-32B.jinja"))) };
        var request = new ChatRequestReader(ChatSamples.Spelled, options, "m").Read([new(ChatRole.User, "Why?")], new() { Reasoning = new() { Effort = ReasoningEffort.High } }, null!);
        Assert.True(request.Form.BeginsInReasoning);
    }

    [SharedDataTheory]
    [InlineData("Qwen3-Coder")]
    [InlineData("GLM-4.6")]
    [InlineData("meetkai-functionary-medium-v3.1")]
    [InlineData("moonshotai-Kimi-K2")]
    [InlineData("google-gemma-2-2b-it")]
    public void CallsInOtherFormatsAreNotTakenForThese(string name) => Assert.Equal(ToolCallFormat.None,
        new ChatSyntax(ChatSamples.Spelled, ChatTemplate.Parse(File.ReadAllText(SharedData.Path($"chat-templates/{name}.jinja"))), ToolCallFormat.Automatic).Format);
}
