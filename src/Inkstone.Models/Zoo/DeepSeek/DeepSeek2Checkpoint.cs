using System.Text.Json;
using Inkstone.Foundation.Errors;
using Inkstone.Foundation.Formats;

namespace Inkstone.Models;

/// <summary>DeepSeek V2 as Hugging Face's files and GGUF's have it.</summary>
public sealed partial class DeepSeek2Checkpoint : ModelFamily
{
    /// <inheritdoc/>
    public override IReadOnlyList<string> Names => ["deepseek_v2"];

    /// <inheritdoc/>
    public override IReadOnlyList<ModelConfig> TinyConfigs
    {
        get
        {
            var tiny = Tiny(new DeepSeek2Config
            {
                HeadCount = 4,
                LatentWidth = 16,
                PlainWidth = 8,
                TurnedWidth = 4,
                ValueWidth = 6,
                HiddenWidth = 40,
                Experts = new() { Count = 5, Chosen = 2, HiddenWidth = 24, SharedHiddenWidth = 48, Renormalised = false },
                InitialDeviation = 0.2,
            });
            return
            [
                tiny,
                tiny with
                {
                    QueryRank = 12, Experts = tiny.Experts with { Scale = 1.5 },
                    RotaryScaling = new YarnRotaryScaling(4, 24) { AttentionFactor = 1, ScoreMagnitude = 0.707 },
                },
            ];
        }
    }

    /// <inheritdoc/>
    /// <remarks>The folders name the code that has become the library's.</remarks>
    public override bool KnowsOwnCodeOf(string name) => name == "deepseek_v2";

    /// <inheritdoc/>
    public override ModelConfig ReadConfig(JsonObjectReader json)
    {
        CommonKeys.Ignore(json);
        json.Ignore("aux_loss_alpha", "seq_aux", "ep_size", "num_key_value_heads", "head_dim", "qk_head_dim", "n_group", "topk_group", "mlp_bias");
        json.GetChoice("hidden_act", ["silu"], "silu");
        json.GetChoice("scoring_func", ["softmax"], "softmax");
        json.GetChoice("topk_method", ["greedy"], "greedy");
        json.GetInt32("moe_layer_freq", 1, 1, 1);
        CommonKeys.Require(json, "DeepSeek", ("attention_bias", false));
        var config = DecoderJson.RmsNorms.Read(json, new DeepSeek2Config(), contextLength: 2_048);
        var turned = json.GetInt32("qk_rope_head_dim", 2, 4_096);
        var rotary = RotaryJson.Read(json, turned, config.ContextLength);
        var width = json.GetInt32("moe_intermediate_size", 1, 1 << 22);
        return config with
        {
            QueryRank = json.GetInt32("q_lora_rank", 1, 1 << 20, 0),
            LatentWidth = json.GetInt32("kv_lora_rank", 1, 1 << 16),
            PlainWidth = json.GetInt32("qk_nope_head_dim", 1, 4_096),
            TurnedWidth = turned,
            ValueWidth = json.GetInt32("v_head_dim", 1, 4_096),
            HiddenWidth = json.GetInt32("intermediate_size", 1, 1 << 22),
            Experts = new()
            {
                Count = json.GetInt32("n_routed_experts", 1, 1 << 16),
                Chosen = json.GetInt32("num_experts_per_tok", 1, 1 << 16),
                HiddenWidth = width,
                SharedHiddenWidth = width * json.GetInt32("n_shared_experts", 0, 1 << 8, 0),
                Renormalised = json.GetBoolean("norm_topk_prob", false),
                Scale = json.GetDouble("routed_scaling_factor", 1e-6, 1e6, 1),
            },
            FirstExpertLayer = json.GetInt32("first_k_dense_replace", 0, 4_096, 0),
            TiedHead = json.GetBoolean("tie_word_embeddings", false),
            RotaryTheta = rotary.Theta,
            RotaryScaling = rotary.Scaling,
        };
    }

