using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Inkstone.Foundation.Errors;
using Microsoft.Extensions.AI;

namespace Inkstone.Inference;

/// <summary>Values of a request as JSON.</summary>
internal static class ChatJson
{
    /// <summary>What a writer writes.</summary>
    public static JsonElement Write(Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
            write(json);
        return JsonElement.Parse(buffer.WrittenSpan);
    }

    /// <summary>Writes a text, whose lone surrogates become U+FFFD.</summary>
    public static void WriteText(Utf8JsonWriter json, string name, string text) => json.WriteString(name, Encoding.UTF8.GetBytes(text));

    /// <summary>The text of a JSON string, or the JSON text of another value, with as few escapes and as little white space as can be.</summary>
    /// <exception cref="InkstoneRequestException">A string has half of a character.</exception>
    public static string TextOf(JsonElement value, string where)
    {
        try
        {
            if (value.ValueKind == JsonValueKind.String)
                return value.GetString()!;
            var buffer = new ArrayBufferWriter<byte>();
            using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
                value.WriteTo(json);
            return Encoding.UTF8.GetString(buffer.WrittenSpan);
        }
        catch (InvalidOperationException error)
        {
            throw new InkstoneRequestException("the text has a lone surrogate", where, cause: error);
        }
    }

    /// <summary>An object as JSON.</summary>
    /// <exception cref="InkstoneRequestException">It cannot be written as JSON.</exception>
    public static JsonElement Of(object? value, string where)
    {
        try
        {
            return value as JsonElement? ?? JsonSerializer.SerializeToElement(value, AIJsonUtilities.DefaultOptions);
        }
        catch (Exception error) when (error is JsonException or NotSupportedException or ArgumentException or InvalidOperationException)
        {
            throw new InkstoneRequestException("the value cannot be written as JSON", where, found: value?.GetType().Name, cause: error);
        }
    }
}
