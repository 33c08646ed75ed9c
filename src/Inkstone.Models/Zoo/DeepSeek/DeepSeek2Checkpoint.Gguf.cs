using Inkstone.Foundation.Errors;

namespace Inkstone.Models;

/// <content>GGUF's deepseek2: newer files hold both up-projections of each head as attention wants them, older ones as folders do.</content>
public sealed partial class DeepSeek2Checkpoint
{
    private const string ScoreMagnitude = "rope.scaling.yarn_log_multiplier";

    /// <inheritdoc/>
    public override IReadOnlyList<string> Architectures => ["deepseek2"];

    /// <inheritdoc/>
    public override ModelConfig ReadGguf(GgufFields fields)
    {
        var sizes = GgufSizes.Read(fields);
        var turned = fields.GetInt32("rope.dimension_count", 2, 4_096);
        var isNewer = fields.Find("attention.key_length_mla") is not null;
        var keyWidth = fields.GetInt32(isNewer ? "attention.key_length_mla" : "attention.key_length", turned + 1, 8_192);
        var valueWidth = fields.GetInt32(isNewer ? "attention.value_length_mla" : "attention.value_length", 1, 4_096);
        fields.Ignore("attention.key_length", "attention.value_length", "expert_group_count", "expert_group_used_count");
        var rotary = RotaryGguf.Read(fields, turned, sizes.ContextLength);
        var magnitude = fields.GetDouble(ScoreMagnitude, 0, 1e6, 0) / 0.1;
        if (fields.GetInt32("expert_gating_func", 0, 1, 1) is not (0 or 1))
            throw fields.Find("expert_gating_func")!.Value.Error("this form of DeepSeek is not supported", "1");
        var width = fields.GetInt32("expert_feed_forward_length", 1, 1 << 22);
        return sizes.On(new DeepSeek2Config(), fields, NormKind.RootMeanSquare) with
        {
            QueryRank = fields.GetInt32("attention.q_lora_rank", 0, 1 << 20, 0),
            LatentWidth = fields.GetInt32("attention.kv_lora_rank", 1, 1 << 16),
            PlainWidth = keyWidth - turned,
            TurnedWidth = turned,
            ValueWidth = valueWidth,
            HiddenWidth = sizes.HiddenWidth,
            Experts = new()
            {
                Count = fields.GetInt32("expert_count", 1, 1 << 16),
                Chosen = fields.GetInt32("expert_used_count", 1, 1 << 16),
                HiddenWidth = width,
                SharedHiddenWidth = width * fields.GetInt32("expert_shared_count", 0, 1 << 8, 0),
                Renormalised = fields.GetBoolean("expert_weights_norm", false),
                Scale = fields.GetDouble("expert_weights_scale", 0, 1e6, 1) is > 0 and var scale ? scale : 1,
            },
            FirstExpertLayer = fields.GetInt32("leading_dense_block_count", 0, 4_096, 0),
            TiedHead = fields.ShapeOf("output.weight") is null,
            RotaryTheta = rotary.Theta,
            RotaryScaling = rotary.Scaling is YarnRotaryScaling yarn ? yarn with { AttentionFactor = 1, ScoreMagnitude = magnitude == 0 ? null : Math.Round(magnitude, 6) } : rotary.Scaling,
        };
    }

    /// <inheritdoc/>
    public override void WriteGguf(ModelConfig config, GgufFieldWriter fields)
    {
        var deep = (DeepSeek2Config)config;
        var experts = deep.Experts;
        if (deep.RotaryScaling is YarnRotaryScaling { Magnitude: not 1 } or YarnRotaryScaling { RoundsRamp: false })
            throw new InkstoneRequestException("GGUF has no such network", nameof(DeepSeek2Config.RotaryScaling), "YaRN of magnitude 1 with a rounded ramp");
        GgufSizes.Of(deep, deep.HiddenWidth, keyValueHeadCount: 1).Write(fields).Set(GgufNames.EpsilonOf(NormKind.RootMeanSquare), deep.NormEpsilon)
            .Set("attention.kv_lora_rank", deep.LatentWidth).Set("attention.key_length", deep.LatentWidth + deep.TurnedWidth).Set("attention.value_length", deep.LatentWidth)
            .Set("attention.key_length_mla", deep.PlainWidth + deep.TurnedWidth).Set("attention.value_length_mla", deep.ValueWidth)
            .Set("leading_dense_block_count", deep.FirstExpertLayer).Set("expert_count", experts.Count).Set("expert_used_count", experts.Chosen)
            .Set("expert_feed_forward_length", experts.HiddenWidth).Set("expert_shared_count", experts.SharedHiddenWidth / experts.HiddenWidth)
            .Set("expert_weights_scale", experts.Scale).Set("expert_weights_norm", experts.Renormalised).Set("expert_gating_func", 1).Set("vocab_size", deep.VocabularySize);
        if (deep.QueryRank > 0)
            fields.Set("attention.q_lora_rank", deep.QueryRank);
        var yarn = deep.RotaryScaling as YarnRotaryScaling;
        RotaryGguf.Write(fields, yarn is null ? deep.Rotary : deep.Rotary with { Scaling = yarn with { AttentionFactor = null } });
        if (yarn?.ScoreMagnitude is { } magnitude)
            fields.Set(ScoreMagnitude, 0.1 * magnitude);
    }

    /// <inheritdoc/>
    public override CheckpointMap GgufMap(Model model)
    {
        var deep = (DeepSeek2)model;
        var map = GgufNames.Around(deep);
        foreach (var block in deep.Stack.Blocks.Cast<DeepSeek2Block>())
        {
            var layer = $"blk.{block.Layer}.";
            var attention = block.Attention;
            map.Add(layer + "attn_norm", block.AttentionNorm).Add(layer + "ffn_norm", block.FeedForwardNorm).Add(layer + "attn_kv_a_mqa", attention.Latent)
                .Add(layer + "attn_kv_a_norm", attention.LatentNorm).Add(layer + "attn_output", attention.Output)
                .AddEither(
                    new CheckpointMap().Add(layer + "attn_k_b.weight", attention.KeyUp.Stack).Add(layer + "attn_v_b.weight", attention.ValueUp.Stack),
                    new CheckpointMap().Add(KeysAndValues(layer + "attn_kv_b.weight", attention, deep.Settings)));
            if (attention.QueryDown is null)
                map.Add(layer + "attn_q", attention.Query);
            else
                map.Add(layer + "attn_q_a", attention.QueryDown).Add(layer + "attn_q_a_norm", attention.QueryNorm!).Add(layer + "attn_q_b", attention.Query);
            map.AddFeedForward(layer, block.FeedForward);
        }
        return map;
    }
}
