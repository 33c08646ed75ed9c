using System.Text;
using System.Text.Json.Nodes;
using Inkstone.Foundation.Formats;
using Inkstone.Foundation.Randomness;
using Inkstone.Models;
using Inkstone.Tensors;

namespace Inkstone.Recipes.Tests;

/// <summary>Model folders of every family, small, all of their numbers drawn, with a tokenizer.</summary>
internal static class ConversionSamples
{
    // of no meaning for the network: how it was trained, and what a converter adds
    private static readonly string[] Silent =
    [
        "initializer_range", "torch_dtype", "bos_token_id", "eos_token_id", "resid_pdrop", "embd_pdrop", "attn_pdrop", "hidden_dropout_prob", "dropout_rate", "attention_probs_dropout_prob", "architectures",
    ];

    /// <summary>Every family's small configurations, by family and number.</summary>
    public static TheoryData<string, int> Families()
    {
        var data = new TheoryData<string, int>();
        foreach (var family in ModelFamilies.All)
            for (var config = 0; config < family.TinyConfigs.Count; config++)
                data.Add(family.Names[0], config);
        return data;
    }

    /// <summary>Writes a folder.</summary>
    public static Model Write(string folder, ModelConfig config, int seed = 3)
    {
        var rng = Rng.From(seed);
        var model = ModelFamilies.Named(config.Family, "test").Create(config, rng.Split("first"));
        foreach (var parameter in model.Parameters)
        {
            using var scope = PoolScope.Open();
            var shape = parameter.Value.Shape;
            var isGain = parameter.Value.ToArray()[0] == 1;
            parameter.Set(Tensor.RandomNormal(shape, rng.Split(parameter.Name), shape.Rank > 1 && !isGain ? 1 / Math.Sqrt(shape[-1]) : 0.1, isGain ? 1 : 0, model.Backend));
        }
        ModelFolder.Save(model, folder);
        File.WriteAllText(Path.Combine(folder, "tokenizer.json"), config is BertConfig ? WordPieces : Unigrams);
        File.WriteAllText(Path.Combine(folder, "tokenizer_config.json"), """{"eos_token": "</s>", "pad_token": "<pad>", "unk_token": "<unk>", "chat_template": "{{ messages[0].content }}"}""");
        File.WriteAllText(Path.Combine(folder, "generation_config.json"), """{"eos_token_id": [1, 3], "do_sample": true, "temperature": 0.6, "top_k": 20}""");
        return model;
    }

    /// <summary>What a configuration says of the network, as text.</summary>
    public static string Meaning(string folder)
    {
        var config = JsonNode.Parse(File.ReadAllText(Path.Combine(folder, "config.json")))!.AsObject();
        foreach (var name in Silent)
            config.Remove(name);
        return config.ToJsonString();
    }

    /// <summary>Every tensor's type, shape and bytes.</summary>
    public static Dictionary<string, string> Tensors(string folder)
    {
        using var weights = SafetensorsFolder.Open(folder);
        return weights.Tensors.ToDictionary(pair => pair.Key, pair =>
        {
            var bytes = new byte[pair.Value.Tensor.ByteLength];
            pair.Value.File.Read(pair.Value.Tensor, 0, bytes);
            return $"{pair.Value.Tensor.Type} [{string.Join(", ", pair.Value.Tensor.Shape)}] {Convert.ToHexString(bytes)}";
        });
    }

    /// <summary>The logits of a row of ids.</summary>
    public static float[] Logits(string folder)
    {
        var model = ModelFolder.Load(folder);
        using var scope = PoolScope.Open();
        var tokens = Enumerable.Range(0, 50).Select(i => i * 31 % model.VocabularySize).ToArray();
        var layout = new TokenLayout(0, tokens.Length);
        var source = model.ReadsSource ? FullPass.Over(tokens.Reverse().ToArray(), layout, model.Backend) : null;
        var pass = FullPass.Over(tokens, layout, model.Backend, source: source);
        return model.Head.Forward(model.Forward(pass), pass).ToArray();
    }

    private static string Unigrams => Json(
        """{"type": "Metaspace", "replacement": "▁", "prepend_scheme": "always", "split": true}""", "null", ["<pad>", "</s>", "<unk>", "<e>"],
        $$"""{"type": "Unigram", "unk_id": 2, "byte_fallback": false, "vocab": [["<pad>", 0], ["</s>", 0], ["<unk>", 0], ["<e>", 0], {{string.Join(", ", "▁abcdefghij".Select((c, i) => $"[\"{c}\", {-2 - i}]"))}}, ["ab", -3], ["▁ab", -3.5]]}""");

    private static string WordPieces => Json(
        """{"type": "BertPreTokenizer"}""", """{"type": "BertNormalizer", "clean_text": true, "handle_chinese_chars": true, "strip_accents": null, "lowercase": true}""", ["<pad>", "</s>", "<unk>", "<e>"],
        $$"""{"type": "WordPiece", "unk_token": "<unk>", "continuing_subword_prefix": "##", "max_input_chars_per_word": 100, "vocab": {"<pad>": 0, "</s>": 1, "<unk>": 2, "<e>": 3, {{string.Join(", ", "abcdefghij".Select((c, i) => $"\"{c}\": {4 + 2 * i}, \"##{c}\": {5 + 2 * i}"))}} } }""",
        """{"type": "BertProcessing", "sep": ["</s>", 1], "cls": ["<e>", 3]}""");

    private static string Json(string cutter, string normalizer, string[] specials, string model, string processor = "null")
    {
        var added = new StringBuilder();
        for (var id = 0; id < specials.Length; id++)
            added.Append(id > 0 ? ", " : "")
                .Append($$"""{"id": {{id}}, "content": "{{specials[id]}}", "single_word": false, "lstrip": false, "rstrip": false, "normalized": false, "special": true}""");
        return $$"""{"version": "1.0", "added_tokens": [{{added}}], "normalizer": {{normalizer}}, "pre_tokenizer": {{cutter}}, "post_processor": {{processor}}, "decoder": null, "model": {{model}}}""";
    }
}
