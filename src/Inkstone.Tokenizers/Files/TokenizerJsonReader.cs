using System.Text.Json;
using Inkstone.Foundation.Errors;
using Inkstone.Foundation.Formats;

namespace Inkstone.Tokenizers;

/// <summary>
/// Reads a Hugging Face <c>tokenizer.json</c> that holds a byte-level BPE. Reading is total: every key is used, checked, or named
/// in the error that refuses it. Keys that bear on offsets alone (<c>trim_offsets</c>, the ByteLevel post-processor) are read and
/// have no effect.
/// </summary>
internal static class TokenizerJsonReader
{
    /// <summary>Reads the file.</summary>
    public static Tokenizer Read(JsonValue root, SpecialRoles? roles)
    {
        var file = root.AsObject();
        file.Ignore("version");
        foreach (var name in (string[])["truncation", "padding", "normalizer"])
            RequireNull(file, name);
        var preTokenizer = ReadPreTokenizer(file.Get("pre_tokenizer"));
        if (file.Find("post_processor") is { } postProcessor)
            ReadByteLevel(postProcessor);
        ReadByteLevel(file.Get("decoder"));
        var added = ReadAddedTokens(file.Find("added_tokens"));
        var model = BytePairJsonReader.Read(file.Get("model"), added);
        file.RefuseUnused();
        roles ??= SpecialRoles.FromNames([.. added.Where(token => token.IsSpecial).Select(token => token.Content)]);
        return new Tokenizer(model, preTokenizer, added, roles);
    }

    /// <summary>The error for a component that cannot be carried out, named by its type where it has one.</summary>
    public static InkstoneFormatException Unsupported(JsonValue component)
    {
        var type = component.Kind == JsonValueKind.Object && component.Find("type") is { Kind: JsonValueKind.String } name ? name.Show() : component.Show();
        return new("a component is not supported", component.Where, "byte-level BPE with the pre-tokenizer of GPT-2, GPT-4 (cl100k), Llama 3 or Qwen 2", type);
    }

    /// <summary>Refuses a component that is not null.</summary>
    public static void RequireNull(JsonObjectReader reader, string name)
    {
        if (reader.Find(name) is { } value)
            throw Unsupported(value);
    }

    /// <summary>Refuses a setting that has not the one value that is supported; absent, it has it.</summary>
    public static void RequireBoolean(JsonObjectReader reader, string name, bool wanted)
    {
        if (reader.Find(name) is { } value && value.AsBoolean() != wanted)
            throw value.Error("a setting is not supported", wanted ? "true" : "false");
    }

    private static PreTokenizer ReadPreTokenizer(JsonValue value)
    {
        var reader = value.AsObject();
        switch (reader.GetString("type"))
        {
            case "ByteLevel":
                ReadByteLevel(value, cutsText: true);
                return PreTokenizer.Gpt2;
            case "Sequence":
                JsonValue[] steps = [.. reader.Get("pretokenizers").Items()];
                reader.RefuseUnused();
                if (steps.Length != 2)
                    throw reader.Get("pretokenizers").Error("a sequence of pre-tokenizers is not supported", "a Split, then a ByteLevel");
                ReadByteLevel(steps[1], cutsText: false);
                return ReadSplit(steps[0]);
            default:
                throw Unsupported(value);
        }
    }

    private static PreTokenizer ReadSplit(JsonValue value)
    {
        var reader = value.AsObject();
        if (reader.GetString("type") != "Split")
            throw Unsupported(value);
        var pattern = reader.GetObject("pattern").Get("Regex");
        // The known patterns match every character, so to isolate matches and to remove all but matches come to the same.
        var behavior = reader.GetChoice("behavior", ["Isolated", "Removed"]);
        if (!reader.GetBoolean("invert", false) && behavior == "Removed")
            throw value.Error("a way of splitting is not supported", "Isolated, or Removed with invert");
        reader.RefuseUnused();
        return PreTokenizer.Known.FirstOrDefault(known => known.Pattern == pattern.AsString())
            ?? throw pattern.Error("a pattern is not supported", "that of " + string.Join(", ", PreTokenizer.Known));
    }

    /// <summary>
    /// Checks a component of type ByteLevel. As a pre-tokenizer it either cuts text by GPT-2's pattern or leaves it as it was cut; in
    /// other places (null) its settings have no effect.
    /// </summary>
    private static void ReadByteLevel(JsonValue value, bool? cutsText = null)
    {
        var reader = value.AsObject();
        if (reader.GetString("type") != "ByteLevel")
            throw Unsupported(value);
        // Absent, each setting is true.
        reader.GetBoolean("trim_offsets", true);
        var (hasPrefixSpace, hasRegex) = (reader.GetBoolean("add_prefix_space", true), reader.GetBoolean("use_regex", true));
        reader.RefuseUnused();
        if (cutsText is null)
            return;
        if (hasPrefixSpace)
            throw value.Error("a prefix space is not supported", "add_prefix_space false");
        if (hasRegex != cutsText)
            throw value.Error("a setting is not supported here", cutsText.Value ? "use_regex true" : "use_regex false");
    }

    private static List<AddedToken> ReadAddedTokens(JsonValue? value)
    {
        var tokens = new List<AddedToken>();
        var ids = new HashSet<int>();
        var contents = new HashSet<string>();
        foreach (var item in value?.Items() ?? [])
        {
            var reader = item.AsObject();
            var token = new AddedToken(reader.GetInt32("id", 0, int.MaxValue - 1), reader.GetString("content"), reader.GetBoolean("special", false));
            foreach (var name in (string[])["single_word", "lstrip", "rstrip"])
                RequireBoolean(reader, name, false);
            reader.GetBoolean("normalized", true); // there is no normaliser
            reader.RefuseUnused();
            if (token.Content.Length == 0)
                throw item.Error("an added token is empty");
            if (!ids.Add(token.Id) || !contents.Add(token.Content))
                throw reader.Get("content").Error("an added token's id or content is given twice");
            tokens.Add(token);
        }
        return tokens;
    }
}
