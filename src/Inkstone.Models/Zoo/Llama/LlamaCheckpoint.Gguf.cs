using Inkstone.Foundation.Errors;
using Inkstone.Tensors;

namespace Inkstone.Models;

/// <content>GGUF: the architectures llama, smollm3, granite and ernie4_5 pair rotary elements 2i and 2i + 1, the others i and i + half.</content>
public sealed partial class LlamaCheckpoint
{
    // readers of the architecture have it fixed
    private const int UnturnedPeriod = 4;

    /// <inheritdoc/>
    public override IReadOnlyList<string> Architectures => ["llama", "qwen2", "qwen3", "smollm3", "phi3", "granite", "qwen2moe", "qwen3moe", "ernie4_5", "ernie4_5-moe"];

    /// <inheritdoc/>
    public override string ArchitectureOf(ModelConfig config)
    {
        var architecture = ArchitectureOf(config.Family);
        if (!Architectures.Contains(architecture))
            throw new InkstoneRequestException("GGUF has no such network", "architecture", string.Join(", ", Architectures), config.Family);
        if (PairsNeighbours(architecture) && ((LlamaConfig)config).RotaryWidth is { } width && width != ((LlamaConfig)config).HeadWidth)
            throw new InkstoneRequestException("GGUF has no such network", nameof(LlamaConfig.RotaryWidth), "the whole head", $"{width}");
        if (((LlamaConfig)config).TurnedLayers is var turned && turned != (architecture == "smollm3" ? LayerPattern.AllButEvery(UnturnedPeriod) : LayerPattern.All))
            throw new InkstoneRequestException("GGUF has no such network", nameof(LlamaConfig.TurnedLayers), $"all but every {UnturnedPeriod}th of SmolLM 3", turned.ToString());
        return architecture;
    }

    /// <inheritdoc/>
    public override ModelConfig ReadGguf(GgufFields fields)
    {
        var architecture = fields.Architecture;
        fields.Ignore("attention.causal", "tensor_data_layout");
        var sizes = GgufSizes.Read(fields);
        var headWidth = fields.GetInt32("attention.key_length", 2, 4_096, sizes.HeadWidth);
        fields.Require("Llama", headWidth, "attention.value_length");
        if (PairsNeighbours(architecture))
            fields.Require("Llama", headWidth, "rope.dimension_count");
        var layers = sizes.LayerCount;
        var rotary = RotaryGguf.Read(fields, headWidth, sizes.ContextLength);
        if (architecture == "granite" && !fields.GetBoolean("rope.scaling.finetuned", true))
            throw fields.Find("rope.scaling.finetuned")!.Value.Error("Granite without rotary positions is not supported", "true");
        var pattern = LayerPattern.Read(fields, layers) ?? LayerPattern.All;
        var window = fields.GetInt32("attention.sliding_window", 0, 1 << 24, 0);
        var config = sizes.On(new LlamaConfig(), fields, NormKind.RootMeanSquare) with
        {
            KeyValueHeadCount = sizes.KeyValueHeadCount,
            HeadWidth = headWidth,
            HiddenWidth = sizes.HiddenWidth,
            Experts = ExpertGguf.Read(fields, sizes.HiddenWidth),
            ExpertLayers = ExpertGguf.ReadLayers(fields, layers),
            FeedForwardBias = fields.ShapeOf("blk.0.ffn_down.bias") is not null,
            QueryKeyValueBias = fields.ShapeOf("blk.0.attn_q.bias") is not null,
            OutputBias = fields.ShapeOf("blk.0.attn_output.bias") is not null,
            QueryKeyNorm = architecture is "qwen3" or "qwen3moe",
            Window = window,
            WindowedLayers = window == 0 ? LayerPattern.All : pattern,
            TiedHead = fields.ShapeOf("output.weight") is null,
            RotaryTheta = rotary.Theta,
            RotaryWidth = rotary.Width == headWidth ? null : rotary.Width,
            RotaryScaling = rotary.Scaling,
            RotaryPairing = PairsNeighbours(architecture) ? RotaryPairing.Interleaved : RotaryPairing.Halves,
            TurnedLayers = architecture == "smollm3" ? LayerPattern.AllButEvery(UnturnedPeriod) : LayerPattern.All,
            AttentionScale = fields.Find("attention.scale") is null ? null : fields.GetDouble("attention.scale", 1e-6, 1e6),
        };
        if (architecture == "granite")
            config = config with
            {
                EmbeddingScale = fields.GetDouble("embedding_scale", 1e-6, 1e6, 1),
                ResidualScale = fields.GetDouble("residual_scale", 1e-6, 1e6, 1),
                LogitDivisor = fields.GetDouble("logit_scale", 1e-6, 1e6),
            };
        return ArchitectureOf(config.Family) == architecture ? config : config with { PublishedAs = architecture.Replace('-', '_') };
    }

