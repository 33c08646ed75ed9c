using Inkstone.Foundation.Formats;
using Inkstone.Foundation.Randomness;
using Inkstone.Models;
using Inkstone.Tensors;

namespace Inkstone.Inference.Tests;

/// <summary>A GGUF file of a network whose numbers are drawn so that its logits have spread: matrices from N(0, 1 / fan-in), gains about one, biases about zero.</summary>
internal static class PeerFile
{
    public static void Write(string path, ModelConfig config, Func<string, Shape, WeightFormat>? formatOf, int seed = 1, Action<GgufValues>? values = null)
    {
        var model = Drawn(config, seed);
        var all = GgufModel.ValuesOf(config);
        AddVocabulary(all, config.VocabularySize);
        values?.Invoke(all);
        using var file = File.Create(path);
        GgufWriter.Write(all, GgufModel.TensorsOf(model, formatOf), file);
    }

    /// <summary>The network itself.</summary>
    public static Model Drawn(ModelConfig config, int seed)
    {
        var rng = Rng.From(seed);
        var model = ModelFamilies.Named(config.Family, "test").Create(config, rng.Split("first"));
        foreach (var parameter in model.Parameters)
        {
            using var scope = PoolScope.Open();
            var shape = parameter.Value.Shape;
            var isGain = parameter.Value.ToArray()[0] == 1;
            var deviation = shape.Rank > 1 && !isGain ? 1 / Math.Sqrt(shape[-1]) : 0.1;
            if (config is T5Config t5 && parameter.Name.Contains("query", StringComparison.Ordinal))
                deviation /= Math.Sqrt(t5.HeadWidth); // by which its scores are not divided
            parameter.Set(Tensor.RandomNormal(shape, rng.Split(parameter.Name), deviation, isGain ? 1 : 0, model.Backend));
        }
        return model;
    }

    /// <summary>A vocabulary of bytes and numbered words, which a reader of the file insists on.</summary>
    private static void AddVocabulary(GgufValues values, int size)
    {
        string[] tokens = ["<unk>", "<s>", "</s>", .. Enumerable.Range(0, 256).Select(b => $"<0x{b:X2}>")];
        int[] types = [2, 3, 3, .. Enumerable.Repeat(6, 256)];
        values.Set("tokenizer.ggml.model", "llama")
            .SetTexts("tokenizer.ggml.tokens", tokens.Concat(Enumerable.Range(0, size - tokens.Length).Select(i => $"w{i}")))
            .SetArray<float>("tokenizer.ggml.scores", [.. Enumerable.Range(0, size).Select(i => (float)-i)])
            .SetArray<int>("tokenizer.ggml.token_type", [.. types.Concat(Enumerable.Repeat(1, size - types.Length))])
            .Set("tokenizer.ggml.bos_token_id", 1u)
            .Set("tokenizer.ggml.eos_token_id", 2u);
    }
}