    /// <inheritdoc/>
    public override void WriteConfig(ModelConfig config, Utf8JsonWriter json)
    {
        var deep = (DeepSeek2Config)config;
        var experts = deep.Experts;
        if (experts.SharedHiddenWidth % experts.HiddenWidth != 0 || experts.SharedGate || experts.ChoiceBias || experts.Clamped)
            throw new InkstoneRequestException("the family's files have no such experts", nameof(DeepSeek2Config.Experts), "a shared width that is a multiple of theirs, no other options");
        DecoderJson.RmsNorms.Begin(json, deep, "DeepseekV2ForCausalLM");
        json.WriteNumber("num_key_value_heads", deep.HeadCount);
        CommonKeys.WriteOrNull(json, "q_lora_rank", deep.QueryRank > 0 ? deep.QueryRank : null);
        json.WriteNumber("kv_lora_rank", deep.LatentWidth);
        json.WriteNumber("qk_nope_head_dim", deep.PlainWidth);
        json.WriteNumber("qk_rope_head_dim", deep.TurnedWidth);
        json.WriteNumber("v_head_dim", deep.ValueWidth);
        json.WriteNumber("intermediate_size", deep.HiddenWidth);
        json.WriteNumber("moe_intermediate_size", experts.HiddenWidth);
        json.WriteNumber("n_routed_experts", experts.Count);
        json.WriteNumber("n_shared_experts", experts.SharedHiddenWidth / experts.HiddenWidth);
        json.WriteNumber("num_experts_per_tok", experts.Chosen);
        json.WriteNumber("first_k_dense_replace", deep.FirstExpertLayer);
        json.WriteNumber("moe_layer_freq", 1);
        json.WriteBoolean("norm_topk_prob", experts.Renormalised);
        json.WriteFinite("routed_scaling_factor", experts.Scale);
        json.WriteString("scoring_func", "softmax");
        json.WriteString("topk_method", "greedy");
        json.WriteString("hidden_act", "silu");
        json.WriteBoolean("attention_bias", false);
        json.WriteBoolean("tie_word_embeddings", deep.TiedHead);
        RotaryJson.Write(json, deep.Rotary, deep.ContextLength);
        DecoderJson.RmsNorms.End(json, deep);
    }

    /// <inheritdoc/>
    public override Model Create(ModelConfig config, ParameterSource source) => new DeepSeek2((DeepSeek2Config)config, source);

    /// <inheritdoc/>
    public override CheckpointMap Map(Model model)
    {
        var deep = (DeepSeek2)model;
        var map = FolderNames.Around(deep);
        foreach (var block in deep.Stack.Blocks.Cast<DeepSeek2Block>())
        {
            var layer = $"model.layers.{block.Layer}.";
            var attention = block.Attention;
            map.Add(layer + "input_layernorm", block.AttentionNorm).Add(layer + "post_attention_layernorm", block.FeedForwardNorm)
                .Add(layer + "self_attn.kv_a_proj_with_mqa", attention.Latent).Add(layer + "self_attn.kv_a_layernorm", attention.LatentNorm)
                .Add(KeysAndValues(layer + "self_attn.kv_b_proj.weight", attention, deep.Settings)).Add(layer + "self_attn.o_proj", attention.Output);
            if (attention.QueryDown is null)
                map.Add(layer + "self_attn.q_proj", attention.Query);
            else
                map.Add(layer + "self_attn.q_a_proj", attention.QueryDown).Add(layer + "self_attn.q_a_layernorm", attention.QueryNorm!).Add(layer + "self_attn.q_b_proj", attention.Query);
            map.AddMlp(layer, block.FeedForward, ExpertNames.Ernie);
        }
        return map;
    }

    /// <summary>Both up-projections of each head under each other, the keys' as they were before they were absorbed.</summary>
    private static CheckpointEntry KeysAndValues(string name, LatentAttention attention, DeepSeek2Config config) =>
        new([name], [attention.KeyUp.Stack, attention.ValueUp.Stack], 1, [new UnderEachOther(config.HeadCount)]) { PartChanges = [new ExpertsTransposed(), null] };
}
