using System.Globalization;
using System.Text.Json;
using Inkstone.Foundation.Formats;

namespace Inkstone.Tokenizers;

/// <summary>Writes what a configuration says as <c>tokenizer_config.json</c> and <c>special_tokens_map.json</c>, members by name.</summary>
internal static class TokenizerConfigWriter
{
    /// <summary>The bytes of tokenizer_config.json.</summary>
    public static byte[] Write(TokenizerConfig config) => StableJson.ToBytes(json =>
    {
        json.WriteStartObject();
        WriteSwitch(json, "add_bos_token", config.AddsBeginOfText);
        WriteSwitch(json, "add_eos_token", config.AddsEndOfText);
        WriteAdded(json, config.AddedTokens);
        WriteAdditional(json, config);
        WriteTemplates(json, config.ChatTemplates);
        json.WriteBoolean("clean_up_tokenization_spaces", false);
        WriteSwitch(json, "do_lower_case", config.Lowercases);
        if (config.MaximumLength is { } length)
            json.WriteNumber("model_max_length", length);
        WriteRoles(json, config);
        if (config.TokenizerClass is { } type)
            json.WriteString("tokenizer_class", type);
        json.WriteEndObject();
    });

    /// <summary>The bytes of special_tokens_map.json.</summary>
    public static byte[] WriteMap(TokenizerConfig config) => StableJson.ToBytes(json =>
    {
        json.WriteStartObject();
        WriteAdditional(json, config);
        WriteRoles(json, config);
        json.WriteEndObject();
    });

    private static void WriteRoles(Utf8JsonWriter json, TokenizerConfig config)
    {
        foreach (var (role, token) in config.Roles.OrderBy(role => role.Key, StringComparer.Ordinal))
            json.WriteString(role, token);
    }

    private static void WriteAdditional(Utf8JsonWriter json, TokenizerConfig config)
    {
        if (config.AdditionalSpecials.Count == 0)
            return;
        json.WriteStartArray("additional_special_tokens");
        foreach (var token in config.AdditionalSpecials)
            json.WriteStringValue(token);
        json.WriteEndArray();
    }

    private static void WriteAdded(Utf8JsonWriter json, IReadOnlyList<AddedToken> tokens)
    {
        if (tokens.Count == 0)
            return;
        json.WriteStartObject("added_tokens_decoder");
        foreach (var token in tokens)
        {
            json.WriteStartObject(token.Id.ToString(CultureInfo.InvariantCulture));
            json.WriteString("content", token.Content);
            json.WriteBoolean("lstrip", token.StripsLeft);
            json.WriteBoolean("normalized", token.IsNormalized);
            json.WriteBoolean("rstrip", token.StripsRight);
            json.WriteBoolean("single_word", token.IsSingleWord);
            json.WriteBoolean("special", token.IsSpecial);
            json.WriteEndObject();
        }
        json.WriteEndObject();
    }

    /// <summary>One template without a name as a string, several as a list.</summary>
    private static void WriteTemplates(Utf8JsonWriter json, IReadOnlyDictionary<string, string> templates)
    {
        if (templates.Count == 1 && templates.TryGetValue("default", out var only))
            json.WriteString("chat_template", only);
        else if (templates.Count > 0)
        {
            json.WriteStartArray("chat_template");
            foreach (var (name, template) in templates.OrderBy(template => template.Key, StringComparer.Ordinal))
            {
                json.WriteStartObject();
                json.WriteString("name", name);
                json.WriteString("template", template);
                json.WriteEndObject();
            }
            json.WriteEndArray();
        }
    }

    private static void WriteSwitch(Utf8JsonWriter json, string name, bool? value)
    {
        if (value is { } given)
            json.WriteBoolean(name, given);
    }
}
