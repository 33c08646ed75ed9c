using Inkstone.Foundation.Errors;
using Inkstone.Foundation.Formats;
using Inkstone.Models;
using Inkstone.Tokenizers;

namespace Inkstone.Recipes;

/// <summary>How texts are made vectors.</summary>
public sealed record EmbeddingOptions
{
    /// <summary>What stands before every text, by its name in the folder (<c>query</c>); null means the folder's own choice.</summary>
    public string? PromptName { get; init; }

    /// <summary>How rows become a vector where the folder does not say it; null refuses such a folder.</summary>
    public PoolingModes? Pooling { get; init; }

    /// <summary>What becomes of the weights.</summary>
    public LoadOptions Loading { get; init; } = LoadOptions.ForUse;
}

/// <summary>Texts and their vectors.</summary>
/// <param name="Vectors">The vectors, in the order of the texts.</param>
/// <param name="TokenCounts">How many tokens of each text were read.</param>
/// <param name="CutCount">How many texts were longer than the model takes, and cut at their end.</param>
public sealed record EmbeddedTexts(IReadOnlyList<float[]> Vectors, IReadOnlyList<int> TokenCounts, int CutCount)
{
    /// <summary>The cosine of the angle between two texts' vectors.</summary>
    public double Similarity(int first, int second)
    {
        var (a, b) = (Vectors[first], Vectors[second]);
        var (product, lengthA, lengthB) = (0.0, 0.0, 0.0);
        for (var i = 0; i < a.Length; i++)
        {
            product += (double)a[i] * b[i];
            lengthA += (double)a[i] * a[i];
            lengthB += (double)b[i] * b[i];
        }
        return product / Math.Max(1e-300, Math.Sqrt(lengthA) * Math.Sqrt(lengthB));
    }
}

/// <summary>Makes vectors of texts with a sentence-transformers folder, or with an encoder whose pooling is said.</summary>
public static class EmbeddingRecipe
{
    private const string SettingsName = "config_sentence_transformers.json";
    private const int MostPrompts = 1_024;

    /// <summary>Makes the vectors.</summary>
    /// <param name="model">The folder.</param>
    /// <param name="texts">The texts.</param>
    /// <param name="options">How; null for the defaults.</param>
    /// <exception cref="InkstoneNotFoundException">There is no such folder.</exception>
    /// <exception cref="InkstoneFormatException">A file of it is not what it must be.</exception>
    /// <exception cref="InkstoneRequestException">The folder does not say how rows become a vector, or has no prompt of the name.</exception>
    public static EmbeddedTexts Embed(string model, IReadOnlyList<string> texts, EmbeddingOptions? options = null)
    {
        options ??= new();
        if (!Directory.Exists(model))
            throw new InkstoneNotFoundException("there is no such model", model, "a sentence-transformers folder, or an encoder's");
        var prompt = PromptOf(model, options.PromptName);
        var embedder = Load(model, options);
        var tokenizer = Tokenizer.Load(model);
        if (tokenizer.VocabularySize > embedder.Model.VocabularySize)
            throw new InkstoneFormatException("the tokenizer has more tokens than the model", model, $"at most {embedder.Model.VocabularySize}", $"{tokenizer.VocabularySize}");
        var whole = new EncodeOptions { AddSpecial = true };
        var cut = whole with { Truncation = new Truncation { MaximumLength = embedder.MaximumLength } };
        var tokens = new ReadOnlyMemory<int>[texts.Count];
        var cutCount = 0;
        for (var i = 0; i < tokens.Length; i++)
        {
            tokens[i] = Ids(tokenizer, prompt + texts[i], cut);
            if (tokens[i].Length == embedder.MaximumLength && Ids(tokenizer, prompt + texts[i], whole).Length > embedder.MaximumLength)
                cutCount++;
            if (tokens[i].Length == 0)
                throw new InkstoneRequestException("a text has no tokens", FormattableString.Invariant($"text {i + 1}"), "one at least");
        }
        return new(embedder.Embed(tokens), [.. tokens.Select(text => text.Length)], cutCount);
    }

    private static Embedder Load(string folder, EmbeddingOptions options)
    {
        if (EmbedderFolder.IsEmbedder(folder))
            return EmbedderFolder.Load(folder, null, options.Loading);
        return options.Pooling is { } pooling ? new Embedder(ModelFolder.Load(folder, null, options.Loading), pooling, normalised: true)
            : throw new InkstoneRequestException("the folder does not say how rows become a vector", folder, "modules.json", "none", "Say it with --pooling.");
    }

    /// <summary>The text of a prompt: of the name asked for, else of the folder's own choice, else none.</summary>
    private static string PromptOf(string folder, string? name)
    {
        var path = System.IO.Path.Combine(folder, SettingsName);
        var prompts = new Dictionary<string, string>();
        if (File.Exists(path))
        {
            var json = BoundedJson.ReadFile(path).AsObject();
            foreach (var (key, value) in json.Find("prompts")?.Members().Take(MostPrompts) ?? [])
                prompts[key] = value.AsString();
            name ??= json.Find("default_prompt_name")?.AsString();
        }
        return name is null ? "" : prompts.TryGetValue(name, out var prompt) ? prompt
            : throw new InkstoneRequestException("the folder has no such prompt", folder, prompts.Count > 0 ? string.Join(", ", prompts.Keys.Take(20)) : "none", Excerpt.Of(name));
    }

    private static int[] Ids(Tokenizer tokenizer, string text, EncodeOptions options) => [.. tokenizer.EncodeDetailed(text, options: options).Tokens.Select(token => token.Id)];
}
