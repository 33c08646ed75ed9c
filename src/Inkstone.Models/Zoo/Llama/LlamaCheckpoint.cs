using System.Text.Json;
using Inkstone.Foundation.Formats;
using Inkstone.Foundation.Randomness;
using Inkstone.Tensors;

namespace Inkstone.Models;

/// <summary>Llama and Qwen 3 as Hugging Face's files have them; the plain squared-ReLU form, which nobody else has, under a name of its own.</summary>
public sealed class LlamaCheckpoint : ModelFamily
{
    /// <inheritdoc/>
    public override IReadOnlyList<string> Names => ["llama", "qwen3", "inkstone"];

    /// <inheritdoc/>
    public override IReadOnlyList<ModelConfig> TinyConfigs
    {
        get
        {
            var tiny = new LlamaConfig
            {
                VocabularySize = 61,
                ContextLength = 96,
                Width = 32,
                LayerCount = 2,
                HeadCount = 4,
                KeyValueHeadCount = 2,
                HeadWidth = 8,
                HiddenWidth = 48,
            };
            return [tiny, tiny with { QueryKeyNorm = true, TiedHead = false }, tiny with { FeedForward = FeedForwardKind.ReluSquared, KeyValueHeadCount = 4 }];
        }
    }

    /// <inheritdoc/>
    public override ModelConfig ReadConfig(JsonObjectReader json)
    {
        json.Ignore("architectures", "torch_dtype", "dtype", "transformers_version", "use_cache", "bos_token_id", "eos_token_id", "pad_token_id", "_name_or_path",
            "pretraining_tp", "attention_dropout", "max_window_layers", "layer_types");
        var family = json.GetString("model_type");
        json.GetChoice("hidden_act", family == "inkstone" ? ["relu2"] : ["silu"], family == "inkstone" ? "relu2" : "silu");
        foreach (var option in (string[])["attention_bias", "mlp_bias", "use_sliding_window"])
            if (json.GetBoolean(option, false))
                throw json.Get(option).Error("this form of Llama is not supported", "false");
        foreach (var option in (string[])["rope_scaling", "sliding_window"])
        {
            if (json.Find(option) is { } value)
                throw value.Error("this form of Llama is not supported", "null");
            json.Ignore(option);
        }
        var heads = json.GetInt32("num_attention_heads", 1, 4_096);
        var width = json.GetInt32("hidden_size", 1, 1 << 20);
        return new LlamaConfig
        {
            VocabularySize = json.GetInt32("vocab_size", 1, 1 << 24),
            ContextLength = json.GetInt32("max_position_embeddings", 1, 1 << 24, 2_048),
            Width = width,
            LayerCount = json.GetInt32("num_hidden_layers", 1, 4_096),
            HeadCount = heads,
            KeyValueHeadCount = json.GetInt32("num_key_value_heads", 1, 4_096, heads),
            HeadWidth = json.GetInt32("head_dim", 2, 4_096, Math.Clamp(width / heads, 2, 4_096)),
            HiddenWidth = json.GetInt32("intermediate_size", 1, 1 << 22),
            FeedForward = family == "inkstone" ? FeedForwardKind.ReluSquared : FeedForwardKind.SwiGlu,
            QueryKeyNorm = family == "qwen3" || (family == "inkstone" && json.GetBoolean("query_key_norm", false)),
            TiedHead = json.GetBoolean("tie_word_embeddings", false),
            RotaryTheta = json.GetDouble("rope_theta", 1, 1e12, 10_000),
            NormEpsilon = json.GetDouble("rms_norm_eps", 1e-12, 1, 1e-6),
            InitialDeviation = json.GetDouble("initializer_range", 0, 10, 0.02),
        };
    }

    /// <inheritdoc/>
    public override void WriteConfig(ModelConfig config, Utf8JsonWriter json)
    {
        var llama = (LlamaConfig)config;
        json.WriteStartObject();
        json.WriteString("model_type", llama.Family);
        json.WriteStartArray("architectures");
        json.WriteStringValue(llama.Family switch { "qwen3" => "Qwen3ForCausalLM", "llama" => "LlamaForCausalLM", _ => "InkstoneForCausalLM" });
        json.WriteEndArray();
        json.WriteNumber("vocab_size", llama.VocabularySize);
        json.WriteNumber("max_position_embeddings", llama.ContextLength);
        json.WriteNumber("hidden_size", llama.Width);
        json.WriteNumber("num_hidden_layers", llama.LayerCount);
        json.WriteNumber("num_attention_heads", llama.HeadCount);
        json.WriteNumber("num_key_value_heads", llama.KeyValueHeadCount);
        json.WriteNumber("head_dim", llama.HeadWidth);
        json.WriteNumber("intermediate_size", llama.HiddenWidth);
        json.WriteString("hidden_act", llama.FeedForward == FeedForwardKind.ReluSquared ? "relu2" : "silu");
        if (llama.FeedForward == FeedForwardKind.ReluSquared)
            json.WriteBoolean("query_key_norm", llama.QueryKeyNorm);
        json.WriteBoolean("attention_bias", false);
        json.WriteBoolean("tie_word_embeddings", llama.TiedHead);
        json.WriteFinite("rope_theta", llama.RotaryTheta);
        json.WriteFinite("rms_norm_eps", llama.NormEpsilon);
        json.WriteFinite("initializer_range", llama.InitialDeviation);
        json.WriteString("torch_dtype", "float32");
        json.WriteEndObject();
    }

    /// <inheritdoc/>
    public override Model Create(ModelConfig config, ParameterSource source) => new Llama((LlamaConfig)config, source);

    /// <inheritdoc/>
    public override CheckpointMap Map(Model model)
    {
        var llama = (Llama)model;
        var map = new CheckpointMap()
            .Add("model.embed_tokens.weight", llama.Embedding.Parameters.Single())
            .Add("model.norm.weight", llama.FinalNorm.Weight);
        if (llama.Output is null)
            map.AddTied("lm_head.weight");
        else
            map.Add("lm_head.weight", llama.Output.Matrix);
        foreach (var block in llama.Stack.Blocks.Cast<LlamaBlock>())
        {
            var layer = $"model.layers.{block.Layer}.";
            map.Add(layer + "input_layernorm.weight", block.AttentionNorm.Weight)
                .Add(layer + "self_attn.q_proj.weight", block.Query.Matrix)
                .Add(layer + "self_attn.k_proj.weight", block.Key.Matrix)
                .Add(layer + "self_attn.v_proj.weight", block.Value.Matrix)
                .Add(layer + "self_attn.o_proj.weight", block.Output.Matrix)
                .Add(layer + "post_attention_layernorm.weight", block.FeedForwardNorm.Weight);
            if (block.QueryNorm is not null)
                map.Add(layer + "self_attn.q_norm.weight", block.QueryNorm.Weight).Add(layer + "self_attn.k_norm.weight", block.KeyNorm!.Weight);
            if (block.FeedForward is GatedFeedForward gated)
                map.Add(layer + "mlp.gate_proj.weight", gated.Gate.Matrix)
                    .Add(layer + "mlp.up_proj.weight", gated.Up.Matrix)
                    .Add(layer + "mlp.down_proj.weight", gated.Down.Matrix);
            else if (block.FeedForward is PlainFeedForward plain)
                map.Add(layer + "mlp.up_proj.weight", plain.Up.Matrix).Add(layer + "mlp.down_proj.weight", plain.Down.Matrix);
        }
        return map;
    }
}
