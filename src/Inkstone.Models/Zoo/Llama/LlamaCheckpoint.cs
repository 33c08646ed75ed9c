using System.Text.Json;
using Inkstone.Foundation.Errors;
using Inkstone.Foundation.Formats;
using Inkstone.Tensors;

namespace Inkstone.Models;

/// <summary>
/// Llama, Mistral, Mixtral, Qwen 2, Qwen 3, ERNIE 4.5 and their mixtures of experts, SmolLM 3, Phi-3 and Granite as Hugging Face's files and GGUF's have them; the plain
/// squared-ReLU form, which nobody else has, under a
/// name of its own.
/// </summary>
public sealed partial class LlamaCheckpoint : ModelFamily
{
    internal static readonly string[] FamilyNames = ["llama", "mistral", "qwen2", "qwen3", "smollm3", "phi3", "granite", "mixtral", "qwen2_moe", "qwen3_moe", "ernie4_5", "ernie4_5_moe", "inkstone"];

    /// <inheritdoc/>
    public override IReadOnlyList<string> Names => FamilyNames;

    /// <inheritdoc/>
    public override IReadOnlyList<ModelConfig> TinyConfigs
    {
        get
        {
            var tiny = Tiny(new LlamaConfig { HeadCount = 4, KeyValueHeadCount = 2, HeadWidth = 8, HiddenWidth = 48 });
            float[] shorter = [1, 1.0625f, 1.25f], longer = [1, 1.5f, 3];
            return
            [
                tiny,
                tiny with { QueryKeyNorm = true, TiedHead = false },
                tiny with { FeedForward = FeedForwardKind.ReluSquared, KeyValueHeadCount = 4 },
                tiny with { Window = 20, RotaryScaling = new LinearRotaryScaling(2.5) },
                tiny with { QueryKeyValueBias = true, Window = 20, WindowedLayers = LayerPattern.From(1, 2), RotaryScaling = new YarnRotaryScaling(4, 24) },
                tiny with { QueryKeyValueBias = true, OutputBias = true, FeedForwardBias = true, RotaryScaling = new Llama3RotaryScaling(8, 32) },
                tiny with { RotaryScaling = new DynamicRotaryScaling(2, 32) },
                tiny with
                {
                    PublishedAs = "phi3", TiedHead = false, Window = 40, RotaryWidth = 6,
                    RotaryScaling = new LongRotaryScaling(shorter, longer, 32) { AttentionFactor = LongRotaryScaling.DefaultMagnitude(3, 32) },
                },
                tiny with { LayerCount = 3, TurnedLayers = LayerPattern.Of(true, true, false) },
                tiny with { Experts = new() { Count = 5, HiddenWidth = 48 } },
                tiny with { Experts = new() { Count = 6, HiddenWidth = 24, Chosen = 3 }, QueryKeyNorm = true },
                tiny with { Experts = new() { Count = 5, HiddenWidth = 24, Renormalised = false, SharedHiddenWidth = 40, SharedGate = true }, QueryKeyValueBias = true },
                tiny with
                {
                    PublishedAs = "ernie4_5_moe", RotaryPairing = RotaryPairing.Interleaved, ExpertLayers = LayerPattern.From(1, 2),
                    Experts = new() { Count = 5, HiddenWidth = 24, SharedHiddenWidth = 48, ChoiceBias = true },
                },
                tiny with { EmbeddingScale = 12, ResidualScale = 0.22, AttentionScale = 0.125, LogitDivisor = 8 },
            ];
        }
    }

    /// <inheritdoc/>
    /// <remarks>Phi-3's folders name the code that has become the library's.</remarks>
    public override bool KnowsOwnCodeOf(string name) => name == "phi3";

