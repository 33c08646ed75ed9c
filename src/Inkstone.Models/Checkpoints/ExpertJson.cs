using System.Text.Json;
using Inkstone.Foundation.Errors;
using Inkstone.Foundation.Formats;

namespace Inkstone.Models;

/// <summary>What <c>config.json</c> says of a mixture of experts: Mixtral's keys and Qwen's.</summary>
internal static class ExpertJson
{
    private const int MostExperts = 65_536;

    /// <summary>The mixture of a family; null when the family has none.</summary>
    public static ExpertOptions? Read(JsonObjectReader json, string family)
    {
        if (family == "ernie4_5_moe")
            return ReadErnie(json);
        if (family is not ("mixtral" or "qwen2_moe" or "qwen3_moe"))
            return null;
        json.Ignore("output_router_logits", "router_aux_loss_coef", "router_jitter_noise");
        if (family == "mixtral")
            return new ExpertOptions
            {
                Count = json.GetInt32("num_local_experts", 1, MostExperts, 8),
                Chosen = json.GetInt32("num_experts_per_tok", 1, MostExperts, 2),
                HiddenWidth = json.GetInt32("intermediate_size", 1, 1 << 22),
            };
        if (json.GetInt32("decoder_sparse_step", 1, MostExperts, 1) != 1)
            throw json.Get("decoder_sparse_step").Error("layers without experts among those with them are not supported", "1");
        if (json.Find("mlp_only_layers") is { Count: > 0 } dense)
            throw dense.Error("layers without experts among those with them are not supported", "none");
        var hasShared = family == "qwen2_moe";
        return new ExpertOptions
        {
            Count = json.GetInt32("num_experts", 1, MostExperts),
            Chosen = json.GetInt32("num_experts_per_tok", 1, MostExperts),
            HiddenWidth = json.GetInt32("moe_intermediate_size", 1, 1 << 22),
            Renormalised = json.GetBoolean("norm_topk_prob", false),
            SharedHiddenWidth = hasShared ? json.GetInt32("shared_expert_intermediate_size", 1, 1 << 22) : 0,
            SharedGate = hasShared,
        };
    }

    /// <summary>The layers that have the mixture.</summary>
    public static LayerPattern ReadLayers(JsonObjectReader json, string family, int layerCount)
    {
        if (family != "ernie4_5_moe")
            return LayerPattern.All;
        json.GetInt32("moe_layer_interval", 1, 1, 1);
        if (json.GetInt32("moe_layer_end_index", -1, 1 << 16, -1) is var last and not -1 && last != layerCount - 1)
            throw json.Get("moe_layer_end_index").Error("layers without experts after those with them are not supported", $"-1 or {layerCount - 1}");
        return LayerPattern.From(json.GetInt32("moe_layer_start_index", 0, layerCount, 1), layerCount);
    }

    /// <summary>Writes the mixture's members.</summary>
    public static void Write(Utf8JsonWriter json, ExpertOptions experts, LayerPattern layers, int layerCount, string family)
    {
        if (family == "ernie4_5_moe")
        {
            json.WriteNumber("moe_num_experts", experts.Count);
            json.WriteNumber("moe_k", experts.Chosen);
            json.WriteNumber("moe_intermediate_size", experts.HiddenWidth);
            json.WriteNumber("moe_num_shared_experts", experts.SharedHiddenWidth / experts.HiddenWidth);
            json.WriteBoolean("moe_use_aux_free", experts.ChoiceBias);
            json.WriteNumber("moe_layer_start_index", layers.FirstOf(layerCount));
            return;
        }
        if (layers != LayerPattern.All)
            throw new InkstoneRequestException("the family's files have no such network", nameof(LlamaConfig.ExpertLayers), "all layers");
        json.WriteNumber(family == "mixtral" ? "num_local_experts" : "num_experts", experts.Count);
        json.WriteNumber("num_experts_per_tok", experts.Chosen);
        if (family == "mixtral")
            return;
        json.WriteNumber("moe_intermediate_size", experts.HiddenWidth);
        json.WriteBoolean("norm_topk_prob", experts.Renormalised);
        json.WriteNumber("decoder_sparse_step", 1);
        if (experts.SharedHiddenWidth > 0)
            json.WriteNumber("shared_expert_intermediate_size", experts.SharedHiddenWidth);
    }

    private static ExpertOptions ReadErnie(JsonObjectReader json)
    {
        json.Ignore("moe_capacity", "output_router_logits", "router_aux_loss_coef", "moe_norm_min", "moe_norm_gate_logits", "moe_aux_loss_lambda", "moe_orthogonal_loss_lambda");
        json.GetChoice("moe_gate", ["topk"], "topk");
        var width = json.GetInt32("moe_intermediate_size", 1, 1 << 22);
        return new ExpertOptions
        {
            Count = json.GetInt32("moe_num_experts", 1, MostExperts),
            Chosen = json.GetInt32("moe_k", 1, MostExperts),
            HiddenWidth = width,
            SharedHiddenWidth = width * json.GetInt32("moe_num_shared_experts", 0, 1 << 8, 0),
            ChoiceBias = json.GetBoolean("moe_use_aux_free", true),
        };
    }
}
