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
        [Tiny(new GptJConfig { HeadCount = 2, HiddenWidth = 72, RotaryWidth = 6 })];

    /// <inheritdoc/>
    public override ModelConfig ReadConfig(JsonObjectReader json)
    {
        CommonKeys.Ignore(json);
        json.Ignore("summary_type", "summary_use_proj", "summary_activation", "summary_proj_to_labels", "summary_first_dropout", "n_ctx");
        json.GetChoice("activation_function", ["gelu_new", "gelu_pytorch_tanh", "gelu_fast"], "gelu_new");
        CommonKeys.Require(json, "GPT-J", ("rotary", true), ("scale_attn_weights", true), ("tie_word_embeddings", false));
        return DecoderJson.Gpt.Read(json, new GptJConfig(), contextLength: 2_048) with
        {
            HiddenWidth = json.Find("n_inner")?.AsInt32(1, 1 << 22),
            RotaryWidth = json.GetInt32("rotary_dim", 2, 4_096, 64),
        };
    }

    /// <inheritdoc/>
    public override void WriteConfig(ModelConfig config, Utf8JsonWriter json)
    {
        var gpt = (GptJConfig)config;
        DecoderJson.Gpt.Begin(json, gpt, "GPTJForCausalLM");
        CommonKeys.WriteOrNull(json, "n_inner", gpt.HiddenWidth);
        json.WriteNumber("rotary_dim", gpt.RotaryWidth);
        json.WriteString("activation_function", "gelu_new");
        json.WriteBoolean("tie_word_embeddings", false);
        DecoderJson.Gpt.End(json, gpt);
    }

    /// <inheritdoc/>
    public override Model Create(ModelConfig config, ParameterSource source) => new GptJ((GptJConfig)config, source);

    /// <inheritdoc/>
    public override CheckpointMap Map(Model model)
    {
        var gpt = (GptJ)model;
        var map = new CheckpointMap().AddAround(gpt, "transformer.wte", "transformer.ln_f", "lm_head").IgnoreEndings(".attn.bias", ".attn.masked_bias", ".attn.embed_positions");
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
