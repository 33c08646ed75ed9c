using System.Text.Json;
using Inkstone.Foundation.Errors;
using Inkstone.Foundation.Formats;
using Inkstone.Tensors;

namespace Inkstone.Models;

/// <summary>Llama and Qwen 3 as Hugging Face's files have them; the plain squared-ReLU form, which nobody else has, under a name of its own.</summary>
public sealed class LlamaCheckpoint : ModelFamily
{
    /// <inheritdoc/>
    public override IReadOnlyList<string> Names => ["llama", "qwen3", "mixtral", "qwen3_moe", "inkstone"];

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
            var experts = new ExpertOptions { Count = 5, Chosen = 2, HiddenWidth = 24 };
            return [tiny, tiny with { QueryKeyNorm = true, TiedHead = false }, tiny with { FeedForward = FeedForwardKind.ReluSquared, KeyValueHeadCount = 4 },
                tiny with { Experts = experts, HiddenWidth = 24 }, tiny with { Experts = experts with { Renormalised = false }, QueryKeyNorm = true }];
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
            Experts = ExpertJson.Read(json, family),
            QueryKeyNorm = family is "qwen3" or "qwen3_moe" || (family == "inkstone" && json.GetBoolean("query_key_norm", false)),
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
        json.WriteStringValue(llama.Family switch { "qwen3" => "Qwen3ForCausalLM", "mixtral" => "MixtralForCausalLM", "qwen3_moe" => "Qwen3MoeForCausalLM", "llama" => "LlamaForCausalLM", _ => "InkstoneForCausalLM" });
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
        if (llama.Experts is not null)
            ExpertJson.Write(json, llama.Experts, llama.Family);
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
    public override IReadOnlyList<string> Architectures => ["llama", "qwen3", "qwen3moe"];

    /// <inheritdoc/>
    public override string ArchitectureOf(ModelConfig config) => config.Family switch
    {
        "mixtral" => "llama",
        "qwen3_moe" => "qwen3moe",
        "llama" or "qwen3" => config.Family,
        _ => throw new InkstoneRequestException("GGUF has no such network", "architecture", string.Join(", ", Architectures), config.Family),
    };

    /// <inheritdoc/>
    public override ModelConfig ReadGguf(GgufFields fields)
    {
        fields.Ignore("attention.causal");
        var heads = fields.GetInt32("attention.head_count", 1, 4_096);
        var width = fields.GetInt32("embedding_length", 1, 1 << 20);
        var headWidth = fields.GetInt32("attention.key_length", 2, 4_096, Math.Clamp(width / heads, 2, 4_096));
        foreach (var name in (string[])["attention.value_length", "rope.dimension_count"])
            if (fields.GetInt32(name, 1, 4_096, headWidth) != headWidth)
                throw fields.Find(name)!.Value.Error("this form of Llama is not supported", $"{headWidth}");
        var hiddenWidth = fields.GetInt32("feed_forward_length", 1, 1 << 22);
        return new LlamaConfig
        {
            VocabularySize = fields.VocabularySize,
            ContextLength = fields.GetInt32("context_length", 1, 1 << 24),
            Width = width,
            LayerCount = fields.GetInt32("block_count", 1, 4_096),
            HeadCount = heads,
            KeyValueHeadCount = fields.GetInt32("attention.head_count_kv", 1, 4_096, heads),
            HeadWidth = headWidth,
            HiddenWidth = hiddenWidth,
            Experts = ExpertGguf.Read(fields, hiddenWidth),
            QueryKeyNorm = fields.Architecture is "qwen3" or "qwen3moe",
            TiedHead = fields.ShapeOf("output.weight") is null,
            RotaryTheta = fields.GetDouble("rope.freq_base", 1, 1e12, 10_000),
            RotaryPairing = fields.Architecture == "llama" ? RotaryPairing.Interleaved : RotaryPairing.Halves,
            NormEpsilon = fields.GetDouble("attention.layer_norm_rms_epsilon", 1e-12, 1),
        };
    }

