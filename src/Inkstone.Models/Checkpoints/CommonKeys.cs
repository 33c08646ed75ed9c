using System.Text.Json;
using Inkstone.Foundation.Formats;

namespace Inkstone.Models;

/// <summary>Members of <c>config.json</c> that all families have: how the file begins and ends, and what says nothing of the network (where it came from, how it was trained, what a library kept there).</summary>
internal static class CommonKeys
{
    public static void Ignore(JsonObjectReader json) =>
        json.Ignore("architectures", "torch_dtype", "dtype", "transformers_version", "transformers.js_config", "use_cache", "cache_implementation",
            "bos_token_id", "eos_token_id", "pad_token_id", "unk_token_id", "sep_token_id", "_name_or_path", "pretraining_tp", "attention_dropout", "hidden_dropout",
            "resid_pdrop", "embd_pdrop", "attn_pdrop", "classifier_dropout", "gradient_checkpointing", "tokenizer_class", "task_specific_params",
            "_attn_implementation", "_attn_implementation_autoset", "attn_implementation", "unsloth_fixed", "unsloth_version", "unsloth_processed",
            "model_name", "max_length", "id2label", "label2id", "output_attentions", "output_hidden_states", "return_dict", "return_dict_in_generate", "output_scores");

    /// <summary>Throws where a member asks for a form of the network that is not supported; what is missing asks for nothing.</summary>
    public static void Require(JsonObjectReader json, string network, params ReadOnlySpan<(string Name, bool Value)> members)
    {
        foreach (var (name, value) in members)
            if (json.GetBoolean(name, value) != value)
                throw json.Get(name).Error($"this form of {network} is not supported", value ? "true" : "false");
    }

    /// <summary>Begins a file: the family and its class in the library.</summary>
    public static void Begin(Utf8JsonWriter json, string family, string className)
    {
        json.WriteStartObject();
        json.WriteString("model_type", family);
        json.WriteStartArray("architectures");
        json.WriteStringValue(className);
        json.WriteEndArray();
    }

    /// <summary>A number that a file may have as null.</summary>
    public static void WriteOrNull(Utf8JsonWriter json, string name, int? number)
    {
        if (number is { } value)
            json.WriteNumber(name, value);
        else
            json.WriteNull(name);
    }

    /// <summary>Ends it.</summary>
    public static void End(Utf8JsonWriter json, double initialDeviation)
    {
        json.WriteFinite("initializer_range", initialDeviation);
        json.WriteString("torch_dtype", "float32");
        json.WriteEndObject();
    }
}
