using System.Text.Json;
using Inkstone.Foundation.Errors;
using Microsoft.Extensions.AI;

namespace Inkstone.Inference;

/// <summary>The tools of a chat request, as templates take them.</summary>
internal static class ChatTools
{
    private const string Where = "ChatOptions.Tools";

    /// <summary>The tools that the model is told of; none where the mode forbids calls.</summary>
    /// <exception cref="InkstoneRequestException">A tool is no function, two have one name, or a call is required that is not possible.</exception>
    public static IReadOnlyList<AIFunctionDeclaration> Read(ChatOptions options)
    {
        var tools = new List<AIFunctionDeclaration>();
        if (options.ToolMode is not NoneChatToolMode)
            foreach (var tool in options.Tools ?? [])
                tools.Add(tool.GetService<AIFunctionDeclaration>()
                    ?? throw new InkstoneRequestException("the tool is not supported", Where, "functions", tool.GetType().Name));
        if (tools.GroupBy(tool => tool.Name).FirstOrDefault(group => group.Count() > 1) is { } twice)
            throw new InkstoneRequestException("two tools have one name", Where, found: twice.Key);
        switch (options.ToolMode)
        {
            case null or AutoChatToolMode or NoneChatToolMode:
                break;
            case RequiredChatToolMode { RequiredFunctionName: var name }:
                if (name is null ? tools.Count == 0 : tools.All(tool => tool.Name != name))
                    throw new InkstoneRequestException("a call is required of a tool that is not given", "ChatOptions.ToolMode", string.Join(", ", tools.Select(tool => tool.Name)), name ?? "no tools");
                break;
            default:
                throw new InkstoneRequestException("the mode is not supported", "ChatOptions.ToolMode", "auto, none or required", options.ToolMode.GetType().Name);
        }
        return tools;
    }

    /// <summary>Refuses tools where the template does not show them or no format of calls is known.</summary>
    public static void CheckAgainst(ChatSyntax syntax, ChatOptions options)
    {
        if (!syntax.Mentions("tools"))
            throw new InkstoneRequestException("the chat template has no place for tools", Where, found: $"{options.Tools?.Count} tools");
        if (syntax.Format == ToolCallFormat.None)
            throw new InkstoneRequestException("the chat template writes tool calls in no known format", Where, "Hermes, Llama 3 or Mistral",
                fix: "Set ChatClientOptions.ToolCallFormat if the model writes one of them all the same.");
    }

    /// <summary>The tools as the JSON array that templates take.</summary>
    public static JsonElement Write(IReadOnlyList<AIFunctionDeclaration> tools) => ChatJson.Write(json =>
    {
        json.WriteStartArray();
        foreach (var tool in tools)
        {
            json.WriteStartObject();
            json.WriteString("type", "function");
            json.WriteStartObject("function");
            ChatJson.WriteText(json, "name", tool.Name);
            ChatJson.WriteText(json, "description", tool.Description);
            json.WritePropertyName("parameters");
            if (tool.JsonSchema.ValueKind == JsonValueKind.Undefined)
                json.WriteRawValue("""{"type": "object", "properties": {}}""");
            else
                tool.JsonSchema.WriteTo(json);
            json.WriteEndObject();
            json.WriteEndObject();
        }
        json.WriteEndArray();
    });
}
