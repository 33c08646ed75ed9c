using Inkstone.Foundation.Formats;
using Inkstone.Inference;
using Inkstone.Tokenizers;

namespace Inkstone.Recipes;

/// <summary>What both kinds of checkpoint say of generation: the tokens that end an answer, and settings of the sampler.</summary>
/// <param name="Ends">The tokens, the most important first.</param>
/// <param name="Settings">The settings by the names of generation_config.json.</param>
internal sealed record GenerationConfig(IReadOnlyList<int> Ends, IReadOnlyDictionary<string, double> Settings)
{
    public const string FileName = GenerationDefaults.FileName;

    private const string Prefix = "general.sampling.";

    // Names in the folder and in GGUF; the second is a whole number in both. All but the last say how tokens are drawn.
    private static readonly Setting[] Known =
    [
        new("temperature", "temp", options => options.Temperature), new("top_k", "top_k", options => options.TopK, IsWhole: true), new("top_p", "top_p", options => options.TopP),
        new("min_p", "min_p", options => options.MinP), new("repetition_penalty", "penalty_repeat", options => options.RepetitionPenalty),
    ];

    /// <summary>What serving understands of a folder's files.</summary>
    public static GenerationConfig Read(string folder, Tokenizer tokenizer) => Of(GenerationDefaults.FromFolder(folder, tokenizer), setting => setting.Name);

    /// <summary>What serving understands of a GGUF file's values.</summary>
    public static GenerationConfig Read(GgufMetadata metadata, Tokenizer tokenizer) =>
        Of(GenerationDefaults.FromGguf(metadata, tokenizer), setting => Prefix + setting.GgufName);

    /// <summary>Writes the settings as values of a GGUF file; the tokens are written with the tokenizer.</summary>
    public void AddTo(GgufValues values)
    {
        foreach (var setting in Known)
        {
            if (!Settings.TryGetValue(setting.Name, out var value))
                continue;
            if (setting.IsWhole)
                values.Set(Prefix + setting.GgufName, (int)value);
            else
                values.Set(Prefix + setting.GgufName, (float)value);
        }
    }

    /// <summary>The folder's file.</summary>
    public byte[] ToJson(int? begin) => StableJson.ToBytes(json =>
    {
        json.WriteStartObject();
        json.WriteBoolean("_from_model_config", Settings.Count == 0);
        if (begin is { } id)
            json.WriteNumber("bos_token_id", id);
        if (Known[..^1].Any(setting => Settings.ContainsKey(setting.Name)))
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
        foreach (var setting in Known)
        {
            if (!Settings.TryGetValue(setting.Name, out var value))
                continue;
            if (setting.IsWhole)
                json.WriteNumber(setting.Name, (int)value);
            else
                json.WriteFinite(setting.Name, value);
        }
        json.WriteEndObject();
    });

    private static GenerationConfig Of(GenerationDefaults defaults, Func<Setting, string> nameOf)
    {
        var options = defaults.Over(new GenerationOptions());
        var said = defaults.Applied.Select(applied => applied.Key).ToHashSet();
        return new(defaults.EndTokens, Known.Where(setting => said.Contains(nameOf(setting))).ToDictionary(setting => setting.Name, setting => setting.ValueOf(options)));
    }

    private sealed record Setting(string Name, string GgufName, Func<GenerationOptions, double> ValueOf, bool IsWhole = false);
}
