using System.Text.Json;
using Inkstone.Foundation.Errors;
using Inkstone.Foundation.Formats;

namespace Inkstone.Models;

/// <summary>gpt-oss as GGUF files and Hugging Face's folders have it, MXFP4 experts and all.</summary>
public sealed class GptOssCheckpoint : ModelFamily
{
    /// <inheritdoc/>
    public override IReadOnlyList<string> Names => ["gpt_oss"];

    /// <inheritdoc/>
    public override IReadOnlyList<ModelConfig> TinyConfigs
    {
        get
        {
            var tiny = Tiny(new GptOssConfig
            {
                HeadCount = 4,
                KeyValueHeadCount = 2,
                HeadWidth = 8,
                Window = 20,
                Experts = new() { Count = 5, Chosen = 2, HiddenWidth = 24, Clamped = true },
                InitialDeviation = 0.2,
            });
            return [tiny, tiny with { RotaryScaling = new YarnRotaryScaling(4, 24) { RoundsRamp = false }, TiedHead = true }];
        }
    }

    /// <inheritdoc/>
    public override bool ReadsQuantized(string method) => method == "mxfp4";

    /// <inheritdoc/>
    public override ModelConfig ReadConfig(JsonObjectReader json)
    {
        CommonKeys.Ignore(json);
        json.Ignore("experts_per_token", "initial_context_length", "output_router_logits", "router_aux_loss_coef");
        json.GetChoice("hidden_act", ["silu"], "silu");
        json.GetDouble("swiglu_limit", 7, 7, 7);
        CommonKeys.Require(json, "gpt-oss", ("attention_bias", true));
        var headWidth = json.GetInt32("head_dim", 2, 4_096, 64);
        var config = DecoderJson.RmsNorms.Read(json, new GptOssConfig(), contextLength: 131_072);
        var rotary = RotaryJson.Read(json, headWidth, config.ContextLength, new RotaryJson.Names(DefaultTheta: 150_000));
        return config with
        {
            KeyValueHeadCount = json.GetInt32("num_key_value_heads", 1, 4_096),
            HeadWidth = headWidth,
            Experts = new()
            {
                Count = json.GetInt32("num_local_experts", 1, 1 << 16),
                Chosen = json.GetInt32("num_experts_per_tok", 1, 1 << 16),
                HiddenWidth = json.GetInt32("intermediate_size", 1, 1 << 22),
                Clamped = true,
            },
            Window = json.GetInt32("sliding_window", 1, 1 << 24, 128),
            WindowedLayers = LayerPattern.Read(json, config.LayerCount) ?? LayerPattern.AllButEvery(2),
            TiedHead = json.GetBoolean("tie_word_embeddings", false),
            RotaryTheta = rotary.Theta,
            RotaryScaling = rotary.Scaling,
        };
    }

    /// <inheritdoc/>
    public override void WriteConfig(ModelConfig config, Utf8JsonWriter json)
    {
        var oss = (GptOssConfig)config;
        RequireUsual(oss.Experts);
        DecoderJson.RmsNorms.Begin(json, oss, "GptOssForCausalLM");
        json.WriteNumber("num_key_value_heads", oss.KeyValueHeadCount);
        json.WriteNumber("head_dim", oss.HeadWidth);
        json.WriteNumber("num_local_experts", oss.Experts.Count);
        json.WriteNumber("num_experts_per_tok", oss.Experts.Chosen);
        json.WriteNumber("intermediate_size", oss.Experts.HiddenWidth);
        json.WriteString("hidden_act", "silu");
        json.WriteFinite("swiglu_limit", 7);
        json.WriteBoolean("attention_bias", true);
        json.WriteNumber("sliding_window", oss.Window);
        oss.WindowedLayers.Write(json, oss.LayerCount);
        json.WriteBoolean("tie_word_embeddings", oss.TiedHead);
        RotaryJson.Write(json, oss.Rotary, oss.ContextLength);
        DecoderJson.RmsNorms.End(json, oss);
    }

    /// <inheritdoc/>
    public override Model Create(ModelConfig config, ParameterSource source) => new GptOss((GptOssConfig)config, source);

