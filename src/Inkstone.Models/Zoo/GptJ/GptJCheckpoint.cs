using System.Text.Json;
using Inkstone.Foundation.Formats;

namespace Inkstone.Models;

/// <summary>GPT-J as Hugging Face's files have it; GGUF's readers have no such network.</summary>
public sealed class GptJCheckpoint : ModelFamily
{
    /// <inheritdoc/>
    public override IReadOnlyList<string> Names => ["gptj"];

    /// <inheritdoc/>
    public override IReadOnlyList<ModelConfig> TinyConfigs =>
        [new GptJConfig { VocabularySize = 61, ContextLength = 96, Width = 32, LayerCount = 2, HeadCount = 2, HiddenWidth = 72, RotaryWidth = 6 }];

    /// <inheritdoc/>
    public override ModelConfig ReadConfig(JsonObjectReader json)
    {
        CommonKeys.Ignore(json);
        json.Ignore("summary_type", "summary_use_proj", "summary_activation", "summary_proj_to_labels", "summary_first_dropout", "n_ctx");
        json.GetChoice("activation_function", ["gelu_new", "gelu_pytorch_tanh", "gelu_fast"], "gelu_new");
        foreach (var (name, value) in (ReadOnlySpan<(string, bool)>)[("rotary", true), ("scale_attn_weights", true), ("tie_word_embeddings", false)])
            if (json.GetBoolean(name, value) != value)
                throw json.Get(name).Error("this form of GPT-J is not supported", value ? "true" : "false");
        return new GptJConfig
        {
            VocabularySize = json.GetInt32("vocab_size", 1, 1 << 24),
            ContextLength = json.GetInt32("n_positions", 1, 1 << 24, 2_048),
            Width = json.GetInt32("n_embd", 1, 1 << 20),
            LayerCount = json.GetInt32("n_layer", 1, 4_096),
            HeadCount = json.GetInt32("n_head", 1, 4_096),
            HiddenWidth = json.Find("n_inner")?.AsInt32(1, 1 << 22),
            RotaryWidth = json.GetInt32("rotary_dim", 2, 4_096, 64),
            NormEpsilon = json.GetDouble("layer_norm_epsilon", 1e-12, 1, 1e-5),
            InitialDeviation = json.GetDouble("initializer_range", 0, 10, 0.02),
        };
    }

    /// <inheritdoc/>
    public override void WriteConfig(ModelConfig config, Utf8JsonWriter json)
    {
        var gpt = (GptJConfig)config;
        json.WriteStartObject();
        json.WriteString("model_type", "gptj");
        json.WriteStartArray("architectures");
        json.WriteStringValue("GPTJForCausalLM");
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
        json.WriteNumber("rotary_dim", gpt.RotaryWidth);
        json.WriteString("activation_function", "gelu_new");
        json.WriteBoolean("tie_word_embeddings", false);
        json.WriteFinite("layer_norm_epsilon", gpt.NormEpsilon);
        json.WriteFinite("initializer_range", gpt.InitialDeviation);
        json.WriteString("torch_dtype", "float32");
        json.WriteEndObject();
    }

    /// <inheritdoc/>
    public override Model Create(ModelConfig config, ParameterSource source) => new GptJ((GptJConfig)config, source);

    /// <inheritdoc/>
    public override CheckpointMap Map(Model model)
    {
        var gpt = (GptJ)model;
        var map = new CheckpointMap().Add("transformer.wte.weight", gpt.Embedding.Parameters.Single()).Add("transformer.ln_f", gpt.FinalNorm).Add("lm_head", gpt.Output!)
            .Ignore(name => name.EndsWith(".attn.bias", StringComparison.Ordinal) || name.EndsWith(".attn.masked_bias", StringComparison.Ordinal)
                || name.EndsWith(".attn.embed_positions", StringComparison.Ordinal));
        foreach (var block in gpt.Stack.Blocks.Cast<GptJBlock>())
        {
            var layer = $"transformer.h.{block.Layer}.";
            map.Add(layer + "ln_1", block.Norm)
                .Add(layer + "attn.q_proj", block.Query).Add(layer + "attn.k_proj", block.Key).Add(layer + "attn.v_proj", block.Value).Add(layer + "attn.out_proj", block.Output)
                .Add(layer + "mlp.fc_in", block.FeedForward.Up).Add(layer + "mlp.fc_out", block.FeedForward.Down);
        }
        return map;
    }
}
