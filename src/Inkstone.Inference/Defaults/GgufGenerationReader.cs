using System.Globalization;
using Inkstone.Foundation.Formats;
using Inkstone.Tokenizers;

namespace Inkstone.Inference;

/// <summary>Reads what the metadata of a GGUF file says of generation.</summary>
internal static class GgufGenerationReader
{
    private const string Prefix = "general.sampling.";

    /// <summary>The members of the metadata that name end tokens: of a text, of a turn, of a message.</summary>
    private static readonly string[] EndNames = ["tokenizer.ggml.eos_token_id", "tokenizer.ggml.eot_token_id", "tokenizer.ggml.eom_token_id"];

    /// <summary>What ends an answer of the vocabulary of gpt-oss, in which <c>&lt;|end|&gt;</c> ends a part of it only.</summary>
    private static readonly string[] HarmonyEnds = ["<|return|>", "<|call|>"];

    private static readonly (string Name, double Least, double Most, Func<GenerationOptions, double, GenerationOptions> Change)[] Settings =
    [
        ("temp", 0, 100, (options, value) => options with { Temperature = value }),
        ("top_k", int.MinValue, int.MaxValue, (options, value) => options with { TopK = (int)Math.Max(0, value) }),
        ("top_p", 0, 1, (options, value) => options with { TopP = Math.Max(value, double.Epsilon) }),
        ("min_p", 0, 1, (options, value) => options with { MinP = value }),
        ("xtc_probability", 0, 1, (options, value) => options with { XtcProbability = value }),
        ("xtc_threshold", 0, 1, (options, value) => options with { XtcThreshold = value }),
        ("penalty_repeat", 0.01, 100, (options, value) => options with { RepetitionPenalty = value }),
        ("penalty_last_n", -1, int.MaxValue, (options, value) => options with { RepetitionWindow = (int)Math.Max(0, value) }),
    ];

    /// <summary>Reads the metadata.</summary>
    public static DefaultsReader Read(GgufMetadata metadata, Tokenizer tokenizer)
    {
        var found = new DefaultsReader { EndTokens = [.. EndTokens(metadata, tokenizer).Distinct()] };
        foreach (var (name, least, most, change) in Settings)
        {
            if (metadata.Find(Prefix + name) is not { } value)
                continue;
            // in single precision the shortest decimal is what was meant
            var number = value.Type == GgufType.Float32 ? double.Parse(((float)value.AsDouble()).ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture)
                : value.Type is GgufType.Float64 ? value.AsDouble() : value.AsInt64();
            if (!(number >= least && number <= most))
                throw value.Error("the value is out of range", string.Create(CultureInfo.InvariantCulture, $"{least} to {most}"), number.ToString(CultureInfo.InvariantCulture));
            found.Apply(Prefix + name, number.ToString(CultureInfo.InvariantCulture), options => change(options, number));
        }
        foreach (var name in metadata.Names.Where(name => name.StartsWith(Prefix, StringComparison.Ordinal)))
            if (!Settings.Any(known => Prefix + known.Name == name))
                found.Leave(Foundation.Errors.Excerpt.Of(name).Trim('\''), metadata.Get(name).Type.ToString());
        return found;
    }

    private static IEnumerable<int> EndTokens(GgufMetadata metadata, Tokenizer tokenizer)
    {
        foreach (var name in EndNames)
            if (metadata.Find(name)?.AsInt64() is >= 0 and var id && id < tokenizer.VocabularySize)
                yield return (int)id;
        if (tokenizer.EndOfText is { } end)
            yield return end;
        var isHarmony = HarmonyEnds.All(text => Control(tokenizer, text) is not null);
        foreach (var text in isHarmony ? [.. SpecialRoles.TurnEnds.Where(text => text != "<|end|>"), .. HarmonyEnds] : SpecialRoles.TurnEnds)
            if (Control(tokenizer, text) is { } token)
                yield return token;
    }

    /// <summary>A control token by its text; a token that text can become ends nothing.</summary>
    private static int? Control(Tokenizer tokenizer, string text) => tokenizer.TokenToId(text) is { } id && tokenizer.IsSpecial(id) ? id : null;
}
