using System.Text.Json;
using Inkstone.Foundation.Errors;
using Inkstone.Foundation.Formats;

namespace Inkstone.Tokenizers;

/// <summary>Writes a tokenizer as Hugging Face's <c>tokenizer.json</c>.</summary>
internal static class TokenizerJsonWriter
{
    /// <summary>The bytes of tokenizer.json.</summary>
    public static byte[] Write(Tokenizer tokenizer)
    {
        var parts = tokenizer.Parts;
        if (parts.Model.TakesSource)
            throw new InkstoneRequestException("a SentencePiece model has no equal as tokenizer.json", nameof(Tokenizer.ToJson), fix: "Convert it first, by WithStages or `inkstone tokenizer convert`.");
        return StableJson.ToBytes(json =>
        {
            json.WriteStartObject();
            json.WriteString("version", "1.0");
            WriteTruncation(json, parts.Truncation);
            WritePadding(json, parts.Padding);
            WriteAddedTokens(json, tokenizer);
            WritePart(json, "normalizer", parts.Normalizer, NormalizerJson.Write);
            WritePart(json, "pre_tokenizer", parts.PreTokenizer, PreTokenizerJson.Write);
            WritePart(json, "post_processor", parts.PostProcessor, PostProcessorJson.Write);
            WritePart(json, "decoder", parts.Decoder, DecoderJson.Write);
            ModelJson.Write(json, tokenizer);
            json.WriteEndObject();
        });
    }

    /// <summary>The error for a stage that is of another program's making and has no name in tokenizer.json.</summary>
    public static InkstoneRequestException NoForm(object stage) => new("a stage has no form in tokenizer.json", nameof(Tokenizer.ToJson), found: stage.GetType().Name);

    private static void WritePart<T>(Utf8JsonWriter json, string name, T? part, Action<Utf8JsonWriter, T> write)
        where T : class
    {
        json.WritePropertyName(name);
        if (part is null)
            json.WriteNullValue();
        else
            write(json, part);
    }

    private static void WriteTruncation(Utf8JsonWriter json, Truncation? truncation)
    {
        if (truncation is null)
        {
            json.WriteNull("truncation");
            return;
        }
        json.WriteStartObject("truncation");
        json.WriteString("direction", truncation.Side.ToString());
        json.WriteNumber("max_length", truncation.MaximumLength);
        json.WriteString("strategy", truncation.Strategy.ToString());
        json.WriteNumber("stride", truncation.Stride);
        json.WriteEndObject();
    }

    private static void WritePadding(Utf8JsonWriter json, Padding? padding)
    {
        if (padding is null)
        {
            json.WriteNull("padding");
            return;
        }
        json.WriteStartObject("padding");
        if (padding.Length is { } length)
        {
            json.WriteStartObject("strategy");
            json.WriteNumber("Fixed", length);
            json.WriteEndObject();
        }
        else
            json.WriteString("strategy", "BatchLongest");
        json.WriteString("direction", padding.Side.ToString());
        if (padding.Multiple is { } multiple)
            json.WriteNumber("pad_to_multiple_of", multiple);
        else
            json.WriteNull("pad_to_multiple_of");
        json.WriteNumber("pad_id", padding.Id);
        json.WriteNumber("pad_type_id", padding.TypeId);
        json.WriteString("pad_token", padding.Token);
        json.WriteEndObject();
    }

    private static void WriteAddedTokens(Utf8JsonWriter json, Tokenizer tokenizer)
    {
        json.WriteStartArray("added_tokens");
        foreach (var token in tokenizer.AddedTokens)
        {
            json.WriteStartObject();
            json.WriteNumber("id", token.Id);
            json.WriteString("content", token.Content);
            json.WriteBoolean("single_word", token.IsSingleWord);
            json.WriteBoolean("lstrip", token.StripsLeft);
            json.WriteBoolean("rstrip", token.StripsRight);
            json.WriteBoolean("normalized", token.IsNormalized);
            json.WriteBoolean("special", token.IsSpecial);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }
}
