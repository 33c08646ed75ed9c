using System.Globalization;
using System.Text.Json;
using Inkstone.Foundation.Formats;

namespace Inkstone.Tokenizers;

/// <summary>
/// What a <c>tokenizer_config.json</c> says beyond the vocabulary, with the older <c>special_tokens_map.json</c> and the newer
/// <c>chat_template.jinja</c> beside it: which tokens have which role, chat templates, lengths. Members that it does not name are ignored: such
/// files carry the settings of many programs.
/// </summary>
public sealed record TokenizerConfig
{
    private static readonly string[] RoleNames = ["bos_token", "eos_token", "unk_token", "sep_token", "pad_token", "cls_token", "mask_token"];

    /// <summary>The special tokens by role, such as <c>bos_token</c>.</summary>
    public IReadOnlyDictionary<string, string> Roles { get; init; } = new Dictionary<string, string>();

    /// <summary>The added tokens, by id.</summary>
    public IReadOnlyList<AddedToken> AddedTokens { get; init; } = [];

    /// <summary>Further special tokens, by text.</summary>
    public IReadOnlyList<string> AdditionalSpecials { get; init; } = [];

    /// <summary>The chat templates (Jinja) by name; the one without a name is <c>default</c>.</summary>
    public IReadOnlyDictionary<string, string> ChatTemplates { get; init; } = new Dictionary<string, string>();

    /// <summary>The longest context of the model in tokens; null where it is not said, or so large that it means nothing.</summary>
    public int? MaximumLength { get; init; }

    /// <summary>The class that the file's own program reads it with, such as <c>LlamaTokenizer</c>; null where it is not said.</summary>
    public string? TokenizerClass { get; init; }

    /// <summary>Whether a begin of text is added; null where it is not said.</summary>
    public bool? AddsBeginOfText { get; init; }

    /// <summary>Whether an end of text is added; null where it is not said.</summary>
    public bool? AddsEndOfText { get; init; }

    /// <summary>Whether text is lower-cased, for vocabularies that do not say it; null where it is not said.</summary>
    public bool? Lowercases { get; init; }

    /// <summary>The roles that open and close a document.</summary>
    public SpecialRoles SpecialRoles => new(Roles.GetValueOrDefault("bos_token"), Roles.GetValueOrDefault("eos_token"));

    /// <summary>Reads a tokenizer_config.json.</summary>
    /// <param name="json">The file's bytes.</param>
    /// <param name="name">How errors call the file.</param>
    /// <exception cref="Foundation.Errors.InkstoneFormatException">The file is broken.</exception>
    public static TokenizerConfig FromJson(ReadOnlySpan<byte> json, string name = "tokenizer_config.json") => Read(BoundedJson.Parse(json, name));

