using Inkstone.Foundation.Errors;

namespace Inkstone.Models;

/// <summary>What a GGUF file says of a mixture of experts: the counts and widths; the rest is the architecture's.</summary>
internal static class ExpertGguf
{
    private const int MostExperts = 65_536;
    private const string Width = "expert_feed_forward_length";
    private const string DenseLayers = "leading_dense_block_count";
    private const string SharedWidth = "expert_shared_feed_forward_length";

    /// <summary>The mixture; null when there is none.</summary>
    public static ExpertOptions? Read(GgufFields fields, int hiddenWidth)
    {
        var count = fields.GetInt32("expert_count", 0, MostExperts, 0);
        var chosen = fields.GetInt32("expert_used_count", 0, MostExperts, 0);
        if (count == 0)
            return null;
        if (fields.Architecture == "ernie4_5-moe")
            return new ExpertOptions
            {
                Count = count,
                Chosen = chosen,
                HiddenWidth = fields.GetInt32(Width, 1, 1 << 22),
                SharedHiddenWidth = fields.GetInt32(SharedWidth, 0, 1 << 22, 0),
                ChoiceBias = fields.HasTensor(name => name.EndsWith(".exp_probs_b.bias", StringComparison.Ordinal)),
            };
        var hasShared = fields.Architecture == "qwen2moe";
        return new ExpertOptions
        {
            Count = count,
            Chosen = chosen,
            HiddenWidth = fields.Architecture == "llama" ? hiddenWidth : fields.GetInt32(Width, 1, 1 << 22, Math.Max(1, hiddenWidth / Math.Max(1, chosen))),
            Renormalised = !hasShared,
            SharedHiddenWidth = hasShared ? fields.GetInt32(SharedWidth, 1, 1 << 22, hiddenWidth) : 0,
            SharedGate = hasShared,
        };
    }

    /// <summary>The layers that have the mixture.</summary>
    public static LayerPattern ReadLayers(GgufFields fields, int layerCount)
    {
        fields.Ignore("expert_shared_count");
        fields.GetInt32("interleave_moe_layer_step", 1, 1, 1);
        return fields.GetInt32(DenseLayers, 0, layerCount, 0) is > 0 and var first ? LayerPattern.From(first, layerCount) : LayerPattern.All;
    }

    /// <summary>Writes the mixture's values.</summary>
    /// <exception cref="InkstoneRequestException">The architecture weighs experts otherwise.</exception>
    public static void Write(GgufFieldWriter fields, ExpertOptions experts, LayerPattern layers, int layerCount, string family)
    {
        if (experts.Renormalised != family is not "qwen2_moe" || experts.Scale != 1)
            throw new InkstoneRequestException("GGUF's networks of this family weigh their experts in one way only", "norm_topk_prob",
                family == "qwen2_moe" ? "false" : "true", experts.Renormalised ? "true" : "false");
        fields.Set("expert_count", experts.Count).Set("expert_used_count", experts.Chosen);
        if (family != "mixtral")
            fields.Set(Width, experts.HiddenWidth);
        if (family == "ernie4_5_moe")
            fields.Set(DenseLayers, layers.FirstOf(layerCount)).Set("interleave_moe_layer_step", 1);
        if (experts.SharedHiddenWidth > 0)
            fields.Set(SharedWidth, experts.SharedHiddenWidth);
    }
}
