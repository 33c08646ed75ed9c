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
    private static readonly DecoderJson Members = new("layer_norm_epsilon");

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
            var tiny = Tiny(new FalconConfig { HeadCount = 4, HiddenWidth = 72 });
            return [tiny, tiny with { KeyValueHeadCount = 2, HasTwoNorms = true, TiedHead = false, Activation = UnaryFunction.GeluTanh }, tiny with { KeyValueHeadCount = 2 }];
        }
    }

    /// <inheritdoc/>
    public override ModelConfig ReadConfig(JsonObjectReader json)
    {
        CommonKeys.Ignore(json);
        CommonKeys.Require(json, "Falcon", ("alibi", false), ("bias", false), ("parallel_attn", true), ("apply_residual_connection_post_layernorm", false));
        var members = Members with { LayerCount = Either(Members.LayerCount, "n_layer"), HeadCount = Either(Members.HeadCount, "n_head") };
        var config = members.Read(json, new FalconConfig(), contextLength: 2_048);
        var isNew = json.GetBoolean("new_decoder_architecture", false);
        var isMultiQuery = json.GetBoolean("multi_query", true);
        var keyValueHeads = json.GetInt32("num_kv_heads", 1, 4_096, json.GetInt32("n_head_kv", 1, 4_096, config.HeadCount));
        json.Ignore("n_head_kv");
        var rotary = RotaryJson.Read(json, config.HeadWidth, config.ContextLength);
        return config with
        {
            KeyValueHeadCount = isNew ? keyValueHeads : isMultiQuery ? 1 : config.HeadCount,
            HiddenWidth = json.GetInt32("ffn_hidden_size", 1, 1 << 22, json.GetInt32("ff_factor", 1, 64, 4) * config.Width),
            Activation = ActivationNames.Read(json, "activation", "gelu"),
            HasTwoNorms = json.GetInt32("num_ln_in_parallel_attn", 1, 2, isNew ? 2 : 1) == 2 && isNew,
            TiedHead = json.GetBoolean("tie_word_embeddings", true),
            RotaryTheta = rotary.Theta,
            RotaryScaling = rotary.Scaling,
        };

        string Either(string name, string older) => json.Has(older) ? older : name;
    }

    /// <inheritdoc/>
    public override void WriteConfig(ModelConfig config, Utf8JsonWriter json)
    {
        var falcon = (FalconConfig)config;
        var isNew = falcon.HasTwoNorms || falcon.KeyValueHeadCount > 1;
        Members.Begin(json, falcon, "FalconForCausalLM");
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
        RotaryJson.Write(json, falcon.Rotary, falcon.ContextLength);
        Members.End(json, falcon);
    }

    /// <inheritdoc/>
    public override Model Create(ModelConfig config, ParameterSource source) => new Falcon((FalconConfig)config, source);

    /// <inheritdoc/>
    public override ModelConfig ReadGguf(GgufFields fields)
    {
        fields.Ignore("tensor_data_layout");
        var sizes = GgufSizes.Read(fields);
        fields.Require("Falcon", sizes.HeadWidth, "rope.dimension_count");
        var rotary = RotaryGguf.Read(fields, sizes.HeadWidth, sizes.ContextLength);
        return sizes.On(new FalconConfig(), fields, NormKind.Layer) with
        {
            KeyValueHeadCount = sizes.KeyValueHeadCount,
            HiddenWidth = sizes.HiddenWidth,
            Activation = ActivationNames.Read(fields, UnaryFunction.GeluErf),
            HasTwoNorms = fields.ShapeOf("blk.0.attn_norm_2.weight") is not null,
            TiedHead = fields.ShapeOf("output.weight") is null,
            RotaryTheta = rotary.Theta,
            RotaryScaling = rotary.Scaling,
        };
    }

    /// <inheritdoc/>
    public override void WriteGguf(ModelConfig config, GgufFieldWriter fields)
    {
        var falcon = (FalconConfig)config;
        GgufSizes.Of(falcon, falcon.HiddenWidth, falcon.KeyValueHeadCount).Write(fields)
            .Set(GgufNames.EpsilonOf(NormKind.Layer), falcon.NormEpsilon);
        RotaryGguf.Write(fields, falcon.Rotary);
        ActivationNames.Write(fields, falcon.Activation, UnaryFunction.GeluErf);
    }

    /// <inheritdoc/>
    public override CheckpointMap Map(Model model)
    {
        var falcon = (Falcon)model;
        var settings = falcon.Settings;
        var grouped = new HeadsGrouped(settings.HeadWidth, settings.KeyValueHeadCount, settings.HeadCount / settings.KeyValueHeadCount);
        var map = new CheckpointMap().AddAround(falcon, "transformer.word_embeddings", "transformer.ln_f", "lm_head")
            .IgnoreEndings(FolderNames.RotaryBuffer);
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
        var map = GgufNames.Around(falcon);
        foreach (var block in falcon.Stack.Blocks.Cast<FalconBlock>())
        {
            var layer = $"blk.{block.Layer}.";
            map.AddFusedAttention(layer, block.QueryKeyValue, block.Output).AddFeedForward(layer, block.FeedForward)
                // of two norms the first name is the feed-forward's
                .Add(layer + "attn_norm", block.FeedForwardNorm ?? block.AttentionNorm);
            if (block.FeedForwardNorm is not null)
                map.Add(layer + "attn_norm_2", block.AttentionNorm);
        }
        return map;
    }
}
