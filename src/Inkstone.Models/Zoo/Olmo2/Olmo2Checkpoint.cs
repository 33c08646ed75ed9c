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
            var tiny = new Olmo2Config { VocabularySize = 61, ContextLength = 96, Width = 32, LayerCount = 2, HeadCount = 4, KeyValueHeadCount = 2, HiddenWidth = 48 };
            return [tiny, tiny with { Window = 20, WindowedLayers = LayerPattern.AllButEvery(2), RotaryScaling = new YarnRotaryScaling(4, 24), TiedHead = true }];
        }
    }

    /// <inheritdoc/>
    public override ModelConfig ReadConfig(JsonObjectReader json)
    {
        CommonKeys.Ignore(json);
        json.GetChoice("hidden_act", ["silu"], "silu");
        if (json.GetBoolean("attention_bias", false))
            throw json.Get("attention_bias").Error("this form of OLMo is not supported", "false");
        var width = json.GetInt32("hidden_size", 1, 1 << 20);
        var heads = json.GetInt32("num_attention_heads", 1, 4_096);
        var layers = json.GetInt32("num_hidden_layers", 1, 4_096);
        var contextLength = json.GetInt32("max_position_embeddings", 1, 1 << 24, 2_048);
        var isThird = json.GetString("model_type") == "olmo3";
        var rotary = RotaryJson.ReadPerType(json, width / heads, contextLength, new RotaryJson.Names(), isThird ? json.GetDouble("rope_theta", 1, 1e12, 10_000) : null).Full;
        return new Olmo2Config
        {
            VocabularySize = json.GetInt32("vocab_size", 1, 1 << 24),
            ContextLength = contextLength,
            Width = width,
            LayerCount = layers,
            HeadCount = heads,
            KeyValueHeadCount = json.GetInt32("num_key_value_heads", 1, 4_096, heads),
            HiddenWidth = json.GetInt32("intermediate_size", 1, 1 << 22),
            Window = isThird ? json.GetInt32("sliding_window", 1, 1 << 24, 4_096) : 0,
            WindowedLayers = isThird ? LayerPattern.Read(json, layers) ?? LayerPattern.AllButEvery(UsualPeriod) : LayerPattern.All,
            TiedHead = json.GetBoolean("tie_word_embeddings", false),
            RotaryTheta = rotary.Theta,
            RotaryScaling = rotary.Scaling,
            NormEpsilon = json.GetDouble("rms_norm_eps", 1e-12, 1, 1e-5),
            InitialDeviation = json.GetDouble("initializer_range", 0, 10, 0.02),
        };
    }

    /// <inheritdoc/>
    public override void WriteConfig(ModelConfig config, Utf8JsonWriter json)
    {
        var olmo = (Olmo2Config)config;
        json.WriteStartObject();
        json.WriteString("model_type", olmo.Family);
        json.WriteStartArray("architectures");
        json.WriteStringValue(olmo.Window > 0 ? "Olmo3ForCausalLM" : "Olmo2ForCausalLM");
        json.WriteEndArray();
        json.WriteNumber("vocab_size", olmo.VocabularySize);
        json.WriteNumber("max_position_embeddings", olmo.ContextLength);
        json.WriteNumber("hidden_size", olmo.Width);
        json.WriteNumber("num_hidden_layers", olmo.LayerCount);
        json.WriteNumber("num_attention_heads", olmo.HeadCount);
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
        RotaryJson.Write(json, olmo.RotaryTheta, olmo.RotaryScaling, olmo.ContextLength);
        json.WriteFinite("rms_norm_eps", olmo.NormEpsilon);
        json.WriteFinite("initializer_range", olmo.InitialDeviation);
        json.WriteString("torch_dtype", "float32");
        json.WriteEndObject();
    }

    /// <inheritdoc/>
    public override Model Create(ModelConfig config, ParameterSource source) => new Olmo2((Olmo2Config)config, source);

    /// <inheritdoc/>
    public override ModelConfig ReadGguf(GgufFields fields)
    {
        var sizes = GgufSizes.Read(fields);
        var headWidth = sizes.HeadWidth;
        foreach (var name in (string[])["attention.key_length", "attention.value_length", "rope.dimension_count"])
            if (fields.GetInt32(name, 1, 4_096, headWidth) != headWidth)
                throw fields.Find(name)!.Value.Error("this form of OLMo is not supported", $"{headWidth}");
        var rotary = RotaryGguf.Read(fields, headWidth, sizes.ContextLength);
        var window = fields.GetInt32("attention.sliding_window", 0, 1 << 24, 0);
        var pattern = LayerPattern.Read(fields, sizes.LayerCount) ?? LayerPattern.AllButEvery(UsualPeriod);
        if (fields.GetDouble("rope.freq_base_swa", 1, 1e12, rotary.Theta) != rotary.Theta)
            throw fields.Find("rope.freq_base_swa")!.Value.Error("this form of OLMo is not supported", "the base of the other layers");
        return new Olmo2Config
        {
            VocabularySize = fields.VocabularySize,
            ContextLength = sizes.ContextLength,
            Width = sizes.Width,
            LayerCount = sizes.LayerCount,
            HeadCount = sizes.HeadCount,
            KeyValueHeadCount = sizes.KeyValueHeadCount,
            HiddenWidth = sizes.HiddenWidth,
            Window = window,
            WindowedLayers = window > 0 ? pattern : LayerPattern.All,
            TiedHead = fields.ShapeOf("output.weight") is null,
            RotaryTheta = rotary.Theta,
            RotaryScaling = rotary.Scaling,
            NormEpsilon = fields.GetDouble("attention.layer_norm_rms_epsilon", 1e-12, 1),
        };
    }

    /// <inheritdoc/>
    public override void WriteGguf(ModelConfig config, GgufFieldWriter fields)
    {
        var olmo = (Olmo2Config)config;
        new GgufSizes(olmo.ContextLength, olmo.Width, olmo.LayerCount, olmo.HiddenWidth, olmo.HeadCount, olmo.KeyValueHeadCount).Write(fields)
            .Set("attention.layer_norm_rms_epsilon", olmo.NormEpsilon);
        RotaryGguf.Write(fields, olmo.RotaryTheta, olmo.HeadWidth, olmo.RotaryScaling);
        if (olmo.Window == 0)
            return;
        fields.Set("attention.sliding_window", olmo.Window);
        olmo.WindowedLayers.Write(fields, olmo.LayerCount);
    }

    /// <inheritdoc/>
    public override IReadOnlyList<(string Name, IReadOnlyList<float> Numbers)> GgufTables(ModelConfig config)
    {
        var olmo = (Olmo2Config)config;
        return RotaryGguf.Tables(olmo.RotaryScaling, olmo.HeadWidth, olmo.RotaryTheta);
    }

    /// <inheritdoc/>
    public override CheckpointMap Map(Model model)
    {
        var olmo = (Olmo2)model;
        var map = CheckpointMap.Around(olmo, "model.embed_tokens", "model.norm", "lm_head");
        foreach (var block in olmo.Stack.Blocks.Cast<Olmo2Block>())
        {
            var layer = $"model.layers.{block.Layer}.";
            map.Add(layer + "self_attn.q_proj", block.Query).Add(layer + "self_attn.k_proj", block.Key)
                .Add(layer + "self_attn.v_proj", block.Value).Add(layer + "self_attn.o_proj", block.Output)
                .Add(layer + "self_attn.q_norm", block.QueryNorm).Add(layer + "self_attn.k_norm", block.KeyNorm)
                .Add(layer + "post_attention_layernorm", block.AttentionPostNorm).Add(layer + "post_feedforward_layernorm", block.FeedForwardPostNorm)
                .Add(layer + "mlp.gate_proj", block.FeedForward.Gate).Add(layer + "mlp.up_proj", block.FeedForward.Up).Add(layer + "mlp.down_proj", block.FeedForward.Down);
        }
        return map;
    }

    /// <inheritdoc/>
    public override CheckpointMap GgufMap(Model model)
    {
        var olmo = (Olmo2)model;
        var map = CheckpointMap.Around(olmo, "token_embd", "output_norm", "output").Ignore(RotaryGguf.IsTable);
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
