using System.Text.Json;
using Inkstone.Foundation.Formats;

namespace Inkstone.Models;

/// <summary>StableLM as Hugging Face's files and GGUF's have it.</summary>
public sealed class StableLmCheckpoint : ModelFamily
{
    private static readonly RotaryJson.Names RotaryNames = new(DefaultShare: 0.25);

    /// <inheritdoc/>
    public override IReadOnlyList<string> Names => ["stablelm"];

    /// <inheritdoc/>
    public override IReadOnlyList<string> Architectures => ["stablelm"];

    /// <inheritdoc/>
    public override IReadOnlyList<ModelConfig> TinyConfigs
    {
        get
        {
            var tiny = new StableLmConfig
            {
                VocabularySize = 61,
                ContextLength = 96,
                Width = 32,
                LayerCount = 2,
                HeadCount = 4,
                KeyValueHeadCount = 2,
                HiddenWidth = 48,
                RotaryWidth = 2,
            };
            return [tiny with { QueryKeyValueBias = true }, tiny with { QueryKeyNorm = true, IsParallel = true, TiedHead = true, RotaryWidth = 6 }];
        }
    }

    /// <inheritdoc/>
    public override ModelConfig ReadConfig(JsonObjectReader json)
    {
        CommonKeys.Ignore(json);
        json.GetChoice("hidden_act", ["silu"], "silu");
        var width = json.GetInt32("hidden_size", 1, 1 << 20);
        var heads = json.GetInt32("num_attention_heads", 1, 4_096);
        var contextLength = json.GetInt32("max_position_embeddings", 1, 1 << 24, 4_096);
        var rotary = RotaryJson.Read(json, width / heads, contextLength, RotaryNames);
        return new StableLmConfig
        {
            VocabularySize = json.GetInt32("vocab_size", 1, 1 << 24),
            ContextLength = contextLength,
            Width = width,
            LayerCount = json.GetInt32("num_hidden_layers", 1, 4_096),
            HeadCount = heads,
            KeyValueHeadCount = json.GetInt32("num_key_value_heads", 1, 4_096, heads),
            HiddenWidth = json.GetInt32("intermediate_size", 1, 1 << 22),
            QueryKeyValueBias = json.GetBoolean("use_qkv_bias", false),
            QueryKeyNorm = json.GetBoolean("qk_layernorm", false),
            IsParallel = json.GetBoolean("use_parallel_residual", false),
            TiedHead = json.GetBoolean("tie_word_embeddings", false),
            RotaryWidth = rotary.Width,
            RotaryTheta = rotary.Theta,
            RotaryScaling = rotary.Scaling,
            NormEpsilon = json.GetDouble("layer_norm_eps", 1e-12, 1, 1e-5),
            InitialDeviation = json.GetDouble("initializer_range", 0, 10, 0.02),
        };
    }

    /// <inheritdoc/>
    public override void WriteConfig(ModelConfig config, Utf8JsonWriter json)
    {
        var stable = (StableLmConfig)config;
        json.WriteStartObject();
        json.WriteString("model_type", "stablelm");
        json.WriteStartArray("architectures");
        json.WriteStringValue("StableLmForCausalLM");
        json.WriteEndArray();
        json.WriteNumber("vocab_size", stable.VocabularySize);
        json.WriteNumber("max_position_embeddings", stable.ContextLength);
        json.WriteNumber("hidden_size", stable.Width);
        json.WriteNumber("num_hidden_layers", stable.LayerCount);
        json.WriteNumber("num_attention_heads", stable.HeadCount);
        json.WriteNumber("num_key_value_heads", stable.KeyValueHeadCount);
        json.WriteNumber("intermediate_size", stable.HiddenWidth);
        json.WriteString("hidden_act", "silu");
        json.WriteBoolean("use_qkv_bias", stable.QueryKeyValueBias);
        json.WriteBoolean("qk_layernorm", stable.QueryKeyNorm);
        json.WriteBoolean("use_parallel_residual", stable.IsParallel);
        json.WriteBoolean("tie_word_embeddings", stable.TiedHead);
        json.WriteFinite(RotaryNames.Share, (double)stable.RotaryWidth / stable.HeadWidth);
        RotaryJson.Write(json, stable.RotaryTheta, stable.RotaryScaling, stable.ContextLength);
        json.WriteFinite("layer_norm_eps", stable.NormEpsilon);
        json.WriteFinite("initializer_range", stable.InitialDeviation);
        json.WriteString("torch_dtype", "float32");
        json.WriteEndObject();
    }

    /// <inheritdoc/>
    public override Model Create(ModelConfig config, ParameterSource source) => new StableLm((StableLmConfig)config, source);

