using System.Text.Json;
using Inkstone.Foundation.Formats;
using Inkstone.Tensors;

namespace Inkstone.Models;

/// <summary>GPT-NeoX and Pythia: Hugging Face's files hold queries, keys and values head by head, GGUF's all queries first.</summary>
public sealed class GptNeoXCheckpoint : ModelFamily
{
    private static readonly RotaryJson.Names RotaryNames = new("rotary_emb_base", "rotary_pct", DefaultShare: 0.25);

    /// <inheritdoc/>
    public override IReadOnlyList<string> Names => ["gpt_neox"];

    /// <inheritdoc/>
    public override IReadOnlyList<string> Architectures => ["gptneox"];

    /// <inheritdoc/>
    public override IReadOnlyList<ModelConfig> TinyConfigs
    {
        get
        {
            var tiny = new GptNeoXConfig { VocabularySize = 61, ContextLength = 96, Width = 32, LayerCount = 2, HeadCount = 2, HiddenWidth = 72, RotaryWidth = 4 };
            return [tiny, tiny with { IsParallel = false, TiedHead = true, Activation = UnaryFunction.GeluTanh, RotaryWidth = 16 }];
        }
    }

    /// <inheritdoc/>
    public override ModelConfig ReadConfig(JsonObjectReader json)
    {
        CommonKeys.Ignore(json);
        if (!json.GetBoolean("attention_bias", true))
            throw json.Get("attention_bias").Error("this form of GPT-NeoX is not supported", "true");
        var width = json.GetInt32("hidden_size", 1, 1 << 20);
        var heads = json.GetInt32("num_attention_heads", 1, 4_096);
        var contextLength = json.GetInt32("max_position_embeddings", 1, 1 << 24, 2_048);
        var rotary = RotaryJson.Read(json, width / heads, contextLength, RotaryNames with { Theta = json.Has("rope_theta") ? "rope_theta" : RotaryNames.Theta });
        return new GptNeoXConfig
        {
            VocabularySize = json.GetInt32("vocab_size", 1, 1 << 24),
            ContextLength = contextLength,
            Width = width,
            LayerCount = json.GetInt32("num_hidden_layers", 1, 4_096),
            HeadCount = heads,
            HiddenWidth = json.GetInt32("intermediate_size", 1, 1 << 22),
            Activation = ActivationNames.Read(json, "hidden_act", "gelu"),
            IsParallel = json.GetBoolean("use_parallel_residual", true),
            TiedHead = json.GetBoolean("tie_word_embeddings", false),
            RotaryWidth = rotary.Width,
            RotaryTheta = rotary.Theta,
            RotaryScaling = rotary.Scaling,
            NormEpsilon = json.GetDouble("layer_norm_eps", 1e-12, 1, 1e-5),
            InitialDeviation = json.GetDouble("initializer_range", 0, 10, 0.02),
        };
    }

    /// <inheritdoc/>
    public override void WriteConfig(ModelConfig config, Utf8JsonWriter json)
    {
        var neox = (GptNeoXConfig)config;
        json.WriteStartObject();
        json.WriteString("model_type", "gpt_neox");
        json.WriteStartArray("architectures");
        json.WriteStringValue("GPTNeoXForCausalLM");
        json.WriteEndArray();
        json.WriteNumber("vocab_size", neox.VocabularySize);
        json.WriteNumber("max_position_embeddings", neox.ContextLength);
        json.WriteNumber("hidden_size", neox.Width);
        json.WriteNumber("num_hidden_layers", neox.LayerCount);
        json.WriteNumber("num_attention_heads", neox.HeadCount);
        json.WriteNumber("intermediate_size", neox.HiddenWidth);
        json.WriteString("hidden_act", ActivationNames.Of(neox.Activation));
        json.WriteBoolean("use_parallel_residual", neox.IsParallel);
        json.WriteBoolean("tie_word_embeddings", neox.TiedHead);
        json.WriteFinite(RotaryNames.Share, (double)neox.RotaryWidth / neox.HeadWidth);
        RotaryJson.Write(json, neox.RotaryTheta, neox.RotaryScaling, neox.ContextLength, RotaryNames.Theta);
        json.WriteFinite("layer_norm_eps", neox.NormEpsilon);
        json.WriteFinite("initializer_range", neox.InitialDeviation);
        json.WriteString("torch_dtype", "float32");
        json.WriteEndObject();
    }

