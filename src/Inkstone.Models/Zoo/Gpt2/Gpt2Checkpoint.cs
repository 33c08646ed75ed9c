using System.Text.Json;
using Inkstone.Foundation.Formats;

namespace Inkstone.Models;

/// <summary>GPT-2 as Hugging Face's files have it: Conv1D matrices stored turned, one matrix for queries, keys and values.</summary>
public sealed class Gpt2Checkpoint : ModelFamily
{
    /// <inheritdoc/>
    public override IReadOnlyList<string> Names => ["gpt2"];

    /// <inheritdoc/>
    public override IReadOnlyList<ModelConfig> TinyConfigs =>
        [Tiny(new Gpt2Config { HeadCount = 4 })];

    /// <inheritdoc/>
    public override ModelConfig ReadConfig(JsonObjectReader json)
    {
        CommonKeys.Ignore(json);
        json.Ignore("n_ctx", "n_special", "predict_special_tokens", "_num_labels", "summary_type", "summary_use_proj", "summary_activation", "summary_proj_to_labels", "summary_first_dropout");
        json.GetChoice("activation_function", ["gelu_new", "gelu_pytorch_tanh", "gelu_fast"], "gelu_new");
        CommonKeys.Require(
            json, "GPT-2", ("scale_attn_weights", true), ("scale_attn_by_inverse_layer_idx", false), ("reorder_and_upcast_attn", false), ("tie_word_embeddings", true),
            ("add_cross_attention", false));
        return DecoderJson.Gpt.Read(json, new Gpt2Config()) with
        {
            HiddenWidth = json.Find("n_inner")?.AsInt32(1, 1 << 22),
            Dropout = json.GetDouble("resid_pdrop", 0, 0.99, 0.1),
            EmbeddingDropout = json.GetDouble("embd_pdrop", 0, 0.99, 0.1),
            AttentionDropout = json.GetDouble("attn_pdrop", 0, 0.99, 0.1),
        };
    }

    /// <inheritdoc/>
    public override void WriteConfig(ModelConfig config, Utf8JsonWriter json)
    {
        var gpt = (Gpt2Config)config;
        DecoderJson.Gpt.Begin(json, gpt, "GPT2LMHeadModel");
        CommonKeys.WriteOrNull(json, "n_inner", gpt.HiddenWidth);
        json.WriteString("activation_function", "gelu_new");
        json.WriteFinite("resid_pdrop", gpt.Dropout);
        json.WriteFinite("embd_pdrop", gpt.EmbeddingDropout);
        json.WriteFinite("attn_pdrop", gpt.AttentionDropout);
        json.WriteBoolean("tie_word_embeddings", true);
        DecoderJson.Gpt.End(json, gpt);
    }

    /// <inheritdoc/>
    public override Model Create(ModelConfig config, ParameterSource source) => new Gpt2((Gpt2Config)config, source);

    /// <inheritdoc/>
    public override CheckpointMap Map(Model model)
    {
        var gpt = (Gpt2)model;
        var turned = new Transposed();
        var map = new CheckpointMap { OptionalPrefix = "transformer." }.AddAround(gpt, "wte", "ln_f", "lm_head", "wpe").IgnoreEndings(".attn.bias", ".attn.masked_bias", "lm_head.weight");
        foreach (var block in gpt.Stack.Blocks.Cast<Gpt2Block>())
        {
            var h = $"h.{block.Layer}.";
            map.Add(h + "ln_1", block.AttentionNorm).Add(h + "ln_2", block.FeedForwardNorm!);
            foreach (var (name, linear) in (ReadOnlySpan<(string, Linear)>)
                [("attn.c_attn", block.QueryKeyValue), ("attn.c_proj", block.Output), ("mlp.c_fc", block.FeedForward.Up), ("mlp.c_proj", block.FeedForward.Down)])
                map.Add($"{h}{name}.weight", linear.Matrix, turned).Add($"{h}{name}.bias", linear.Bias!);
        }
        return map;
    }

    /// <inheritdoc/>
    public override IReadOnlyList<string> Architectures => ["gpt2"];

    /// <inheritdoc/>
    public override ModelConfig ReadGguf(GgufFields fields)
    {
        fields.Ignore("attention.causal");
        var sizes = GgufSizes.Read(fields, sharesKeys: false, usualFactor: 4);
        return sizes.On(new Gpt2Config(), fields, NormKind.Layer) with
        {
            HiddenWidth = sizes.HiddenWidth == 4 * sizes.Width ? null : sizes.HiddenWidth,
        };
    }

    /// <inheritdoc/>
    public override void WriteGguf(ModelConfig config, GgufFieldWriter fields)
    {
        var gpt = (Gpt2Config)config;
        GgufSizes.Of(gpt, gpt.Inside, gpt.HeadCount).Write(fields)
            .Set(GgufNames.EpsilonOf(NormKind.Layer), gpt.NormEpsilon);
    }

    /// <inheritdoc/>
    public override CheckpointMap GgufMap(Model model) => GgufNames.OfFused((Gpt2)model);
}
