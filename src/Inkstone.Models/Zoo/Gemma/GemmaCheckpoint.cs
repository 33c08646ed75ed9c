using System.Text.Json;
using Inkstone.Foundation.Formats;

namespace Inkstone.Models;

/// <summary>Gemma, Gemma 2 and Gemma 3's text part: Hugging Face's files hold the norms' gains less one, GGUF's the gains.</summary>
public sealed class GemmaCheckpoint : ModelFamily
{
    private const string Tanh = "gelu_pytorch_tanh";

    /// <inheritdoc/>
    public override IReadOnlyList<string> Names => ["gemma", "gemma2", "gemma3_text"];

    /// <inheritdoc/>
    public override IReadOnlyList<string> Architectures => ["gemma", "gemma2", "gemma3"];

    /// <inheritdoc/>
    public override IReadOnlyList<ModelConfig> TinyConfigs
    {
        get
        {
            var tiny = Tiny(new GemmaConfig { HeadCount = 4, KeyValueHeadCount = 2, HeadWidth = 12, HiddenWidth = 48 });
            return
            [
                tiny,
                tiny with
                {
                    Generation = GemmaGeneration.Second, Window = 20, WindowedLayers = LayerPattern.AllButEvery(2), AttentionSoftCap = 2, LogitSoftCap = 3, QueryScalar = 7,
                },
                tiny with
                {
                    Generation = GemmaGeneration.Third, LayerCount = 3, Window = 20, WindowedLayers = LayerPattern.AllButEvery(3), RotaryTheta = 1e6,
                    LocalRotaryTheta = 10_000, RotaryScaling = new LinearRotaryScaling(8),
                },
            ];
        }
    }

    /// <inheritdoc/>
    public override ModelConfig ReadConfig(JsonObjectReader json)
    {
        CommonKeys.Ignore(json);
        var generation = (GemmaGeneration)Names.ToList().IndexOf(json.GetString("model_type"));
        RequireTanh(json, generation);
        CommonKeys.Require(json, "Gemma", ("attention_bias", false), ("tie_word_embeddings", true), ("use_bidirectional_attention", false));
        var headWidth = json.GetInt32("head_dim", 2, 4_096, 256);
        var sizes = DecoderJson.RmsNorms.Read(json, new GemmaConfig(), contextLength: 8_192);
        var isThird = generation == GemmaGeneration.Third;
        double? local = isThird ? json.GetDouble("rope_local_base_freq", 1, 1e12, 10_000) : null;
        var (full, sliding) = RotaryJson.ReadPerType(json, headWidth, sizes.ContextLength, new RotaryJson.Names(DefaultTheta: isThird ? 1e6 : 10_000), local);
        if (sliding.Scaling is not null && sliding != full)
            throw json.Get("rope_parameters").Error("this form of Gemma is not supported", "no scaling in windowed layers");
        var config = sizes with
        {
            Generation = generation,
            KeyValueHeadCount = json.GetInt32("num_key_value_heads", 1, 4_096),
            HeadWidth = headWidth,
            HiddenWidth = json.GetInt32("intermediate_size", 1, 1 << 22),
            RotaryTheta = full.Theta,
            LocalRotaryTheta = sliding == full ? null : sliding.Theta,
            RotaryScaling = full.Scaling,
        };
        if (generation == GemmaGeneration.First)
            return config;
        var period = json.GetInt32("sliding_window_pattern", 1, 4_096, json.GetInt32("_sliding_window_pattern", 1, 4_096, isThird ? 6 : 2));
        json.Ignore("_sliding_window_pattern");
        var window = json.GetInt32("sliding_window", 1, 1 << 24, 4_096);
        if (json.GetInt32("sliding_window_size", 1, 1 << 24, window) != window)
            throw json.Get("sliding_window_size").Error("the window is said twice, differently", $"{window}");
        var scalar = json.GetDouble("query_pre_attn_scalar", 1e-6, 1e9, 256);
        return config with
        {
            Window = window,
            WindowedLayers = LayerPattern.Read(json, config.LayerCount) ?? LayerPattern.AllButEvery(period),
            QueryScalar = scalar == headWidth ? null : scalar,
            AttentionSoftCap = json.GetDouble("attn_logit_softcapping", 0, 1e6, 0),
            LogitSoftCap = json.GetDouble("final_logit_softcapping", 0, 1e6, 0),
        };
    }