    /// <inheritdoc/>
    public override ModelConfig ReadGguf(GgufFields fields)
    {
        var sizes = GgufSizes.Read(fields);
        var rotary = RotaryGguf.Read(fields, sizes.HeadWidth, sizes.ContextLength);
        fields.Ignore("use_parallel_residual"); // the second norm says it
        return new StableLmConfig
        {
            VocabularySize = fields.VocabularySize,
            ContextLength = sizes.ContextLength,
            Width = sizes.Width,
            LayerCount = sizes.LayerCount,
            HeadCount = sizes.HeadCount,
            KeyValueHeadCount = sizes.KeyValueHeadCount,
            HiddenWidth = sizes.HiddenWidth,
            QueryKeyValueBias = fields.ShapeOf("blk.0.attn_q.bias") is not null,
            QueryKeyNorm = fields.ShapeOf("blk.0.attn_q_norm.weight") is not null,
            IsParallel = fields.ShapeOf("blk.0.ffn_norm.weight") is null,
            TiedHead = fields.ShapeOf("output.weight") is null,
            RotaryWidth = rotary.Width,
            RotaryTheta = rotary.Theta,
            RotaryScaling = rotary.Scaling,
            NormEpsilon = fields.GetDouble("attention.layer_norm_epsilon", 1e-12, 1),
        };
    }

    /// <inheritdoc/>
    public override void WriteGguf(ModelConfig config, GgufFieldWriter fields)
    {
        var stable = (StableLmConfig)config;
        new GgufSizes(stable.ContextLength, stable.Width, stable.LayerCount, stable.HiddenWidth, stable.HeadCount, stable.KeyValueHeadCount).Write(fields)
            .Set("use_parallel_residual", stable.IsParallel).Set("attention.layer_norm_epsilon", stable.NormEpsilon);
        RotaryGguf.Write(fields, stable.RotaryTheta, stable.RotaryWidth, stable.RotaryScaling);
    }

    /// <inheritdoc/>
    public override IReadOnlyList<(string Name, IReadOnlyList<float> Numbers)> GgufTables(ModelConfig config)
    {
        var stable = (StableLmConfig)config;
        return RotaryGguf.Tables(stable.RotaryScaling, stable.RotaryWidth, stable.RotaryTheta);
    }

    /// <inheritdoc/>
    public override CheckpointMap Map(Model model)
    {
        var stable = (StableLm)model;
        var map = CheckpointMap.Around(stable, "model.embed_tokens", "model.norm", "lm_head")
            .Ignore(name => name.EndsWith(".rotary_emb.inv_freq", StringComparison.Ordinal));
        foreach (var block in stable.Stack.Blocks.Cast<StableLmBlock>())
        {
            var layer = $"model.layers.{block.Layer}.";
            map.Add(layer + "input_layernorm", block.AttentionNorm)
                .Add(layer + "self_attn.q_proj", block.Query).Add(layer + "self_attn.k_proj", block.Key)
                .Add(layer + "self_attn.v_proj", block.Value).Add(layer + "self_attn.o_proj", block.Output)
                .Add(layer + "mlp.gate_proj", block.FeedForward.Gate).Add(layer + "mlp.up_proj", block.FeedForward.Up).Add(layer + "mlp.down_proj", block.FeedForward.Down);
            if (block.FeedForwardNorm is not null)
                map.Add(layer + "post_attention_layernorm", block.FeedForwardNorm);
            AddHeads(layer + "self_attn.q_layernorm", block.QueryNorm);
            AddHeads(layer + "self_attn.k_layernorm", block.KeyNorm);
        }
        return map;

        void AddHeads(string name, HeadNorm? norm)
        {
            if (norm is not null)
                map.AddFused([.. Enumerable.Range(0, norm.Weight.Value.Shape[0]).Select(head => $"{name}.norms.{head}.weight")], norm.Weight, 0, new VectorAsRow());
        }
    }

    /// <inheritdoc/>
    public override CheckpointMap GgufMap(Model model)
    {
        var stable = (StableLm)model;
        var map = CheckpointMap.Around(stable, "token_embd", "output_norm", "output").Ignore(RotaryGguf.IsTable);
        foreach (var block in stable.Stack.Blocks.Cast<StableLmBlock>())
        {
            var layer = $"blk.{block.Layer}.";
            map.Add(layer + "attn_norm", block.AttentionNorm).AddAttention(layer, block.Query, block.Key, block.Value, block.Output).AddFeedForward(layer, block.FeedForward);
            if (block.FeedForwardNorm is not null)
                map.Add(layer + "ffn_norm", block.FeedForwardNorm);
            if (block.QueryNorm is not null)
                map.Add(layer + "attn_q_norm.weight", block.QueryNorm.Weight).Add(layer + "attn_k_norm.weight", block.KeyNorm!.Weight);
        }
        return map;
    }
}
