using System.Text.Json;
using Inkstone.Foundation.Formats;
using Inkstone.Tensors;

namespace Inkstone.Models;

/// <summary>
/// Falcon, with one key head (7B) and in the "new decoder architecture" (11B, 40B, 180B): Hugging Face's files hold the queries that share a key beside it, GGUF's all
/// queries first.
/// </summary>
public sealed class FalconCheckpoint : ModelFamily
{
    /// <inheritdoc/>
    public override IReadOnlyList<string> Names => ["falcon"];

    /// <inheritdoc/>
    public override IReadOnlyList<string> Architectures => ["falcon"];

    /// <inheritdoc/>
    /// <remarks>Falcon's folders name the code that has become the library's.</remarks>
    public override bool KnowsOwnCodeOf(string name) => true;

    /// <inheritdoc/>
    public override IReadOnlyList<ModelConfig> TinyConfigs
    {
        get
        {
            var tiny = new FalconConfig { VocabularySize = 61, ContextLength = 96, Width = 32, LayerCount = 2, HeadCount = 4, HiddenWidth = 72 };
            return [tiny, tiny with { KeyValueHeadCount = 2, HasTwoNorms = true, TiedHead = false, Activation = UnaryFunction.GeluTanh }, tiny with { KeyValueHeadCount = 2 }];
        }
    }

    /// <inheritdoc/>
    public override ModelConfig ReadConfig(JsonObjectReader json)
    {
        CommonKeys.Ignore(json);
        foreach (var (name, value) in (ReadOnlySpan<(string, bool)>)[("alibi", false), ("bias", false), ("parallel_attn", true), ("apply_residual_connection_post_layernorm", false)])
            if (json.GetBoolean(name, value) != value)
                throw json.Get(name).Error("this form of Falcon is not supported", value ? "true" : "false");
        var width = json.GetInt32("hidden_size", 1, 1 << 20);
        var heads = Either("num_attention_heads", "n_head");
        var isNew = json.GetBoolean("new_decoder_architecture", false);
        var isMultiQuery = json.GetBoolean("multi_query", true);
        var keyValueHeads = json.GetInt32("num_kv_heads", 1, 4_096, json.GetInt32("n_head_kv", 1, 4_096, heads));
        json.Ignore("n_head_kv");
        var contextLength = json.GetInt32("max_position_embeddings", 1, 1 << 24, 2_048);
        var rotary = RotaryJson.Read(json, width / heads, contextLength);
        return new FalconConfig
        {
            VocabularySize = json.GetInt32("vocab_size", 1, 1 << 24),
            ContextLength = contextLength,
            Width = width,
            LayerCount = Either("num_hidden_layers", "n_layer"),
            HeadCount = heads,
            KeyValueHeadCount = isNew ? keyValueHeads : isMultiQuery ? 1 : heads,
            HiddenWidth = json.GetInt32("ffn_hidden_size", 1, 1 << 22, json.GetInt32("ff_factor", 1, 64, 4) * width),
            Activation = ActivationNames.Read(json, "activation", "gelu"),
            HasTwoNorms = json.GetInt32("num_ln_in_parallel_attn", 1, 2, isNew ? 2 : 1) == 2 && isNew,
            TiedHead = json.GetBoolean("tie_word_embeddings", true),
            RotaryTheta = rotary.Theta,
            RotaryScaling = rotary.Scaling,
            NormEpsilon = json.GetDouble("layer_norm_epsilon", 1e-12, 1, 1e-5),
            InitialDeviation = json.GetDouble("initializer_range", 0, 10, 0.02),
        };

        int Either(string name, string older) => json.Has(older) ? json.GetInt32(older, 1, 4_096) : json.GetInt32(name, 1, 4_096);
    }

    /// <inheritdoc/>
    public override void WriteConfig(ModelConfig config, Utf8JsonWriter json)
    {
        var falcon = (FalconConfig)config;
        var isNew = falcon.HasTwoNorms || falcon.KeyValueHeadCount > 1;
        json.WriteStartObject();
        json.WriteString("model_type", "falcon");
        json.WriteStartArray("architectures");
        json.WriteStringValue("FalconForCausalLM");
        json.WriteEndArray();
        json.WriteNumber("vocab_size", falcon.VocabularySize);
        json.WriteNumber("max_position_embeddings", falcon.ContextLength);
        json.WriteNumber("hidden_size", falcon.Width);
        json.WriteNumber("num_hidden_layers", falcon.LayerCount);
        json.WriteNumber("num_attention_heads", falcon.HeadCount);
        json.WriteNumber("num_kv_heads", falcon.KeyValueHeadCount);
        json.WriteBoolean("new_decoder_architecture", isNew);
        json.WriteBoolean("multi_query", true);
        if (isNew)
            json.WriteNumber("num_ln_in_parallel_attn", falcon.HasTwoNorms ? 2 : 1);
        json.WriteBoolean("parallel_attn", true);
        json.WriteBoolean("alibi", false);
        json.WriteBoolean("bias", false);
        json.WriteNumber("ffn_hidden_size", falcon.HiddenWidth);
        json.WriteString("activation", ActivationNames.Of(falcon.Activation));
        json.WriteBoolean("tie_word_embeddings", falcon.TiedHead);
        RotaryJson.Write(json, falcon.RotaryTheta, falcon.RotaryScaling, falcon.ContextLength);
        json.WriteFinite("layer_norm_epsilon", falcon.NormEpsilon);
        json.WriteFinite("initializer_range", falcon.InitialDeviation);
        json.WriteString("torch_dtype", "float32");
        json.WriteEndObject();
    }