    /// <inheritdoc/>
    public override ModelConfig ReadConfig(JsonObjectReader json)
    {
        CommonKeys.Ignore(json);
        json.Ignore("is_llama_config");
        var family = json.GetString("model_type");
        if (!HasFeedForwardBiases(family))
            CommonKeys.Require(json, "Llama", ("mlp_bias", false));
        json.GetChoice("hidden_act", family == "inkstone" ? ["relu2"] : ["silu"], family == "inkstone" ? "relu2" : "silu");
        CommonKeys.Require(json, "Llama", ("rope_interleaved", false), ("use_mrope", false), ("lm_head_bias", false));
        foreach (var name in (ReadOnlySpan<string>)["interpolate_factor", "full_attn_mod"])
            json.GetInt32(name, 1, 1, 1); // Phi-4's, with no other value in use
        var (isErnie, isSmol) = (IsErnie(family), family == "smollm3");
        var sizes = DecoderJson.RmsNorms.Read(json, new LlamaConfig { NormEpsilon = family == "phi3" || isErnie ? 1e-5 : 1e-6 }, contextLength: 2_048);
        var layers = sizes.LayerCount;
        var headWidth = json.GetInt32("head_dim", 2, 4_096, Math.Clamp(sizes.Width / sizes.HeadCount, 2, 4_096));
        var rotary = RotaryJson.Read(json, headWidth, sizes.ContextLength, new RotaryJson.Names(DefaultTheta: isErnie ? 500_000 : isSmol ? 2e6 : 10_000));
        var attentionBias = !HasFixedBiases(family) && json.GetBoolean(isErnie ? "use_bias" : "attention_bias", false);
        var (window, windowed) = ReadWindow(json, family, layers);
        var config = sizes with
        {
            KeyValueHeadCount = json.GetInt32("num_key_value_heads", 1, 4_096, sizes.HeadCount),
            HeadWidth = headWidth,
            HiddenWidth = json.GetInt32("intermediate_size", 1, 1 << 22),
            FeedForward = family == "inkstone" ? FeedForwardKind.ReluSquared : FeedForwardKind.SwiGlu,
            FeedForwardBias = isErnie ? attentionBias : HasFeedForwardBiases(family) && json.GetBoolean("mlp_bias", false),
            QueryKeyValueBias = family is "qwen2" or "qwen2_moe" || attentionBias,
            OutputBias = attentionBias,
            Experts = ExpertJson.Read(json, family),
            ExpertLayers = ExpertJson.ReadLayers(json, family, layers),
            QueryKeyNorm = family is "qwen3" or "qwen3_moe" || (family == "inkstone" && json.GetBoolean("query_key_norm", false)),
            Window = window,
            WindowedLayers = windowed,
            TiedHead = json.GetBoolean("tie_word_embeddings", isErnie || isSmol),
            RotaryTheta = rotary.Theta,
            RotaryWidth = rotary.Width == headWidth ? null : rotary.Width,
            RotaryScaling = rotary.Scaling,
            RotaryPairing = isErnie ? RotaryPairing.Interleaved : RotaryPairing.Halves,
            TurnedLayers = isSmol ? ReadTurned(json, layers) : LayerPattern.All,
        };
        if (family == "granite")
            config = config with
            {
                EmbeddingScale = json.GetDouble("embedding_multiplier", 1e-6, 1e6, 1),
                ResidualScale = json.GetDouble("residual_multiplier", 1e-6, 1e6, 1),
                AttentionScale = json.GetDouble("attention_multiplier", 1e-6, 1e6, 1),
                LogitDivisor = json.GetDouble("logits_scaling", 1e-6, 1e6, 1),
            };
        return config.Family == family ? config : config with { PublishedAs = family };
    }