    /// <inheritdoc/>
    public override void WriteConfig(ModelConfig config, Utf8JsonWriter json)
    {
        var gemma = (GemmaConfig)config;
        DecoderJson.RmsNorms.Begin(json, gemma, gemma.Generation switch { GemmaGeneration.First => "Gemma", GemmaGeneration.Second => "Gemma2", _ => "Gemma3" } + "ForCausalLM");
        json.WriteNumber("num_key_value_heads", gemma.KeyValueHeadCount);
        json.WriteNumber("head_dim", gemma.HeadWidth);
        json.WriteNumber("intermediate_size", gemma.HiddenWidth);
        if (gemma.Generation == GemmaGeneration.First)
            json.WriteString("hidden_act", Tanh);
        json.WriteString("hidden_activation", Tanh);
        json.WriteBoolean("attention_bias", false);
        json.WriteBoolean("tie_word_embeddings", true);
        RotaryJson.Write(json, gemma.Rotary, gemma.ContextLength);
        if (gemma.Generation == GemmaGeneration.Third)
            json.WriteFinite("rope_local_base_freq", gemma.LocalRotaryTheta ?? gemma.RotaryTheta);
        if (gemma.Generation != GemmaGeneration.First)
        {
            json.WriteFinite("query_pre_attn_scalar", gemma.QueryScalar ?? gemma.HeadWidth);
            json.WriteNumber("sliding_window", gemma.Window > 0 ? gemma.Window : gemma.ContextLength);
            if (gemma.WindowedLayers.IsAllButLast)
                json.WriteNumber("sliding_window_pattern", gemma.WindowedLayers.Period);
            gemma.WindowedLayers.Write(json, gemma.LayerCount);
            WriteCap("attn_logit_softcapping", gemma.AttentionSoftCap);
            WriteCap("final_logit_softcapping", gemma.LogitSoftCap);
        }
        DecoderJson.RmsNorms.End(json, gemma);

        void WriteCap(string name, double cap)
        {
            if (cap > 0)
                json.WriteFinite(name, cap);
            else
                json.WriteNull(name);
        }
    }

    /// <inheritdoc/>
    public override Model Create(ModelConfig config, ParameterSource source) => new Gemma((GemmaConfig)config, source);

    /// <inheritdoc/>
    public override string ArchitectureOf(ModelConfig config) => Architectures[(int)((GemmaConfig)config).Generation];

    /// <inheritdoc/>
    public override ModelConfig ReadGguf(GgufFields fields)
    {
        var generation = (GemmaGeneration)Architectures.ToList().IndexOf(fields.Architecture);
        var isThird = generation == GemmaGeneration.Third;
        var sizes = GgufSizes.Read(fields);
        var headWidth = fields.GetInt32("attention.key_length", 2, 4_096, sizes.HeadWidth);
        fields.Require("Gemma", headWidth, "attention.value_length", "rope.dimension_count");
        var rotary = RotaryGguf.Read(fields, headWidth, sizes.ContextLength);
        var config = sizes.On(new GemmaConfig(), fields, NormKind.RootMeanSquare) with
        {
            Generation = generation,
            KeyValueHeadCount = sizes.KeyValueHeadCount,
            HeadWidth = headWidth,
            HiddenWidth = sizes.HiddenWidth,
            RotaryTheta = rotary.Theta,
            RotaryScaling = rotary.Scaling,
        };
        if (generation == GemmaGeneration.First)
            return config;
        double? local = isThird ? fields.GetDouble("rope.freq_base_swa", 1, 1e12, 10_000) : null;
        return config with
        {
            LocalRotaryTheta = local == rotary.Theta && rotary.Scaling is null ? null : local,
            // files without the value come from readers that have these fixed
            Window = fields.GetInt32("attention.sliding_window", 0, 1 << 24, isThird ? 0 : 4_096),
            WindowedLayers = LayerPattern.Read(fields, sizes.LayerCount) ?? LayerPattern.AllButEvery(isThird ? 6 : 2),
            QueryScalar = fields.Find("attention.scale") is null ? UsualScalar(config) : ScalarOf(fields.GetDouble("attention.scale", 1e-6, 1e6)),
            AttentionSoftCap = fields.GetDouble("attn_logit_softcapping", 0, 1e6, isThird ? 0 : 50),
            LogitSoftCap = fields.GetDouble("final_logit_softcapping", 0, 1e6, isThird ? 0 : 30),
        };
    }