    /// <inheritdoc/>
    public override void WriteGguf(ModelConfig config, GgufFieldWriter fields)
    {
        var llama = (LlamaConfig)config;
        fields.Set("context_length", llama.ContextLength).Set("embedding_length", llama.Width).Set("block_count", llama.LayerCount)
            .Set("feed_forward_length", llama.HiddenWidth).Set("attention.head_count", llama.HeadCount).Set("attention.head_count_kv", llama.KeyValueHeadCount)
            .Set("attention.key_length", llama.HeadWidth).Set("attention.value_length", llama.HeadWidth).Set("rope.dimension_count", llama.HeadWidth)
            .Set("rope.freq_base", llama.RotaryTheta).Set("attention.layer_norm_rms_epsilon", llama.NormEpsilon).Set("vocab_size", llama.VocabularySize);
        if (llama.Experts is not null)
            ExpertGguf.Write(fields, llama.Experts, llama.Family);
    }

    /// <inheritdoc/>
    public override CheckpointMap GgufMap(Model model)
    {
        var llama = (Llama)model;
        // the architecture's own rows are those of interleaved pairs
        TensorChange[] turned = llama.Settings.Family is "llama" or "mixtral" && llama.Settings.RotaryPairing == RotaryPairing.Halves ? [new RotaryPermuted(llama.Settings.HeadWidth)] : [];
        var map = new CheckpointMap().Add("token_embd.weight", llama.Embedding.Parameters.Single()).Add("output_norm.weight", llama.FinalNorm.Weight);
        if (llama.Output is not null)
            map.Add("output.weight", llama.Output.Matrix);
        foreach (var block in llama.Stack.Blocks.Cast<LlamaBlock>())
        {
            var layer = $"blk.{block.Layer}.";
            map.Add(layer + "attn_norm.weight", block.AttentionNorm.Weight)
                .Add(layer + "attn_q.weight", block.Query.Matrix, turned)
                .Add(layer + "attn_k.weight", block.Key.Matrix, turned)
                .Add(layer + "attn_v.weight", block.Value.Matrix)
                .Add(layer + "attn_output.weight", block.Output.Matrix)
                .Add(layer + "ffn_norm.weight", block.FeedForwardNorm.Weight);
            if (block.QueryNorm is not null)
                map.Add(layer + "attn_q_norm.weight", block.QueryNorm.Weight).Add(layer + "attn_k_norm.weight", block.KeyNorm!.Weight);
            if (block.FeedForward is ExpertFeedForward experts)
                ExpertNames.AddToGguf(map, layer, experts);
            else if (block.FeedForward is GatedFeedForward gated)
                map.Add(layer + "ffn_gate.weight", gated.Gate.Matrix).Add(layer + "ffn_up.weight", gated.Up.Matrix).Add(layer + "ffn_down.weight", gated.Down.Matrix);
        }
        return map;
    }

    /// <inheritdoc/>
    public override CheckpointMap Map(Model model)
    {
        var llama = (Llama)model;
        TensorChange[] turned = llama.Settings.RotaryPairing == RotaryPairing.Interleaved ? [new RotaryPermuted(llama.Settings.HeadWidth, Reversed: true)] : [];
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
                .Add(layer + "self_attn.q_proj.weight", block.Query.Matrix, turned)
                .Add(layer + "self_attn.k_proj.weight", block.Key.Matrix, turned)
                .Add(layer + "self_attn.v_proj.weight", block.Value.Matrix)
                .Add(layer + "self_attn.o_proj.weight", block.Output.Matrix)
                .Add(layer + "post_attention_layernorm.weight", block.FeedForwardNorm.Weight);
            if (block.QueryNorm is not null)
                map.Add(layer + "self_attn.q_norm.weight", block.QueryNorm.Weight).Add(layer + "self_attn.k_norm.weight", block.KeyNorm!.Weight);
            if (block.FeedForward is ExpertFeedForward experts)
                (llama.Settings.Family == "mixtral" ? ExpertNames.Mixtral : ExpertNames.Qwen).AddTo(map, layer, experts);
            else if (block.FeedForward is GatedFeedForward gated)
                map.Add(layer + "mlp.gate_proj.weight", gated.Gate.Matrix)
                    .Add(layer + "mlp.up_proj.weight", gated.Up.Matrix)
                    .Add(layer + "mlp.down_proj.weight", gated.Down.Matrix);
            else if (block.FeedForward is PlainFeedForward plain)
                map.Add(layer + "mlp.up_proj.weight", plain.Up.Matrix).Add(layer + "mlp.down_proj.weight", plain.Down.Matrix);
        }
        return map;
    }
}
