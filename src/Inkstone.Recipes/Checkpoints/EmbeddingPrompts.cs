using Inkstone.Foundation.Errors;
using Inkstone.Foundation.Formats;

namespace Inkstone.Recipes;

/// <summary>What sentence-transformers puts before texts, by name.</summary>
/// <param name="Texts">The prompts.</param>
/// <param name="Usual">The one that is taken where none is named; null for none.</param>
internal sealed record EmbeddingPrompts(IReadOnlyDictionary<string, string> Texts, string? Usual)
{
    private const string FileName = "config_sentence_transformers.json";
    private const int Most = 1_024;

    /// <summary>Those of a folder; none where it has no file of them, or is a file itself.</summary>
    public static EmbeddingPrompts Read(string folder)
    {
        var path = Path.Combine(folder, FileName);
        var prompts = new Dictionary<string, string>();
        if (!File.Exists(path))
            return new(prompts, null);
        var json = BoundedJson.ReadFile(path).AsObject();
        foreach (var (key, value) in json.Find("prompts")?.Members().Take(Most) ?? [])
            prompts[key] = value.AsString();
        return new(prompts, json.Find("default_prompt_name")?.AsString());
    }

    /// <summary>The text of a prompt: of the name asked for, else of the folder's own choice, else none.</summary>
    /// <param name="name">The name; null for the folder's choice.</param>
    /// <param name="where">The folder, for messages.</param>
    /// <exception cref="InkstoneRequestException">There is none of the name.</exception>
    public string Choose(string? name, string where) => (name ?? Usual) is not { } wanted ? "" : Texts.TryGetValue(wanted, out var text) ? text
        : throw new InkstoneRequestException("the model has no such prompt", where, Texts.Count > 0 ? string.Join(", ", Texts.Keys.Take(20)) : "none", Excerpt.Of(wanted));
}
