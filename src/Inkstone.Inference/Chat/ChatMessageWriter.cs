using System.Text.Json;
using Inkstone.Foundation.Errors;
using Microsoft.Extensions.AI;

namespace Inkstone.Inference;

/// <summary>Writes conversations as templates take them: role, content, reasoning_content, tool_calls; results of tools as messages of their own.</summary>
internal static class ChatMessageWriter
{
    private const string Where = "ChatMessage.Contents";

    /// <summary>The conversation, after the instructions if there are any.</summary>
    /// <exception cref="InkstoneRequestException">There is no message, or one holds what no template takes.</exception>
    public static JsonElement Write(IEnumerable<ChatMessage> messages, string? instructions) => ChatJson.Write(json =>
    {
        var names = new Dictionary<string, string>(); // of the calls so far, by their ids
        var isEmpty = true;
        json.WriteStartArray();
        if (!string.IsNullOrEmpty(instructions))
            WriteMessage(json, ChatRole.System, instructions, "", []);
        foreach (var message in messages)
        {
            Write(json, message, names);
            isEmpty = false;
        }
        json.WriteEndArray();
        if (isEmpty)
            throw new InkstoneRequestException("the conversation is empty", "messages", "at least one message");
    });

    private static void Write(Utf8JsonWriter json, ChatMessage message, Dictionary<string, string> names)
    {
        var (text, reasoning) = ("", "");
        var calls = new List<FunctionCallContent>();
        var results = 0;
        foreach (var content in message.Contents)
        {
            switch (content)
            {
                case TextContent part:
                    text += part.Text;
                    break;
                case TextReasoningContent part:
                    reasoning += part.Text;
                    break;
                case FunctionCallContent call:
                    calls.Add(call);
                    names[call.CallId] = call.Name;
                    break;
                case FunctionResultContent result:
                    WriteResult(json, result, names.GetValueOrDefault(result.CallId));
                    results++;
                    break;
                case UsageContent:
                    break;
                default:
                    throw new InkstoneRequestException("the content is not supported", Where, "text, reasoning, function calls and their results", content.GetType().Name);
            }
        }
        if (results == 0 || text.Length > 0 || calls.Count > 0)
            WriteMessage(json, message.Role, text, reasoning, calls);
    }

    private static void WriteMessage(Utf8JsonWriter json, ChatRole role, string text, string reasoning, List<FunctionCallContent> calls)
    {
        json.WriteStartObject();
        ChatJson.WriteText(json, "role", role.Value);
        ChatJson.WriteText(json, "content", text);
        if (reasoning.Length > 0)
            ChatJson.WriteText(json, "reasoning_content", reasoning);
        if (calls.Count > 0)
        {
            json.WriteStartArray("tool_calls");
            foreach (var call in calls)
                WriteCall(json, call);
            json.WriteEndArray();
        }
        json.WriteEndObject();
    }

    private static void WriteCall(Utf8JsonWriter json, FunctionCallContent call)
    {
        json.WriteStartObject();
        ChatJson.WriteText(json, "id", call.CallId);
        json.WriteString("type", "function");
        json.WriteStartObject("function");
        ChatJson.WriteText(json, "name", call.Name);
        json.WritePropertyName("arguments");
        ChatJson.Of(call.Arguments ?? new Dictionary<string, object?>(), $"arguments of {call.Name}").WriteTo(json);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WriteResult(Utf8JsonWriter json, FunctionResultContent result, string? name)
    {
        json.WriteStartObject();
        json.WriteString("role", ChatRole.Tool.Value);
        ChatJson.WriteText(json, "tool_call_id", result.CallId);
        if (name is not null)
            ChatJson.WriteText(json, "name", name);
        ChatJson.WriteText(json, "content", TextOf(result));
        json.WriteEndObject();
    }

    private static string TextOf(FunctionResultContent result) => result.Result switch
    {
        null => "",
        string text => text,
        TextContent text => text.Text,
        var value => ChatJson.TextOf(ChatJson.Of(value, $"result of call {result.CallId}"), $"result of call {result.CallId}"),
    };
}
