using System.Text.Json;
using Inkstone.Foundation.Formats;
using Inkstone.Inference;
using Inkstone.Models;
using Inkstone.Tokenizers;

namespace Inkstone.Recipes;

/// <summary>What both kinds of checkpoint say of generation: the tokens that end an answer, and settings of the sampler.</summary>
/// <param name="Ends">The tokens, the most important first.</param>
/// <param name="Settings">The settings by the names of generation_config.json.</param>
internal sealed record GenerationConfig(IReadOnlyList<int> Ends, IReadOnlyDictionary<string, double> Settings)
{
    public const string FileName = GenerationDefaults.FileName;

    private const int MostEnds = GenerationDefaults.MostEndTokens;
    private const string Prefix = "general.sampling.";

    // Names in the folder and in GGUF; the second is a whole number in both.
    private static readonly (string Name, string GgufName, bool IsWhole)[] Known =
        [("temperature", "temp", false), ("top_k", "top_k", true), ("top_p", "top_p", false), ("min_p", "min_p", false), ("repetition_penalty", "penalty_repeat", false)];

    /// <summary>Reads a folder's file, and where that names no token, its configuration.</summary>
    public static GenerationConfig Read(string folder)
    {
        var path = Path.Combine(folder, FileName);
        var settings = new Dictionary<string, double>();
        List<int> ends = [];
        if (File.Exists(path))
        {
            var json = BoundedJson.ReadFile(path).AsObject();
            ends = EndsOf(json);
            if (json.GetBoolean("do_sample", true))
                foreach (var (name, _, isWhole) in Known)
                    if (json.Find(name) is { } value)
                        settings.Add(name, isWhole ? value.AsInt64(-1, int.MaxValue) : value.AsDouble(0, 100));
        }
        if (ends.Count == 0)
            ends = EndsOf(BoundedJson.ReadFile(Path.Combine(folder, ModelFolder.ConfigName)).AsObject());
        return new(ends, settings);
    }

    /// <summary>Reads a GGUF file's values: up to three tokens, and the control tokens of the vocabulary that end a turn by their names.</summary>
    public static GenerationConfig Read(GgufMetadata metadata, Tokenizer tokenizer)
    {
        var settings = new Dictionary<string, double>();
        foreach (var (name, ggufName, isWhole) in Known)
            if (metadata.Find(Prefix + ggufName) is { } value)
                settings.Add(name, isWhole ? value.AsInt64() : Math.Round(value.AsDouble(), 6));
        return new(GenerationDefaults.FromGguf(metadata, tokenizer).EndTokens, settings);
    }

    /// <summary>Writes the settings as values of a GGUF file; the tokens are written with the tokenizer.</summary>
    public void AddTo(GgufValues values)
    {
        foreach (var (name, ggufName, isWhole) in Known)
        {
            if (!Settings.TryGetValue(name, out var value))
                continue;
            if (isWhole)
                values.Set(Prefix + ggufName, (int)value);
            else
                values.Set(Prefix + ggufName, (float)value);
        }
    }

    /// <summary>The folder's file.</summary>
    public byte[] ToJson(int? begin) => StableJson.ToBytes(json =>
    {
        json.WriteStartObject();
        json.WriteBoolean("_from_model_config", Settings.Count == 0);
        if (begin is { } id)
            json.WriteNumber("bos_token_id", id);
        if (Settings.Count > 0)
            json.WriteBoolean("do_sample", true);
        if (Ends.Count == 1)
            json.WriteNumber("eos_token_id", Ends[0]);
        if (Ends.Count > 1)
        {
            json.WriteStartArray("eos_token_id");
            foreach (var end in Ends)
                json.WriteNumberValue(end);
            json.WriteEndArray();
        }
        foreach (var (name, _, isWhole) in Known)
        {
            if (!Settings.TryGetValue(name, out var value))
                continue;
            if (isWhole)
                json.WriteNumber(name, (int)value);
            else
                json.WriteFinite(name, value);
        }
        json.WriteEndObject();
    });

    private static List<int> EndsOf(JsonObjectReader json) => json.Find("eos_token_id") is not { } ends ? []
        : ends.Kind == JsonValueKind.Array ? [.. ends.AsInt64s(0, int.MaxValue, MostEnds).Select(id => (int)id)] : [ends.AsInt32(0)];
}