    /// <inheritdoc/>
    public override Model Create(ModelConfig config, ParameterSource source) => new GptNeoX((GptNeoXConfig)config, source);

    /// <inheritdoc/>
    public override ModelConfig ReadGguf(GgufFields fields)
    {
        var sizes = GgufSizes.Read(fields, sharesKeys: false);
        var rotary = RotaryGguf.Read(fields, sizes.HeadWidth, sizes.ContextLength);
        return new GptNeoXConfig
        {
            VocabularySize = fields.VocabularySize,
            ContextLength = sizes.ContextLength,
            Width = sizes.Width,
            LayerCount = sizes.LayerCount,
            HeadCount = sizes.HeadCount,
            HiddenWidth = sizes.HiddenWidth,
            Activation = ActivationNames.Read(fields, UnaryFunction.GeluErf),
            IsParallel = fields.GetBoolean("use_parallel_residual", true),
            TiedHead = fields.ShapeOf("output.weight") is null,
            RotaryWidth = rotary.Width,
            RotaryTheta = rotary.Theta,
            RotaryScaling = rotary.Scaling,
            NormEpsilon = fields.GetDouble("attention.layer_norm_epsilon", 1e-12, 1),
        };
    }

    /// <inheritdoc/>
    public override void WriteGguf(ModelConfig config, GgufFieldWriter fields)
    {
        var neox = (GptNeoXConfig)config;
        new GgufSizes(neox.ContextLength, neox.Width, neox.LayerCount, neox.HiddenWidth, neox.HeadCount, neox.HeadCount).Write(fields).Set("use_parallel_residual", neox.IsParallel)
            .Set("attention.layer_norm_epsilon", neox.NormEpsilon);
        RotaryGguf.Write(fields, neox.RotaryTheta, neox.RotaryWidth, neox.RotaryScaling);
        ActivationNames.Write(fields, neox.Activation, UnaryFunction.GeluErf);
    }

    /// <inheritdoc/>
    public override IReadOnlyList<(string Name, IReadOnlyList<float> Numbers)> GgufTables(ModelConfig config)
    {
        var neox = (GptNeoXConfig)config;
        return RotaryGguf.Tables(neox.RotaryScaling, neox.RotaryWidth, neox.RotaryTheta);
    }

    /// <inheritdoc/>
    public override CheckpointMap Map(Model model)
    {
        var neox = (GptNeoX)model;
        var grouped = new HeadsGrouped(neox.Settings.HeadWidth, neox.Settings.HeadCount, QueriesPerGroup: 1);
        var map = CheckpointMap.Around(neox, "gpt_neox.embed_in", "gpt_neox.final_layer_norm", "embed_out")
            .Ignore(name => name.EndsWith(".rotary_emb.inv_freq", StringComparison.Ordinal) || name.EndsWith(".attention.bias", StringComparison.Ordinal)
                || name.EndsWith(".attention.masked_bias", StringComparison.Ordinal));
        foreach (var block in neox.Stack.Blocks.Cast<GptNeoXBlock>())
        {
            var layer = $"gpt_neox.layers.{block.Layer}.";
            map.Add(layer + "input_layernorm", block.AttentionNorm).Add(layer + "attention.query_key_value", block.QueryKeyValue, grouped)
                .Add(layer + "attention.dense", block.Output).Add(layer + "post_attention_layernorm", block.FeedForwardNorm)
                .Add(layer + "mlp.dense_h_to_4h", block.FeedForward.Up).Add(layer + "mlp.dense_4h_to_h", block.FeedForward.Down);
        }
        return map;
    }

    /// <inheritdoc/>
    public override CheckpointMap GgufMap(Model model)
    {
        var neox = (GptNeoX)model;
        var map = CheckpointMap.Around(neox, "token_embd", "output_norm", "output").Ignore(RotaryGguf.IsTable);
        foreach (var block in neox.Stack.Blocks.Cast<GptNeoXBlock>())
        {
            var layer = $"blk.{block.Layer}.";
            map.Add(layer + "attn_norm", block.AttentionNorm).Add(layer + "attn_qkv", block.QueryKeyValue).Add(layer + "attn_output", block.Output)
                .Add(layer + "ffn_norm", block.FeedForwardNorm).AddFeedForward(layer, block.FeedForward);
        }
        return map;
    }
}
