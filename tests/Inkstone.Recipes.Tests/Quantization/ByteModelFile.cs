using Inkstone.Foundation.Formats;
using Inkstone.Models;
using Inkstone.Tensors;

namespace Inkstone.Recipes.Tests;

/// <summary>GGUF files of small networks over bytes: a token for each byte, one for a space, and three that control.</summary>
internal static class ByteModelFile
{
    public const int Unknown = 0;
    public const int Begin = 1;
    public const int End = 2;
    public const int Vocabulary = 260;

    public static LlamaConfig Llama { get; } = new()
    {
        VocabularySize = Vocabulary,
        ContextLength = 128,
        Width = 64,
        LayerCount = 2,
        HeadCount = 4,
        KeyValueHeadCount = 2,
        HeadWidth = 16,
        HiddenWidth = 192,
        TiedHead = false,
        RotaryPairing = RotaryPairing.Interleaved,
    };

    public static string Write(string path, Model model)
    {
        string[] tokens = ["<unk>", "<s>", "</s>", .. Enumerable.Range(0, 256).Select(b => $"<0x{b:X2}>"), "\u2581"];
        var values = GgufModel.ValuesOf(model.Config).Set("tokenizer.ggml.model", "llama").SetTexts("tokenizer.ggml.tokens", tokens)
            .SetArray<float>("tokenizer.ggml.scores", [.. tokens.Select((_, i) => (float)-i)])
            .SetArray<int>("tokenizer.ggml.token_type", [2, 3, 3, .. Enumerable.Repeat(6, 256), 1])
            .Set("tokenizer.ggml.bos_token_id", (uint)Begin).Set("tokenizer.ggml.eos_token_id", (uint)End).Set("tokenizer.ggml.add_space_prefix", false);
        using var file = File.Create(path);
        GgufWriter.Write(values, GgufModel.TensorsOf(model), file);
        return path;
    }
}
