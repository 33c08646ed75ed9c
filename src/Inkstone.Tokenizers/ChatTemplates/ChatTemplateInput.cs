using System.Text.Json;

namespace Inkstone.Tokenizers;

/// <summary>What a chat template is rendered with.</summary>
public sealed record ChatTemplateInput
{
    /// <summary>The conversation, a JSON array of messages: <c>messages</c>. Null is <c>none</c>.</summary>
    public JsonElement? Messages { get; init; }

    /// <summary>The tools' JSON schemas: <c>tools</c>. Null is <c>none</c>.</summary>
    public JsonElement? Tools { get; init; }

    /// <summary>Documents to answer from: <c>documents</c>. Null is <c>none</c>.</summary>
    public JsonElement? Documents { get; init; }

    /// <summary>Whether the rendering ends where the assistant begins to write: <c>add_generation_prompt</c>. Default false.</summary>
    public bool AddGenerationPrompt { get; init; }

    /// <summary>Free variables of the request by name, such as <c>enable_thinking</c>. They hide variables of the tokenizer of that name.</summary>
    public IReadOnlyDictionary<string, JsonElement> Variables { get; init; } = new Dictionary<string, JsonElement>();

    /// <summary>What the tokenizer supplies by name, such as <c>bos_token</c>; counts as text of the template.</summary>
    public IReadOnlyDictionary<string, string> TokenizerVariables { get; init; } = new Dictionary<string, string>();

    /// <summary>The clock that <c>strftime_now</c> reads, local time. Default the system's.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>A value of the input as JSON text.</summary>
    /// <exception cref="JsonException">It is not JSON.</exception>
    public static JsonElement Json(string text)
    {
        using var document = JsonDocument.Parse(text, new JsonDocumentOptions { MaxDepth = 1000 });
        return document.RootElement.Clone();
    }
}
