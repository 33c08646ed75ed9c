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
            var tiny = Tiny(new GptNeoXConfig { HeadCount = 2, HiddenWidth = 72, RotaryWidth = 4 });
            return [tiny, tiny with { IsParallel = false, TiedHead = true, Activation = UnaryFunction.GeluTanh, RotaryWidth = 16 }];
        }
    }

    /// <inheritdoc/>
    public override ModelConfig ReadConfig(JsonObjectReader json)
    {
        CommonKeys.Ignore(json);
        CommonKeys.Require(json, "GPT-NeoX", ("attention_bias", true));
        var config = DecoderJson.LayerNorms.Read(json, new GptNeoXConfig(), contextLength: 2_048);
        var rotary = RotaryJson.Read(json, config.HeadWidth, config.ContextLength, RotaryNames with { Theta = json.Has("rope_theta") ? "rope_theta" : RotaryNames.Theta });
        return config with
        {
            HiddenWidth = json.GetInt32("intermediate_size", 1, 1 << 22),
            Activation = ActivationNames.Read(json, "hidden_act", "gelu"),
            IsParallel = json.GetBoolean("use_parallel_residual", true),
            TiedHead = json.GetBoolean("tie_word_embeddings", false),
            RotaryWidth = rotary.Width,
            RotaryTheta = rotary.Theta,
            RotaryScaling = rotary.Scaling,
        };
    }

    /// <inheritdoc/>
    public override void WriteConfig(ModelConfig config, Utf8JsonWriter json)
    {
        var neox = (GptNeoXConfig)config;
        DecoderJson.LayerNorms.Begin(json, neox, "GPTNeoXForCausalLM");
        json.WriteNumber("intermediate_size", neox.HiddenWidth);
        json.WriteString("hidden_act", ActivationNames.Of(neox.Activation));
        json.WriteBoolean("use_parallel_residual", neox.IsParallel);
        json.WriteBoolean("tie_word_embeddings", neox.TiedHead);
        json.WriteFinite(RotaryNames.Share, (double)neox.RotaryWidth / neox.HeadWidth);
        RotaryJson.Write(json, neox.Rotary, neox.ContextLength, RotaryNames.Theta);
        DecoderJson.LayerNorms.End(json, neox);
    }

    /// <inheritdoc/>
    public override Model Create(ModelConfig config, ParameterSource source) => new GptNeoX((GptNeoXConfig)config, source);

    /// <inheritdoc/>
    public override ModelConfig ReadGguf(GgufFields fields)
    {
        var sizes = GgufSizes.Read(fields, sharesKeys: false);
        var rotary = RotaryGguf.Read(fields, sizes.HeadWidth, sizes.ContextLength);
        return sizes.On(new GptNeoXConfig(), fields, NormKind.Layer) with
        {
            HiddenWidth = sizes.HiddenWidth,
            Activation = ActivationNames.Read(fields, UnaryFunction.GeluErf),
            IsParallel = fields.GetBoolean("use_parallel_residual", true),
            TiedHead = fields.ShapeOf("output.weight") is null,
            RotaryWidth = rotary.Width,
            RotaryTheta = rotary.Theta,
            RotaryScaling = rotary.Scaling,
        };
    }

    /// <inheritdoc/>
    public override void WriteGguf(ModelConfig config, GgufFieldWriter fields)
    {
        var neox = (GptNeoXConfig)config;
        GgufSizes.Of(neox, neox.HiddenWidth, neox.HeadCount).Write(fields).Set("use_parallel_residual", neox.IsParallel)
            .Set(GgufNames.EpsilonOf(NormKind.Layer), neox.NormEpsilon);
        RotaryGguf.Write(fields, neox.Rotary);
        ActivationNames.Write(fields, neox.Activation, UnaryFunction.GeluErf);
    }

    /// <inheritdoc/>
    public override CheckpointMap Map(Model model)
    {
        var neox = (GptNeoX)model;
        var grouped = new HeadsGrouped(neox.Settings.HeadWidth, neox.Settings.HeadCount, QueriesPerGroup: 1);
        var map = new CheckpointMap().AddAround(neox, "gpt_neox.embed_in", "gpt_neox.final_layer_norm", "embed_out")
            .IgnoreEndings(FolderNames.RotaryBuffer, ".attention.bias", ".attention.masked_bias");
        foreach (var block in neox.Stack.Blocks.Cast<GptNeoXBlock>())
        {
            var layer = $"gpt_neox.layers.{block.Layer}.";
            map.Add(layer + "input_layernorm", block.AttentionNorm).Add(layer + "attention.query_key_value", block.QueryKeyValue, grouped)
                .Add(layer + "attention.dense", block.Output).Add(layer + "post_attention_layernorm", block.FeedForwardNorm!)
                .Add(layer + "mlp.dense_h_to_4h", block.FeedForward.Up).Add(layer + "mlp.dense_4h_to_h", block.FeedForward.Down);
        }
        return map;
    }

    /// <inheritdoc/>
    public override CheckpointMap GgufMap(Model model) => GgufNames.OfFused((GptNeoX)model);
}
