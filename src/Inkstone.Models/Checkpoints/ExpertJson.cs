using System.Text.Json;
using Inkstone.Foundation.Formats;

namespace Inkstone.Models;

/// <summary>What <c>config.json</c> says of a mixture of experts: Mixtral's keys and Qwen's.</summary>
internal static class ExpertJson
{
    private const int MostExperts = 65_536;

    /// <summary>The mixture of a family; null when the family has none.</summary>
    public static ExpertOptions? Read(JsonObjectReader json, string family)
    {
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

    /// <summary>Writes the mixture's members.</summary>
    public static void Write(Utf8JsonWriter json, ExpertOptions experts, string family)
    {
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
}