    /// <inheritdoc/>
    public override void WriteGguf(ModelConfig config, GgufFieldWriter fields)
    {
        var gemma = (GemmaConfig)config;
        GgufSizes.Of(gemma, gemma.HiddenWidth, gemma.KeyValueHeadCount).Write(fields)
            .Set("attention.key_length", gemma.HeadWidth).Set("attention.value_length", gemma.HeadWidth).Set(GgufNames.EpsilonOf(NormKind.RootMeanSquare), gemma.NormEpsilon);
        RotaryGguf.Write(fields, gemma.Rotary);
        if (gemma.Generation == GemmaGeneration.First)
            return;
        fields.Set("attention.sliding_window", gemma.Window > 0 ? gemma.Window : gemma.ContextLength);
        gemma.WindowedLayers.Write(fields, gemma.LayerCount);
        if (gemma.Generation == GemmaGeneration.Third)
            fields.Set("rope.freq_base_swa", gemma.LocalRotaryTheta ?? gemma.RotaryTheta);
        if (gemma.QueryScalar != UsualScalar(gemma))
            fields.Set("attention.scale", Math.Pow(gemma.QueryScalar ?? gemma.HeadWidth, -0.5));
        if (gemma.Generation == GemmaGeneration.Second || gemma.AttentionSoftCap > 0)
            fields.Set("attn_logit_softcapping", gemma.AttentionSoftCap);
        if (gemma.Generation == GemmaGeneration.Second || gemma.LogitSoftCap > 0)
            fields.Set("final_logit_softcapping", gemma.LogitSoftCap);
    }

    /// <inheritdoc/>
    public override CheckpointMap Map(Model model)
    {
        var gemma = (Gemma)model;
        var lessOne = new Offset(1);
        var map = FolderNames.Around(gemma, lessOne);
        foreach (var block in gemma.Stack.Blocks.Cast<GemmaBlock>())
        {
            var layer = $"model.layers.{block.Layer}.";
            map.Add(layer + "input_layernorm", block.AttentionNorm, lessOne)
                .AddSelfAttention(layer, block.Query, block.Key, block.Value, block.Output).AddMlp(layer, block.FeedForward)
                .Add(layer + (block.AttentionPostNorm is null ? "post_attention_layernorm" : "pre_feedforward_layernorm"), block.FeedForwardNorm, lessOne);
            if (block.AttentionPostNorm is not null)
                map.Add(layer + "post_attention_layernorm", block.AttentionPostNorm, lessOne).Add(layer + "post_feedforward_layernorm", block.FeedForwardPostNorm!, lessOne);
            if (block.QueryNorm is not null)
                map.Add(layer + "self_attn.q_norm", block.QueryNorm, lessOne).Add(layer + "self_attn.k_norm", block.KeyNorm!, lessOne);
        }
        return map;
    }

    /// <inheritdoc/>
    public override CheckpointMap GgufMap(Model model)
    {
        var gemma = (Gemma)model;
        var map = GgufNames.Around(gemma);
        foreach (var block in gemma.Stack.Blocks.Cast<GemmaBlock>())
        {
            var layer = $"blk.{block.Layer}.";
            map.Add(layer + "attn_norm", block.AttentionNorm)
                .AddAttention(layer, block.Query, block.Key, block.Value, block.Output)
                .Add(layer + "ffn_norm", block.FeedForwardNorm).AddFeedForward(layer, block.FeedForward);
            if (block.AttentionPostNorm is not null)
                map.Add(layer + "post_attention_norm", block.AttentionPostNorm).Add(layer + "post_ffw_norm", block.FeedForwardPostNorm!);
            if (block.QueryNorm is not null)
                map.Add(layer + "attn_q_norm", block.QueryNorm).Add(layer + "attn_k_norm", block.KeyNorm!);
        }
        return map;
    }

    /// <summary>The scalar whose inverse root, in single precision, is a scale: a short decimal where one is.</summary>
    private static double ScalarOf(double scale)
    {
        var scalar = Math.Pow(scale, -2);
        var rounded = Math.Round(scalar, 3);
        return (float)Math.Pow(rounded, -0.5) == (float)scale ? rounded : scalar;
    }

    /// <summary>The scalar that readers of GGUF have fixed: the width by the heads in the largest models, else the head's width (null).</summary>
    private static double? UsualScalar(GemmaConfig gemma) =>
        gemma.LayerCount == (gemma.Generation == GemmaGeneration.Third ? 62 : 46) && gemma.Width / gemma.HeadCount != gemma.HeadWidth ? gemma.Width / gemma.HeadCount : null;

    /// <summary>The first files say <c>gelu</c> in <c>hidden_act</c> and mean the tanh form; where <c>hidden_activation</c> is given it is meant.</summary>
    private static void RequireTanh(JsonObjectReader json, GemmaGeneration generation)
    {
        if (json.Find("hidden_activation") is null && generation == GemmaGeneration.First)
            json.GetChoice("hidden_act", [Tanh, "gelu", "gelu_new"], Tanh);
        else
            json.GetChoice("hidden_activation", [Tanh, "gelu_new"], Tanh);
        json.Ignore("hidden_act");
    }
}