    /// <inheritdoc/>
    public override void WriteConfig(ModelConfig config, Utf8JsonWriter json)
    {
        var llama = (LlamaConfig)config;
        var family = llama.Family;
        if (family is not ("qwen2" or "qwen2_moe") && llama.QueryKeyValueBias != llama.OutputBias)
            throw new InkstoneRequestException("the family's files have no such network", nameof(LlamaConfig.OutputBias), $"{llama.QueryKeyValueBias}, as of the queries");
        DecoderJson.RmsNorms.Begin(json, llama, ClassOf(family) + "ForCausalLM");
        json.WriteNumber("num_key_value_heads", llama.KeyValueHeadCount);
        json.WriteNumber("head_dim", llama.HeadWidth);
        json.WriteNumber("intermediate_size", llama.HiddenWidth);
        json.WriteString("hidden_act", llama.FeedForward == FeedForwardKind.ReluSquared ? "relu2" : "silu");
        if (family == "inkstone")
            json.WriteBoolean("query_key_norm", llama.QueryKeyNorm);
        if (llama.Experts is not null)
            ExpertJson.Write(json, llama.Experts, llama.ExpertLayers, llama.LayerCount, family);
        if (!HasFixedBiases(family))
            json.WriteBoolean(IsErnie(family) ? "use_bias" : "attention_bias", llama.OutputBias);
        if (HasFeedForwardBiases(family))
            json.WriteBoolean("mlp_bias", llama.FeedForwardBias);
        if (family == "granite")
        {
            json.WriteFinite("embedding_multiplier", llama.EmbeddingScale);
            json.WriteFinite("residual_multiplier", llama.ResidualScale);
            json.WriteFinite("attention_multiplier", llama.AttentionScale ?? 1 / Math.Sqrt(llama.HeadWidth));
            json.WriteFinite("logits_scaling", llama.LogitDivisor);
        }
        if (family == "smollm3")
        {
            json.WriteStartArray("no_rope_layers");
            for (var layer = 0; layer < llama.LayerCount; layer++)
                json.WriteNumberValue(llama.TurnedLayers.Has(layer) ? 1 : 0);
            json.WriteEndArray();
        }
        WriteWindow(llama, json);
        json.WriteBoolean("tie_word_embeddings", llama.TiedHead);
        RotaryJson.Write(json, llama.Rotary, llama.ContextLength);
        if (llama.RotaryWidth is { } turned)
            json.WriteFinite("partial_rotary_factor", (double)turned / llama.HeadWidth);
        DecoderJson.RmsNorms.End(json, llama);
    }

    /// <inheritdoc/>
    public override Model Create(ModelConfig config, ParameterSource source) => new Llama((LlamaConfig)config, source);

    /// <inheritdoc/>
    public override CheckpointMap Map(Model model)
    {
        var llama = (Llama)model;
        var isFused = llama.Settings.Family == "phi3";
        var isInterleaved = llama.Settings.RotaryPairing == RotaryPairing.Interleaved;
        var experts = llama.Settings.Family == "mixtral" ? ExpertNames.Mixtral : IsErnie(llama.Settings.Family) ? ExpertNames.Ernie : ExpertNames.Qwen;
        TensorChange[] turned = isInterleaved == IsErnie(llama.Settings.Family) ? [] : [new RotaryPermuted(llama.Settings.HeadWidth, isInterleaved)];
        var map = FolderNames.Around(llama);
        foreach (var block in llama.Stack.Blocks.Cast<LlamaBlock>())
        {
            var layer = $"model.layers.{block.Layer}.";
            map.Add(layer + "input_layernorm", block.AttentionNorm).Add(layer + "post_attention_layernorm", block.FeedForwardNorm);
            if (isFused)
                map.AddSplit(layer + "self_attn.qkv_proj", block.Query, block.Key, block.Value).Add(layer + "self_attn.o_proj", block.Output);
            else
                map.AddSelfAttention(layer, block.Query, block.Key, block.Value, block.Output, turned);
            if (block.QueryNorm is not null)
                map.Add(layer + "self_attn.q_norm", block.QueryNorm).Add(layer + "self_attn.k_norm", block.KeyNorm!);
            if (isFused && block.FeedForward is GatedFeedForward gated)
                map.AddSplit(layer + "mlp.gate_up_proj", gated.Gate, gated.Up).Add(layer + "mlp.down_proj", gated.Down);
            else
                map.AddMlp(layer, block.FeedForward, experts);
        }
        return map;
    }

    /// <summary>Whether the family's files say nothing of biases in attention.</summary>
    private static bool HasFixedBiases(string family) => family is "mistral" or "mixtral" or "qwen2" or "qwen2_moe";

    private static bool HasFeedForwardBiases(string family) => family is "llama" or "granite" or "smollm3" or "inkstone";

    /// <summary>The layers that are turned: <c>no_rope_layers</c> has a 1 for each of them, its name notwithstanding.</summary>
    private static LayerPattern ReadTurned(JsonObjectReader json, int layerCount)
    {
        var period = json.GetInt32("no_rope_layer_interval", 1, 4_096, 4);
        if (json.Find("no_rope_layers") is not { } list)
            return LayerPattern.AllButEvery(period);
        var marks = list.AsInt64s(0, 1, layerCount);
        return marks.Length == layerCount ? LayerPattern.Of([.. marks.Select(mark => mark == 1)]) : throw list.Error("a mark is due to every layer", $"{layerCount} items");
    }
}
