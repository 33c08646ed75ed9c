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
            var tiny = Tiny(new StableLmConfig { HeadCount = 4, KeyValueHeadCount = 2, HiddenWidth = 48, RotaryWidth = 2 });
            return [tiny with { QueryKeyValueBias = true }, tiny with { QueryKeyNorm = true, IsParallel = true, TiedHead = true, RotaryWidth = 6 }];
        }
    }

    /// <inheritdoc/>
    public override ModelConfig ReadConfig(JsonObjectReader json)
    {
        CommonKeys.Ignore(json);
        json.GetChoice("hidden_act", ["silu"], "silu");
        var config = DecoderJson.LayerNorms.Read(json, new StableLmConfig(), contextLength: 4_096);
        var rotary = RotaryJson.Read(json, config.HeadWidth, config.ContextLength, RotaryNames);
        return config with
        {
            KeyValueHeadCount = json.GetInt32("num_key_value_heads", 1, 4_096, config.HeadCount),
            HiddenWidth = json.GetInt32("intermediate_size", 1, 1 << 22),
            QueryKeyValueBias = json.GetBoolean("use_qkv_bias", false),
            QueryKeyNorm = json.GetBoolean("qk_layernorm", false),
            IsParallel = json.GetBoolean("use_parallel_residual", false),
            TiedHead = json.GetBoolean("tie_word_embeddings", false),
            RotaryWidth = rotary.Width,
            RotaryTheta = rotary.Theta,
            RotaryScaling = rotary.Scaling,
        };
    }

    /// <inheritdoc/>
    public override void WriteConfig(ModelConfig config, Utf8JsonWriter json)
    {
        var stable = (StableLmConfig)config;
        DecoderJson.LayerNorms.Begin(json, stable, "StableLmForCausalLM");
        json.WriteNumber("num_key_value_heads", stable.KeyValueHeadCount);
        json.WriteNumber("intermediate_size", stable.HiddenWidth);
        json.WriteString("hidden_act", "silu");
        json.WriteBoolean("use_qkv_bias", stable.QueryKeyValueBias);
        json.WriteBoolean("qk_layernorm", stable.QueryKeyNorm);
        json.WriteBoolean("use_parallel_residual", stable.IsParallel);
        json.WriteBoolean("tie_word_embeddings", stable.TiedHead);
        json.WriteFinite(RotaryNames.Share, (double)stable.RotaryWidth / stable.HeadWidth);
        RotaryJson.Write(json, stable.Rotary, stable.ContextLength);
        DecoderJson.LayerNorms.End(json, stable);
    }

    /// <inheritdoc/>
    public override Model Create(ModelConfig config, ParameterSource source) => new StableLm((StableLmConfig)config, source);

    /// <inheritdoc/>
    public override ModelConfig ReadGguf(GgufFields fields)
    {
        var sizes = GgufSizes.Read(fields);
        var rotary = RotaryGguf.Read(fields, sizes.HeadWidth, sizes.ContextLength);
        fields.Ignore("use_parallel_residual"); // the second norm says it
        return sizes.On(new StableLmConfig(), fields, NormKind.Layer) with
        {
            KeyValueHeadCount = sizes.KeyValueHeadCount,
            HiddenWidth = sizes.HiddenWidth,
            QueryKeyValueBias = fields.ShapeOf("blk.0.attn_q.bias") is not null,
            QueryKeyNorm = fields.ShapeOf("blk.0.attn_q_norm.weight") is not null,
            IsParallel = fields.ShapeOf("blk.0.ffn_norm.weight") is null,
            TiedHead = fields.ShapeOf("output.weight") is null,
            RotaryWidth = rotary.Width,
            RotaryTheta = rotary.Theta,
            RotaryScaling = rotary.Scaling,
        };
    }

    /// <inheritdoc/>
    public override void WriteGguf(ModelConfig config, GgufFieldWriter fields)
    {
        var stable = (StableLmConfig)config;
        GgufSizes.Of(stable, stable.HiddenWidth, stable.KeyValueHeadCount).Write(fields)
            .Set("use_parallel_residual", stable.IsParallel).Set(GgufNames.EpsilonOf(NormKind.Layer), stable.NormEpsilon);
        RotaryGguf.Write(fields, stable.Rotary);
    }

    /// <inheritdoc/>
    public override CheckpointMap Map(Model model)
    {
        var stable = (StableLm)model;
        var map = FolderNames.Around(stable);
        foreach (var block in stable.Stack.Blocks.Cast<StableLmBlock>())
        {
            var layer = $"model.layers.{block.Layer}.";
            map.Add(layer + "input_layernorm", block.AttentionNorm).AddSelfAttention(layer, block.Query, block.Key, block.Value, block.Output).AddMlp(layer, block.FeedForward);
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
        var map = GgufNames.Around(stable);
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
