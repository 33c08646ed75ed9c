using Inkstone.Foundation.Formats;
using Inkstone.Foundation.Randomness;
using Inkstone.Models;
using Inkstone.Tensors;
using Inkstone.Tokenizers;

namespace Inkstone.Recipes.Tests;

/// <summary>Checkpoints of random weights as the world publishes them, small and quickly made.</summary>
internal static class SampleFiles
{
    /// <summary>The texts of the sample vocabulary's control tokens, by id.</summary>
    public static readonly string[] Controls = ["<unk>", "<s>", "</s>", "<|im_start|>", "<|im_end|>", "<|eot_id|>"];

    /// <summary>Two layers of width 64.</summary>
    public static LlamaConfig Small { get; } = new()
    {
        VocabularySize = 400,
        ContextLength = 256,
        Width = 64,
        LayerCount = 2,
        HeadCount = 2,
        KeyValueHeadCount = 1,
        HeadWidth = 32,
        HiddenWidth = 128,
        TiedHead = false,
        InitialDeviation = 0.125,
        RotaryPairing = RotaryPairing.Interleaved,
    };

    /// <summary>Writes a GGUF file with a vocabulary of bytes.</summary>
    public static string WriteGguf(string path, ModelConfig? config = null, WeightFormat format = WeightFormat.F16, Action<GgufValues>? values = null)
    {
        var all = GgufModel.ValuesOf(config ??= Small);
        string[] tokens = [.. Controls, .. Enumerable.Range(0, 256).Select(b => $"<0x{b:X2}>")];
        var (size, rest) = (config.VocabularySize, config.VocabularySize - tokens.Length);
        all.Set("tokenizer.ggml.model", "llama")
            .SetTexts("tokenizer.ggml.tokens", tokens.Concat(Enumerable.Range(0, rest).Select(i => $"w{i}")))
            .SetArray<float>("tokenizer.ggml.scores", [.. Enumerable.Range(0, size).Select(i => (float)-i)])
            .SetArray<int>("tokenizer.ggml.token_type", [2, .. Enumerable.Repeat(3, Controls.Length - 1), .. Enumerable.Repeat(6, 256), .. Enumerable.Repeat(1, rest)])
            .Set("tokenizer.ggml.bos_token_id", 1u)
            .Set("tokenizer.ggml.eos_token_id", 2u);
        values?.Invoke(all);
        using var file = File.Create(path);
        GgufWriter.Write(all, GgufModel.TensorsOf(Network(config), (_, _) => format), file);
        return path;
    }

    /// <summary>Writes a folder with config.json, weights and a byte-level tokenizer.</summary>
    public static string WriteFolder(string folder, string? generationConfig = null, ModelConfig? config = null)
    {
        ModelFolder.Save(Network(config ?? Small with { RotaryPairing = RotaryPairing.Halves }), folder);
        File.WriteAllBytes(Path.Combine(folder, "tokenizer.json"), Words.ToJson());
        File.WriteAllBytes(Path.Combine(folder, "tokenizer_config.json"), Words.ToConfigJson());
        if (generationConfig is not null)
            File.WriteAllText(Path.Combine(folder, "generation_config.json"), generationConfig);
        return folder;
    }

    /// <summary>A byte-level vocabulary of some 300 tokens.</summary>
    public static Tokenizer Words { get; } = BpeTrainer.Train(
        [.. Enumerable.Range(0, 40).Select(i => $"the river number {i} ran past the café and the moon rose over it")],
        new BpeTrainerOptions { VocabularySize = 300, AllowSmaller = true });

    private static Model Network(ModelConfig config) => ModelFamilies.Named(config.Family, "test").Create(config, Rng.From(1));
}