    /// <inheritdoc/>
    public override Model Create(ModelConfig config, ParameterSource source) => new Falcon((FalconConfig)config, source);

    /// <inheritdoc/>
    public override ModelConfig ReadGguf(GgufFields fields)
    {
        fields.Ignore("tensor_data_layout");
        var sizes = GgufSizes.Read(fields);
        var rotary = RotaryGguf.Read(fields, sizes.HeadWidth, sizes.ContextLength);
        if (rotary.Width != sizes.HeadWidth)
            throw fields.Find("rope.dimension_count")!.Value.Error("this form of Falcon is not supported", $"{sizes.HeadWidth}");
        return new FalconConfig
        {
            VocabularySize = fields.VocabularySize,
            ContextLength = sizes.ContextLength,
            Width = sizes.Width,
            LayerCount = sizes.LayerCount,
            HeadCount = sizes.HeadCount,
            KeyValueHeadCount = sizes.KeyValueHeadCount,
            HiddenWidth = sizes.HiddenWidth,
            Activation = ActivationNames.Read(fields, UnaryFunction.GeluErf),
            HasTwoNorms = fields.ShapeOf("blk.0.attn_norm_2.weight") is not null,
            TiedHead = fields.ShapeOf("output.weight") is null,
            RotaryTheta = rotary.Theta,
            RotaryScaling = rotary.Scaling,
            NormEpsilon = fields.GetDouble("attention.layer_norm_epsilon", 1e-12, 1),
        };
    }

    /// <inheritdoc/>
    public override void WriteGguf(ModelConfig config, GgufFieldWriter fields)
    {
        var falcon = (FalconConfig)config;
        new GgufSizes(falcon.ContextLength, falcon.Width, falcon.LayerCount, falcon.HiddenWidth, falcon.HeadCount, falcon.KeyValueHeadCount).Write(fields)
            .Set("attention.layer_norm_epsilon", falcon.NormEpsilon);
        RotaryGguf.Write(fields, falcon.RotaryTheta, falcon.HeadWidth, falcon.RotaryScaling);
        ActivationNames.Write(fields, falcon.Activation, UnaryFunction.GeluErf);
    }

    /// <inheritdoc/>
    public override IReadOnlyList<(string Name, IReadOnlyList<float> Numbers)> GgufTables(ModelConfig config)
    {
        var falcon = (FalconConfig)config;
        return RotaryGguf.Tables(falcon.RotaryScaling, falcon.HeadWidth, falcon.RotaryTheta);
    }

    /// <inheritdoc/>
    public override CheckpointMap Map(Model model)
    {
        var falcon = (Falcon)model;
        var settings = falcon.Settings;
        var grouped = new HeadsGrouped(settings.HeadWidth, settings.KeyValueHeadCount, settings.HeadCount / settings.KeyValueHeadCount);
        var map = CheckpointMap.Around(falcon, "transformer.word_embeddings", "transformer.ln_f", "lm_head")
            .Ignore(name => name.EndsWith(".rotary_emb.inv_freq", StringComparison.Ordinal));
        foreach (var block in falcon.Stack.Blocks.Cast<FalconBlock>())
        {
            var layer = $"transformer.h.{block.Layer}.";
            map.Add(layer + "self_attention.query_key_value", block.QueryKeyValue, grouped).Add(layer + "self_attention.dense", block.Output)
                .Add(layer + "mlp.dense_h_to_4h", block.FeedForward.Up).Add(layer + "mlp.dense_4h_to_h", block.FeedForward.Down)
                .Add(layer + (block.FeedForwardNorm is null ? "input_layernorm" : "ln_attn"), block.AttentionNorm);
            if (block.FeedForwardNorm is not null)
                map.Add(layer + "ln_mlp", block.FeedForwardNorm);
        }
        return map;
    }

    /// <inheritdoc/>
    public override CheckpointMap GgufMap(Model model)
    {
        var falcon = (Falcon)model;
        var map = CheckpointMap.Around(falcon, "token_embd", "output_norm", "output").Ignore(RotaryGguf.IsTable);
        foreach (var block in falcon.Stack.Blocks.Cast<FalconBlock>())
        {
            var layer = $"blk.{block.Layer}.";
            map.Add(layer + "attn_qkv", block.QueryKeyValue).Add(layer + "attn_output", block.Output)
                .AddFeedForward(layer, block.FeedForward)
                // of two norms the first name is the feed-forward's
                .Add(layer + "attn_norm", block.FeedForwardNorm ?? block.AttentionNorm);
            if (block.FeedForwardNorm is not null)
                map.Add(layer + "attn_norm_2", block.AttentionNorm);
        }
        return map;
    }
}
