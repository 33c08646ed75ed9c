using System.Text.Json;
using Inkstone.Foundation.Formats;

namespace Inkstone.Models;

/// <summary>OLMo 2 and OLMo 3 as Hugging Face's files have them, and GGUF's, which name both alike.</summary>
public sealed class Olmo2Checkpoint : ModelFamily
{
    private const int UsualPeriod = 4;

    /// <inheritdoc/>
    public override IReadOnlyList<string> Names => ["olmo2", "olmo3"];

    /// <inheritdoc/>
    public override IReadOnlyList<string> Architectures => ["olmo2"];

    /// <inheritdoc/>
    public override IReadOnlyList<ModelConfig> TinyConfigs
    {
        get
        {
            var tiny = Tiny(new Olmo2Config { HeadCount = 4, KeyValueHeadCount = 2, HiddenWidth = 48 });
            return [tiny, tiny with { Window = 20, WindowedLayers = LayerPattern.AllButEvery(2), RotaryScaling = new YarnRotaryScaling(4, 24), TiedHead = true }];
        }
    }

    /// <inheritdoc/>
    public override ModelConfig ReadConfig(JsonObjectReader json)
    {
        CommonKeys.Ignore(json);
        json.GetChoice("hidden_act", ["silu"], "silu");
        CommonKeys.Require(json, "OLMo", ("attention_bias", false));
        var config = DecoderJson.RmsNorms.Read(json, new Olmo2Config { NormEpsilon = 1e-5 }, contextLength: 2_048);
        var isThird = json.GetString("model_type") == "olmo3";
        var rotary = RotaryJson.ReadPerType(json, config.HeadWidth, config.ContextLength, new RotaryJson.Names(), isThird ? json.GetDouble("rope_theta", 1, 1e12, 10_000) : null).Full;
        return config with
        {
            KeyValueHeadCount = json.GetInt32("num_key_value_heads", 1, 4_096, config.HeadCount),
            HiddenWidth = json.GetInt32("intermediate_size", 1, 1 << 22),
            Window = isThird ? json.GetInt32("sliding_window", 1, 1 << 24, 4_096) : 0,
            WindowedLayers = isThird ? LayerPattern.Read(json, config.LayerCount) ?? LayerPattern.AllButEvery(UsualPeriod) : LayerPattern.All,
            TiedHead = json.GetBoolean("tie_word_embeddings", false),
            RotaryTheta = rotary.Theta,
            RotaryScaling = rotary.Scaling,
        };
    }

    /// <inheritdoc/>
    public override void WriteConfig(ModelConfig config, Utf8JsonWriter json)
    {
        var olmo = (Olmo2Config)config;
        DecoderJson.RmsNorms.Begin(json, olmo, olmo.Window > 0 ? "Olmo3ForCausalLM" : "Olmo2ForCausalLM");
        json.WriteNumber("num_key_value_heads", olmo.KeyValueHeadCount);
        json.WriteNumber("intermediate_size", olmo.HiddenWidth);
        json.WriteString("hidden_act", "silu");
        json.WriteBoolean("attention_bias", false);
        if (olmo.Window > 0)
        {
            json.WriteNumber("sliding_window", olmo.Window);
            olmo.WindowedLayers.Write(json, olmo.LayerCount);
        }
        json.WriteBoolean("tie_word_embeddings", olmo.TiedHead);
        RotaryJson.Write(json, olmo.Rotary, olmo.ContextLength);
        DecoderJson.RmsNorms.End(json, olmo);
    }

    /// <inheritdoc/>
    public override Model Create(ModelConfig config, ParameterSource source) => new Olmo2((Olmo2Config)config, source);

    /// <inheritdoc/>
    public override ModelConfig ReadGguf(GgufFields fields)
    {
        var sizes = GgufSizes.Read(fields);
        var headWidth = sizes.HeadWidth;
        fields.Require("OLMo", headWidth, "attention.key_length", "attention.value_length", "rope.dimension_count");
        var rotary = RotaryGguf.Read(fields, headWidth, sizes.ContextLength);
        var window = fields.GetInt32("attention.sliding_window", 0, 1 << 24, 0);
        var pattern = LayerPattern.Read(fields, sizes.LayerCount) ?? LayerPattern.AllButEvery(UsualPeriod);
        if (fields.GetDouble("rope.freq_base_swa", 1, 1e12, rotary.Theta) != rotary.Theta)
            throw fields.Find("rope.freq_base_swa")!.Value.Error("this form of OLMo is not supported", "the base of the other layers");
        return sizes.On(new Olmo2Config(), fields, NormKind.RootMeanSquare) with
        {
            KeyValueHeadCount = sizes.KeyValueHeadCount,
            HiddenWidth = sizes.HiddenWidth,
            Window = window,
            WindowedLayers = window > 0 ? pattern : LayerPattern.All,
            TiedHead = fields.ShapeOf("output.weight") is null,
            RotaryTheta = rotary.Theta,
            RotaryScaling = rotary.Scaling,
        };
    }

    /// <inheritdoc/>
    public override void WriteGguf(ModelConfig config, GgufFieldWriter fields)
    {
        var olmo = (Olmo2Config)config;
        GgufSizes.Of(olmo, olmo.HiddenWidth, olmo.KeyValueHeadCount).Write(fields)
            .Set(GgufNames.EpsilonOf(NormKind.RootMeanSquare), olmo.NormEpsilon);
        RotaryGguf.Write(fields, olmo.Rotary);
        if (olmo.Window == 0)
            return;
        fields.Set("attention.sliding_window", olmo.Window);
        olmo.WindowedLayers.Write(fields, olmo.LayerCount);
    }

    /// <inheritdoc/>
    public override CheckpointMap Map(Model model)
    {
        var olmo = (Olmo2)model;
        var map = FolderNames.Around(olmo);
        foreach (var block in olmo.Stack.Blocks.Cast<Olmo2Block>())
        {
            var layer = $"model.layers.{block.Layer}.";
            map.AddSelfAttention(layer, block.Query, block.Key, block.Value, block.Output).AddMlp(layer, block.FeedForward)
                .Add(layer + "self_attn.q_norm", block.QueryNorm).Add(layer + "self_attn.k_norm", block.KeyNorm)
                .Add(layer + "post_attention_layernorm", block.AttentionPostNorm).Add(layer + "post_feedforward_layernorm", block.FeedForwardPostNorm);
        }
        return map;
    }

    /// <inheritdoc/>
    public override CheckpointMap GgufMap(Model model)
    {
        var olmo = (Olmo2)model;
        var map = GgufNames.Around(olmo);
        foreach (var block in olmo.Stack.Blocks.Cast<Olmo2Block>())
        {
            var layer = $"blk.{block.Layer}.";
            map.AddAttention(layer, block.Query, block.Key, block.Value, block.Output)
                .Add(layer + "attn_q_norm", block.QueryNorm).Add(layer + "attn_k_norm", block.KeyNorm)
                .Add(layer + "post_attention_norm", block.AttentionPostNorm).Add(layer + "post_ffw_norm", block.FeedForwardPostNorm)
                .AddFeedForward(layer, block.FeedForward);
        }
        return map;
    }
}
