using System.Text.Json;
using Inkstone.Foundation.Formats;

namespace Inkstone.Tokenizers;

/// <summary>Writes a tokenizer as Hugging Face's <c>tokenizer.json</c>, and the <c>tokenizer_config.json</c> that names its roles.</summary>
internal static class TokenizerJsonWriter
{
    /// <summary>The bytes of tokenizer.json.</summary>
    public static byte[] Write(Tokenizer tokenizer) => StableJson.ToBytes(json =>
    {
        json.WriteStartObject();
        json.WriteString("version", "1.0");
        json.WriteNull("truncation");
        json.WriteNull("padding");
        WriteAddedTokens(json, tokenizer);
        json.WriteNull("normalizer");
        WritePreTokenizer(json, tokenizer.PreTokenizer);
        json.WritePropertyName("post_processor");
        WriteByteLevel(json, addPrefixSpace: true, trimOffsets: false, useRegex: true);
        json.WritePropertyName("decoder");
        WriteByteLevel(json, addPrefixSpace: true, trimOffsets: true, useRegex: true);
        WriteModel(json, tokenizer);
        json.WriteEndObject();
    });

    /// <summary>The bytes of tokenizer_config.json.</summary>
    public static byte[] WriteConfig(Tokenizer tokenizer, int? maximumLength) => StableJson.ToBytes(json =>
    {
        json.WriteStartObject();
        json.WriteString("bos_token", tokenizer.Roles.BeginOfText);
        json.WriteBoolean("clean_up_tokenization_spaces", false);
        json.WriteString("eos_token", tokenizer.Roles.EndOfText);
        if (maximumLength is { } length)
            json.WriteNumber("model_max_length", length);
        json.WriteString("tokenizer_class", "PreTrainedTokenizerFast");
        json.WriteEndObject();
    });

    private static void WriteAddedTokens(Utf8JsonWriter json, Tokenizer tokenizer)
    {
        json.WriteStartArray("added_tokens");
        foreach (var token in tokenizer.AddedTokens)
        {
            json.WriteStartObject();
            json.WriteNumber("id", token.Id);
            json.WriteString("content", token.Content);
            json.WriteBoolean("single_word", false);
            json.WriteBoolean("lstrip", false);
            json.WriteBoolean("rstrip", false);
            json.WriteBoolean("normalized", false);
            json.WriteBoolean("special", token.IsSpecial);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    private static void WritePreTokenizer(Utf8JsonWriter json, PreTokenizer preTokenizer)
    {
        json.WritePropertyName("pre_tokenizer");
        if (preTokenizer == PreTokenizer.Gpt2)
        {
            WriteByteLevel(json, addPrefixSpace: false, trimOffsets: true, useRegex: true);
            return;
        }
        json.WriteStartObject();
        json.WriteString("type", "Sequence");
        json.WriteStartArray("pretokenizers");
        json.WriteStartObject();
        json.WriteString("type", "Split");
        json.WriteStartObject("pattern");
        json.WriteString("Regex", preTokenizer.Pattern);
        json.WriteEndObject();
        json.WriteString("behavior", "Isolated");
        json.WriteBoolean("invert", false);
        json.WriteEndObject();
        WriteByteLevel(json, addPrefixSpace: false, trimOffsets: true, useRegex: false);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteByteLevel(Utf8JsonWriter json, bool addPrefixSpace, bool trimOffsets, bool useRegex)
    {
        json.WriteStartObject();
        json.WriteString("type", "ByteLevel");
        json.WriteBoolean("add_prefix_space", addPrefixSpace);
        json.WriteBoolean("trim_offsets", trimOffsets);
        json.WriteBoolean("use_regex", useRegex);
        json.WriteEndObject();
    }

    private static void WriteModel(Utf8JsonWriter json, Tokenizer tokenizer)
    {
        var model = tokenizer.Model;
        json.WriteStartObject("model");
        json.WriteString("type", "BPE");
        json.WriteNull("dropout");
        json.WriteNull("unk_token");
        json.WriteNull("continuing_subword_prefix");
        json.WriteNull("end_of_word_suffix");
        json.WriteBoolean("fuse_unk", false);
        json.WriteBoolean("byte_fallback", false);
        json.WriteBoolean("ignore_merges", model.IgnoreMerges);
        json.WriteStartObject("vocab");
        for (var id = 0; id < tokenizer.VocabularySize; id++)
        {
            if (tokenizer.IdToToken(id) is { } token)
                json.WriteNumber(token, id);
        }
        json.WriteEndObject();
        json.WriteStartArray("merges");
        foreach (var merge in model.Merges.All)
        {
            json.WriteStartArray();
            json.WriteStringValue(ByteLevel.ToText(model.Pieces[merge.Left]));
            json.WriteStringValue(ByteLevel.ToText(model.Pieces[merge.Right]));
            json.WriteEndArray();
        }
        json.WriteEndArray();
        json.WriteEndObject();
    }
}
