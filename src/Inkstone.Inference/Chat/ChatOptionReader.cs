using System.Text.Json;
using Inkstone.Foundation.Errors;
using Microsoft.Extensions.AI;

namespace Inkstone.Inference;

/// <summary>Turns the options of a chat request into the engine's. Ranges are the engine's to check.</summary>
internal static class ChatOptionReader
{
    /// <summary>Refuses what the engine cannot do.</summary>
    public static void RefuseUnknown(ChatOptions chat, string modelId)
    {
        if (chat.ConversationId is { } conversation)
            throw new InkstoneRequestException("the engine keeps no conversations", "ChatOptions.ConversationId", "null, and the whole conversation", conversation);
        if (chat.ModelId is { } other && other != modelId)
            throw new InkstoneRequestException("the engine has another model", "ChatOptions.ModelId", modelId, other);
    }

    /// <summary>What of the engine's options a request changes.</summary>
    /// <param name="chat">The request's options.</param>
    /// <param name="defaults">What holds where they say nothing; <see cref="ChatOptions.RawRepresentationFactory"/> may give others.</param>
    /// <param name="client">Who was asked.</param>
    /// <param name="variables">Where variables of the template go.</param>
    public static GenerationOptions Read(ChatOptions chat, GenerationOptions defaults, IChatClient client, Dictionary<string, JsonElement> variables)
    {
        var options = defaults;
        if (chat.RawRepresentationFactory is { } factory)
        {
            options = Raw(factory, client);
            ChatClientOptions.Check(options, "ChatOptions.RawRepresentationFactory");
        }
        options = options with
        {
            Temperature = chat.Temperature ?? options.Temperature,
            TopP = chat.TopP ?? options.TopP,
            TopK = chat.TopK ?? options.TopK,
            MaxTokens = chat.MaxOutputTokens ?? options.MaxTokens,
            FrequencyPenalty = chat.FrequencyPenalty ?? options.FrequencyPenalty,
            PresencePenalty = chat.PresencePenalty ?? options.PresencePenalty,
            Seed = chat.Seed ?? options.Seed,
            Stop = chat.StopSequences is { } stops ? [.. stops] : options.Stop,
        };
        foreach (var (name, value) in chat.AdditionalProperties ?? [])
            options = new ChatProperty(name, value).Apply(options, variables);
        return options;
    }

    /// <summary>What becomes of reasoning, and how much of it the template is to ask for.</summary>
    public static ReasoningUse ReadReasoning(ReasoningOptions? reasoning, ReasoningUse use, ChatSyntax syntax, Dictionary<string, JsonElement> variables)
    {
        if (reasoning?.Effort is { } effort)
            SetEffort(effort, syntax, variables);
        return reasoning?.Output switch
        {
            null => use,
            ReasoningOutput.None => ReasoningUse.Dropped,
            ReasoningOutput.Full => use == ReasoningUse.InText ? use : ReasoningUse.Apart,
            var other => throw new InkstoneRequestException("the output is not supported", "ChatOptions.Reasoning.Output", "None or Full", $"{other}"),
        };
    }

    private static GenerationOptions Raw(Func<IChatClient, object?> factory, IChatClient client)
    {
        var raw = factory(client);
        return raw as GenerationOptions
            ?? throw new InkstoneRequestException("the options are not the engine's", "ChatOptions.RawRepresentationFactory", nameof(GenerationOptions), raw?.GetType().Name ?? "null");
    }

    private static void SetEffort(ReasoningEffort effort, ChatSyntax syntax, Dictionary<string, JsonElement> variables)
    {
        const string level = "reasoning_effort";
        const string toggle = "enable_thinking";
        if (syntax.Mentions(level) && effort is ReasoningEffort.Low or ReasoningEffort.Medium or ReasoningEffort.High)
            variables[level] = JsonElement.Parse($"\"{effort.ToString().ToLowerInvariant()}\"");
        else if (syntax.Mentions(toggle))
            variables[toggle] = JsonElement.Parse(effort == ReasoningEffort.None ? "false" : "true");
        else
            throw new InkstoneRequestException("the chat template knows no such effort", "ChatOptions.Reasoning.Effort", $"a template with {level} or {toggle}", $"{effort}");
    }
}
