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
        [new Gpt2Config { VocabularySize = 61, ContextLength = 96, Width = 32, LayerCount = 2, HeadCount = 4 }];

    /// <inheritdoc/>
    public override ModelConfig ReadConfig(JsonObjectReader json)
    {
        CommonKeys.Ignore(json);
        json.Ignore("n_ctx", "n_special", "predict_special_tokens", "_num_labels", "summary_type", "summary_use_proj", "summary_activation", "summary_proj_to_labels", "summary_first_dropout");
        json.GetChoice("activation_function", ["gelu_new", "gelu_pytorch_tanh", "gelu_fast"], "gelu_new");
        RequireValue(json, "scale_attn_weights", true);
        RequireValue(json, "scale_attn_by_inverse_layer_idx", false);
        RequireValue(json, "reorder_and_upcast_attn", false);
        RequireValue(json, "tie_word_embeddings", true);
        RequireValue(json, "add_cross_attention", false);
        return new Gpt2Config
        {
            VocabularySize = json.GetInt32("vocab_size", 1, 1 << 24),
            ContextLength = json.GetInt32("n_positions", 1, 1 << 24),
            Width = json.GetInt32("n_embd", 1, 1 << 20),
            LayerCount = json.GetInt32("n_layer", 1, 4_096),
            HeadCount = json.GetInt32("n_head", 1, 4_096),
            HiddenWidth = json.Find("n_inner")?.AsInt32(1, 1 << 22),
            Dropout = json.GetDouble("resid_pdrop", 0, 0.99, 0.1),
            EmbeddingDropout = json.GetDouble("embd_pdrop", 0, 0.99, 0.1),
            AttentionDropout = json.GetDouble("attn_pdrop", 0, 0.99, 0.1),
            NormEpsilon = json.GetDouble("layer_norm_epsilon", 1e-12, 1, 1e-5),
            InitialDeviation = json.GetDouble("initializer_range", 0, 10, 0.02),
        };
    }

    /// <inheritdoc/>
    public override void WriteConfig(ModelConfig config, Utf8JsonWriter json)
    {
        var gpt = (Gpt2Config)config;
        json.WriteStartObject();
        json.WriteString("model_type", "gpt2");
        json.WriteStartArray("architectures");
        json.WriteStringValue("GPT2LMHeadModel");
        json.WriteEndArray();
        json.WriteNumber("vocab_size", gpt.VocabularySize);
        json.WriteNumber("n_positions", gpt.ContextLength);
        json.WriteNumber("n_embd", gpt.Width);
        json.WriteNumber("n_layer", gpt.LayerCount);
        json.WriteNumber("n_head", gpt.HeadCount);
        if (gpt.HiddenWidth is { } hidden)
            json.WriteNumber("n_inner", hidden);
        else
            json.WriteNull("n_inner");
        json.WriteString("activation_function", "gelu_new");
        json.WriteFinite("resid_pdrop", gpt.Dropout);
        json.WriteFinite("embd_pdrop", gpt.EmbeddingDropout);
        json.WriteFinite("attn_pdrop", gpt.AttentionDropout);
        json.WriteFinite("layer_norm_epsilon", gpt.NormEpsilon);
        json.WriteFinite("initializer_range", gpt.InitialDeviation);
        json.WriteBoolean("tie_word_embeddings", true);
        json.WriteString("torch_dtype", "float32");
        json.WriteEndObject();
    }

    /// <inheritdoc/>
    public override Model Create(ModelConfig config, ParameterSource source) => new Gpt2((Gpt2Config)config, source);

    /// <inheritdoc/>
    public override CheckpointMap Map(Model model)
    {
        var gpt = (Gpt2)model;
        var turned = new Transposed();
        var map = new CheckpointMap { OptionalPrefix = "transformer." }
            .Add("wte.weight", gpt.Embedding.Parameters.Single())
            .Add("wpe.weight", gpt.PositionEmbedding.Parameters.Single())
            .Add("ln_f.weight", gpt.FinalNorm.Weight)
            .Add("ln_f.bias", gpt.FinalNorm.Bias)
            .AddTied("lm_head.weight")
            .Ignore(name => name.EndsWith(".attn.bias", StringComparison.Ordinal) || name.EndsWith(".attn.masked_bias", StringComparison.Ordinal)
                || name == "lm_head.weight");
        foreach (var block in gpt.Stack.Blocks.Cast<Gpt2Block>())
        {
            var h = $"h.{block.Layer}.";
            map.Add(h + "ln_1.weight", block.AttentionNorm.Weight).Add(h + "ln_1.bias", block.AttentionNorm.Bias)
                .Add(h + "attn.c_attn.weight", block.QueryKeyValue.Matrix, turned).Add(h + "attn.c_attn.bias", block.QueryKeyValue.Bias!)
                .Add(h + "attn.c_proj.weight", block.Output.Matrix, turned).Add(h + "attn.c_proj.bias", block.Output.Bias!)
                .Add(h + "ln_2.weight", block.FeedForwardNorm.Weight).Add(h + "ln_2.bias", block.FeedForwardNorm.Bias)
                .Add(h + "mlp.c_fc.weight", block.FeedForward.Up.Matrix, turned).Add(h + "mlp.c_fc.bias", block.FeedForward.Up.Bias!)
                .Add(h + "mlp.c_proj.weight", block.FeedForward.Down.Matrix, turned).Add(h + "mlp.c_proj.bias", block.FeedForward.Down.Bias!);
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
        return new Gpt2Config
        {
            VocabularySize = fields.VocabularySize,
            ContextLength = sizes.ContextLength,
            Width = sizes.Width,
            LayerCount = sizes.LayerCount,
            HeadCount = sizes.HeadCount,
            HiddenWidth = sizes.HiddenWidth == 4 * sizes.Width ? null : sizes.HiddenWidth,
            NormEpsilon = fields.GetDouble("attention.layer_norm_epsilon", 1e-12, 1),
        };
    }

    /// <inheritdoc/>
    public override void WriteGguf(ModelConfig config, GgufFieldWriter fields)
    {
        var gpt = (Gpt2Config)config;
        new GgufSizes(gpt.ContextLength, gpt.Width, gpt.LayerCount, gpt.HiddenWidth ?? 4 * gpt.Width, gpt.HeadCount, gpt.HeadCount).Write(fields)
            .Set("attention.layer_norm_epsilon", gpt.NormEpsilon);
    }

    /// <inheritdoc/>
    public override CheckpointMap GgufMap(Model model)
    {
        var gpt = (Gpt2)model;
        var map = new CheckpointMap()
            .Add("token_embd.weight", gpt.Embedding.Parameters.Single())
            .Add("position_embd.weight", gpt.PositionEmbedding.Parameters.Single())
            .Add("output_norm", gpt.FinalNorm)
            .AddTied("output.weight");
        foreach (var block in gpt.Stack.Blocks.Cast<Gpt2Block>())
        {
            var layer = $"blk.{block.Layer}.";
            map.Add(layer + "attn_norm", block.AttentionNorm).Add(layer + "attn_qkv", block.QueryKeyValue).Add(layer + "attn_output", block.Output)
                .Add(layer + "ffn_norm", block.FeedForwardNorm).AddFeedForward(layer, block.FeedForward);
        }
        return map;
    }

    private static void RequireValue(JsonObjectReader json, string name, bool value)
    {
        if (json.GetBoolean(name, value) != value)
            throw json.Get(name).Error("this form of GPT-2 is not supported", value ? "true" : "false");
    }
}