    /// <inheritdoc/>
    public override CheckpointMap Map(Model model)
    {
        var oss = (GptOss)model;
        var map = FolderNames.Around(oss);
        foreach (var block in oss.Stack.Blocks.Cast<GptOssBlock>())
        {
            var layer = $"model.layers.{block.Layer}.";
            var experts = block.FeedForward;
            map.Add(layer + "input_layernorm", block.AttentionNorm).Add(layer + "post_attention_layernorm", block.FeedForwardNorm).Add(layer + "self_attn.sinks", block.Sinks)
                .AddSelfAttention(layer, block.Query, block.Key, block.Value, block.Output).Add(layer + "mlp.router", experts.Router.Scores)
                .AddEither(
                    new CheckpointMap().AddSplit(layer + "mlp.experts.gate_up_proj", [experts.Gate.Stack, experts.Up.Stack], 1, new ExpertsTransposed(), new PairsToHalves()),
                    new CheckpointMap().AddSplit(layer + "mlp.experts.gate_up_proj_blocks", [experts.Gate.Stack, experts.Up.Stack], 1, new PairsToHalves(2 * oss.Settings.Experts.HiddenWidth)))
                .AddSplit(layer + "mlp.experts.gate_up_proj_bias", [experts.Gate.Bias!, experts.Up.Bias!], 1, new PairsToHalves())
                .AddEither(
                    new CheckpointMap().Add(layer + "mlp.experts.down_proj", experts.Down.Stack, new ExpertsTransposed()),
                    new CheckpointMap().Add(layer + "mlp.experts.down_proj_blocks", experts.Down.Stack))
                .Add(layer + "mlp.experts.down_proj_bias", experts.Down.Bias!);
        }
        return map;
    }

    /// <inheritdoc/>
    public override IReadOnlyList<string> Architectures => ["gpt-oss"];

    /// <inheritdoc/>
    public override ModelConfig ReadGguf(GgufFields fields)
    {
        var sizes = GgufSizes.Read(fields, usualFactor: 1);
        var headWidth = fields.GetInt32("attention.key_length", 2, 4_096);
        fields.GetInt32("attention.value_length", headWidth, headWidth, headWidth);
        var rotary = RotaryGguf.Read(fields, headWidth, sizes.ContextLength);
        return sizes.On(new GptOssConfig(), fields, NormKind.RootMeanSquare) with
        {
            KeyValueHeadCount = sizes.KeyValueHeadCount,
            HeadWidth = headWidth,
            Experts = new()
            {
                Count = fields.GetInt32("expert_count", 1, 1 << 16),
                Chosen = fields.GetInt32("expert_used_count", 1, 1 << 16),
                HiddenWidth = fields.GetInt32("expert_feed_forward_length", 1, 1 << 22),
                Clamped = true,
            },
            Window = fields.GetInt32("attention.sliding_window", 1, 1 << 24),
            WindowedLayers = LayerPattern.Read(fields, sizes.LayerCount) ?? LayerPattern.AllButEvery(2),
            TiedHead = fields.ShapeOf("output.weight") is null,
            RotaryTheta = rotary.Theta,
            RotaryScaling = rotary.Scaling,
        };
    }

    /// <inheritdoc/>
    public override void WriteGguf(ModelConfig config, GgufFieldWriter fields)
    {
        var oss = (GptOssConfig)config;
        RequireUsual(oss.Experts);
        GgufSizes.Of(oss, oss.Experts.HiddenWidth, oss.KeyValueHeadCount).Write(fields).Set("attention.key_length", oss.HeadWidth)
            .Set("attention.value_length", oss.HeadWidth).Set(GgufNames.EpsilonOf(NormKind.RootMeanSquare), oss.NormEpsilon).Set("attention.sliding_window", oss.Window)
            .Set("expert_count", oss.Experts.Count).Set("expert_used_count", oss.Experts.Chosen).Set("expert_feed_forward_length", oss.Experts.HiddenWidth)
            .Set("vocab_size", oss.VocabularySize);
        RotaryGguf.Write(fields, oss.Rotary);
        if (oss.WindowedLayers != LayerPattern.AllButEvery(2))
            oss.WindowedLayers.Write(fields, oss.LayerCount);
    }

    /// <inheritdoc/>
    public override CheckpointMap GgufMap(Model model)
    {
        var oss = (GptOss)model;
        var map = GgufNames.Around(oss);
        foreach (var block in oss.Stack.Blocks.Cast<GptOssBlock>())
        {
            var layer = $"blk.{block.Layer}.";
            map.Add(layer + "attn_norm", block.AttentionNorm).Add(layer + "post_attention_norm", block.FeedForwardNorm).Add(layer + "attn_sinks.weight", block.Sinks)
                .AddAttention(layer, block.Query, block.Key, block.Value, block.Output).AddFeedForward(layer, block.FeedForward);
        }
        return map;
    }

    private static void RequireUsual(ExpertOptions experts)
    {
        if (experts != new ExpertOptions { Count = experts.Count, Chosen = experts.Chosen, HiddenWidth = experts.HiddenWidth, Clamped = true })
            throw new InkstoneRequestException("the family's files have no such experts", nameof(GptOssConfig.Experts), "counts, a width and Clamped");
    }
}