    /// <inheritdoc/>
    public override void WriteGguf(ModelConfig config, GgufFieldWriter fields)
    {
        var llama = (LlamaConfig)config;
        GgufSizes.Of(llama, llama.HiddenWidth, llama.KeyValueHeadCount).Write(fields)
            .Set("attention.key_length", llama.HeadWidth).Set("attention.value_length", llama.HeadWidth)
            .Set(GgufNames.EpsilonOf(NormKind.RootMeanSquare), llama.NormEpsilon).Set("vocab_size", llama.VocabularySize);
        RotaryGguf.Write(fields, llama.Rotary);
        if (llama.Experts is not null)
            ExpertGguf.Write(fields, llama.Experts, llama.ExpertLayers, llama.LayerCount, llama.Family);
        if (llama.Window > 0)
        {
            fields.Set("attention.sliding_window", llama.Window);
            llama.WindowedLayers.Write(fields, llama.LayerCount);
        }
        if (llama.AttentionScale is { } scale)
            fields.Set("attention.scale", scale);
        if (ArchitectureOf(config) == "granite")
            fields.Set("embedding_scale", llama.EmbeddingScale).Set("residual_scale", llama.ResidualScale).Set("logit_scale", llama.LogitDivisor);
    }

    /// <inheritdoc/>
    public override CheckpointMap GgufMap(Model model)
    {
        var llama = (Llama)model;
        var architecture = ArchitectureOf(llama.Settings);
        var isFused = architecture == "phi3";
        // the architecture's own rows are those of neighbours
        TensorChange[] turned = PairsNeighbours(architecture) == (llama.Settings.RotaryPairing == RotaryPairing.Interleaved) ? []
            : [new RotaryPermuted(llama.Settings.HeadWidth, Reversed: llama.Settings.RotaryPairing == RotaryPairing.Interleaved)];
        var map = GgufNames.Around(llama);
        foreach (var block in llama.Stack.Blocks.Cast<LlamaBlock>())
        {
            var layer = $"blk.{block.Layer}.";
            map.Add(layer + "attn_norm", block.AttentionNorm).Add(layer + "ffn_norm", block.FeedForwardNorm);
            if (isFused)
                map.AddSplit(layer + "attn_qkv", block.Query, block.Key, block.Value).Add(layer + "attn_output", block.Output);
            else
                map.AddAttention(layer, block.Query, block.Key, block.Value, block.Output, turned);
            if (isFused && block.FeedForward is GatedFeedForward gated)
                map.AddSplit(layer + "ffn_up", gated.Gate, gated.Up).Add(layer + "ffn_down", gated.Down);
            else
                map.AddFeedForward(layer, block.FeedForward);
            if (block.QueryNorm is not null)
                map.Add(layer + "attn_q_norm", block.QueryNorm).Add(layer + "attn_k_norm", block.KeyNorm!);
        }
        return map;
    }

    private static string ArchitectureOf(string family) => family switch
    {
        "mistral" or "mixtral" => "llama",
        "qwen2_moe" => "qwen2moe",
        "qwen3_moe" => "qwen3moe",
        "ernie4_5_moe" => "ernie4_5-moe",
        _ => family,
    };

    private static bool PairsNeighbours(string architecture) => architecture is "llama" or "smollm3" or "granite" or "ernie4_5" or "ernie4_5-moe";
}
