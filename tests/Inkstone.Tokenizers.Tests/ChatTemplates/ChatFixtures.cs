using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Inkstone.Foundation.Errors;

namespace Inkstone.Tokenizers.Tests;

/// <summary>What tests/oracles/chat-templates.py wrote.</summary>
internal static class ChatFixtures
{
    private static readonly JsonElement Conversations = Read("conversations.json");

    /// <summary>The names of the conversations.</summary>
    public static IEnumerable<string> Names => Conversations.GetProperty("conversations").EnumerateObject().Select(member => member.Name);

    /// <summary>Where the small templates are rendered.</summary>
    public static ChatTemplateInput Context { get; } = Input(Conversations.GetProperty("context"));

    public static JsonElement Read(string name) =>
        ChatTemplateInput.Json(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Fixtures", "chat-templates", name)));

    public static ChatTemplateInput Conversation(string name) => Input(Conversations.GetProperty("conversations").GetProperty(name));

    /// <summary>"text", "raised" or "error" with what was rendered or raised.</summary>
    public static (string Kind, string Text, ChatRendering? Rendering) Render(string source, ChatTemplateInput input, ChatTemplateLimits? limits = null)
    {
        try
        {
            var rendering = ChatTemplate.Parse(source, limits).Render(input, limits);
            return ("text", rendering.Text, rendering);
        }
        catch (InkstoneFormatException error)
        {
            return ("error", error.What, null);
        }
    }

    /// <summary>The beginning of the SHA-256 of a text in UTF-8, lone surrogates as three bytes.</summary>
    public static string Digest(string text)
    {
        var bytes = new List<byte>();
        for (var i = 0; i < text.Length; i++)
        {
            if (char.IsSurrogate(text[i]) && !(i + 1 < text.Length && char.IsSurrogatePair(text[i], text[i + 1])))
                bytes.AddRange([(byte)(0xE0 | (text[i] >> 12)), (byte)(0x80 | ((text[i] >> 6) & 0x3F)), (byte)(0x80 | (text[i] & 0x3F))]);
            else
                bytes.AddRange(Encoding.UTF8.GetBytes(text, i, char.IsHighSurrogate(text[i]) ? 2 : 1).AsSpan());
            i += char.IsHighSurrogate(text[i]) && i + 1 < text.Length && char.IsSurrogatePair(text[i], text[i + 1]) ? 1 : 0;
        }
        return Convert.ToHexStringLower(SHA256.HashData([.. bytes]))[..24];
    }

    private static ChatTemplateInput Input(JsonElement conversation)
    {
        var variables = conversation.EnumerateObject().ToDictionary(member => member.Name, member => member.Value);
        JsonElement? Take(string name) => variables.Remove(name, out var value) ? value : null;
        return new()
        {
            Messages = Take("messages"),
            Tools = Take("tools"),
            Documents = Take("documents"),
            AddGenerationPrompt = Take("add_generation_prompt")?.GetBoolean() ?? false,
            Variables = variables,
            TokenizerVariables = Conversations.GetProperty("tokens").EnumerateObject().ToDictionary(member => member.Name, member => member.Value.GetString()!),
            Clock = new FixedClock(Conversations.GetProperty("now").GetDateTime()),
        };
    }

    private sealed class FixedClock(DateTime now) : TimeProvider
    {
        public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

        public override DateTimeOffset GetUtcNow() => new(now, TimeSpan.Zero);
    }
}