    /// <summary>Reads the files of a folder that are there; null where none is.</summary>
    /// <param name="folder">The folder of a model.</param>
    /// <exception cref="Foundation.Errors.InkstoneFormatException">A file is broken.</exception>
    public static TokenizerConfig? FromFolder(string folder)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        var (config, map, template) = (Path.Combine(folder, "tokenizer_config.json"), Path.Combine(folder, "special_tokens_map.json"), Path.Combine(folder, "chat_template.jinja"));
        return Combine(File.Exists(config) ? Read(BoundedJson.ReadFile(config)) : null, File.Exists(map) ? Read(BoundedJson.ReadFile(map)) : null,
            File.Exists(template) ? WholeFile.Read(template) : null);
    }

    /// <summary>What a tokenizer_config.json, a special_tokens_map.json and a chat_template.jinja say together; null where none is there.</summary>
    internal static TokenizerConfig? Combine(TokenizerConfig? config, TokenizerConfig? map, byte[]? template)
    {
        var found = config ?? map;
        if (config is not null && map is not null)
        {
            found = config with
            {
                Roles = map.Roles.Concat(config.Roles).GroupBy(role => role.Key).ToDictionary(role => role.Key, role => role.Last().Value),
                AdditionalSpecials = config.AdditionalSpecials.Count > 0 ? config.AdditionalSpecials : map.AdditionalSpecials,
            };
        }
        if (template is not null)
        {
            found ??= new();
            found = found with { ChatTemplates = new Dictionary<string, string>(found.ChatTemplates) { ["default"] = System.Text.Encoding.UTF8.GetString(template) } };
        }
        return found;
    }

    /// <summary>The file <c>tokenizer_config.json</c>; <see cref="FromJson"/> of it gives an equal configuration, whose file has the same bytes.</summary>
    public byte[] ToJson() => TokenizerConfigWriter.Write(this);

    /// <summary>The file <c>special_tokens_map.json</c>: the roles, and the further special tokens.</summary>
    public byte[] ToSpecialTokensMap() => TokenizerConfigWriter.WriteMap(this);

    private static TokenizerConfig Read(JsonValue value)
    {
        var roles = new Dictionary<string, string>();
        foreach (var role in RoleNames)
        {
            if (value.Find(role) is { IsNull: false } token)
                roles.Add(role, ContentOf(token));
        }
        return new()
        {
            Roles = roles,
            AddedTokens = [.. ReadAdded(value)],
            AdditionalSpecials = [.. value.Find("additional_special_tokens") is { Kind: JsonValueKind.Array } specials ? specials.Items().Select(ContentOf) : []],
            ChatTemplates = ReadTemplates(value),
            // Files that do not know write 1e30.
            MaximumLength = value.Find("model_max_length") is { Kind: JsonValueKind.Number } length && length.AsDouble() is >= 1 and <= int.MaxValue and var tokens ? (int)tokens : null,
            TokenizerClass = value.Find("tokenizer_class") is { Kind: JsonValueKind.String } type ? type.AsString() : null,
            AddsBeginOfText = Switch(value, "add_bos_token"),
            AddsEndOfText = Switch(value, "add_eos_token"),
            Lowercases = Switch(value, "do_lower_case"),
        };
    }

    private static IEnumerable<AddedToken> ReadAdded(JsonValue value)
    {
        if (value.Find("added_tokens_decoder") is not { IsNull: false } list)
            yield break;
        var ids = new HashSet<int>();
        foreach (var (key, item) in list.Members())
        {
            if (!int.TryParse(key, NumberStyles.None, CultureInfo.InvariantCulture, out var id) || !ids.Add(id))
                throw item.Error("an added token's key is no id, or one given twice", "a number", key);
            yield return new AddedToken(id, ContentOf(item), Switch(item, "special") ?? false)
            {
                IsSingleWord = Switch(item, "single_word") ?? false,
                StripsLeft = Switch(item, "lstrip") ?? false,
                StripsRight = Switch(item, "rstrip") ?? false,
                IsNormalized = Switch(item, "normalized") ?? false,
            };
        }
    }

    private static Dictionary<string, string> ReadTemplates(JsonValue value)
    {
        var templates = new Dictionary<string, string>();
        switch (value.Find("chat_template"))
        {
            case { Kind: JsonValueKind.String } only:
                templates.Add("default", only.AsString());
                break;
            case { Kind: JsonValueKind.Array } several:
                foreach (var item in several.Items())
                    templates[item.AsObject().GetString("name")] = item.AsObject().GetString("template");
                break;
        }
        return templates;
    }

    private static bool? Switch(JsonValue value, string name) =>
        value.Find(name) is { Kind: JsonValueKind.True or JsonValueKind.False } found ? found.AsBoolean() : null;

    private static string ContentOf(JsonValue token) => token.Kind == JsonValueKind.String ? token.AsString()
        : token.Kind == JsonValueKind.Object && token.Find("content") is { } content ? content.AsString() : throw token.Error("not a token", "its text, or an object with its content");
}
