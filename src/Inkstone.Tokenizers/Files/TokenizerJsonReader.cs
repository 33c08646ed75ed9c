using System.Text.Json;
using Inkstone.Foundation.Errors;
using Inkstone.Foundation.Formats;

namespace Inkstone.Tokenizers;

/// <summary>
/// Reads a Hugging Face <c>tokenizer.json</c>. Reading is total: every key is used, checked, or named in the error that refuses it.
/// </summary>
internal static class TokenizerJsonReader
{
    private const int LongestRow = 1 << 20; // in tokens; so that a small file does not ask for much memory
    private const int LongestAddedToken = 1024; // in UTF-16 units; each place of a text takes as many steps at worst
    private static readonly string[] Sides = ["Right", "Left"];
    private static readonly string[] Strategies = ["LongestFirst", "OnlyFirst", "OnlySecond"];

    /// <summary>Reads the file.</summary>
    /// <param name="json">Its bytes.</param>
    /// <param name="roles">Which special tokens open and close a document; null: as their names tell.</param>
    /// <param name="name">How errors call the file.</param>
    public static Tokenizer Read(ReadOnlySpan<byte> json, SpecialRoles? roles, string name)
    {
        var root = BoundedJson.Parse(json, name);
        var file = root.AsObject();
        file.Ignore("version");
        var budget = PatternBudget.For(json.Length);
        var added = ReadAddedTokens(file.Find("added_tokens"));
        var (normalizer, preTokenizer) = (file.Find("normalizer"), file.Find("pre_tokenizer"));
        var model = ModelJson.Read(file.Get("model"), added, PreTokenizerJson.EndsByteLevel(preTokenizer), out var listed);
        var parts = new TokenizerParts
        {
            Truncation = file.Find("truncation") is { } truncation ? ReadTruncation(truncation) : null,
            Padding = file.Find("padding") is { } padding ? ReadPadding(padding) : null,
            Normalizer = normalizer is { } given ? NormalizerJson.Read(given, budget) : null,
            PreTokenizer = preTokenizer is { } stage ? PreTokenizerJson.Read(stage, model is BytePairModel { Options.IsByteLevel: true }, budget) : null,
            Model = model,
            PostProcessor = file.Find("post_processor") is { } processor ? PostProcessorJson.Read(processor) : null,
            Decoder = file.Find("decoder") is { } decoder ? DecoderJson.Read(decoder, budget) : null,
            AddedTokens = added,
            Listed = listed,
            Roles = roles ?? SpecialRoles.FromNames([.. added.Where(token => token.IsSpecial).Select(token => token.Content)]),
        };
        file.RefuseUnused();
        if (parts.Decoder is not null)
            DecoderJson.CheckGrowth(parts.Decoder, file.Get("decoder"));
        return new Tokenizer(parts);
    }

    /// <summary>The error for a component that cannot be carried out, named by its type where it has one.</summary>
    public static InkstoneFormatException Unsupported(JsonValue component, string what)
    {
        var type = component.Kind == JsonValueKind.Object && component.Find("type") is { Kind: JsonValueKind.String } name ? name.Show() : component.Show();
        return new("a component is not supported", component.Where, what + " that Hugging Face's tokenizers have", type);
    }

    private static List<AddedToken> ReadAddedTokens(JsonValue? value)
    {
        var count = value is { Kind: JsonValueKind.Array } list ? list.Count : 0;
        var (tokens, ids, contents) = (new List<AddedToken>(count), new HashSet<int>(count), new HashSet<string>(count));
        foreach (var item in value?.Items() ?? [])
        {
            var reader = item.AsObject();
            var isSpecial = reader.GetBoolean("special", false);
            var token = new AddedToken(reader.GetInt32("id", 0, int.MaxValue - 1), reader.GetString("content"), isSpecial)
            {
                IsSingleWord = reader.GetBoolean("single_word", false),
                StripsLeft = reader.GetBoolean("lstrip", false),
                StripsRight = reader.GetBoolean("rstrip", false),
                IsNormalized = reader.GetBoolean("normalized", !isSpecial),
            };
            reader.RefuseUnused();
            if (token.Content.Length is 0 or > LongestAddedToken)
                throw item.Error("an added token is empty, or very long", FormattableString.Invariant($"1 to {LongestAddedToken} characters"));
            if (!ids.Add(token.Id) || !contents.Add(token.Content))
                throw reader.Get("content").Error("an added token's id or content is given twice");
            tokens.Add(token);
        }
        return tokens;
    }

    private static Truncation ReadTruncation(JsonValue value)
    {
        var reader = value.AsObject();
        var truncation = new Truncation
        {
            MaximumLength = (int)reader.GetInt64("max_length", 0, long.MaxValue) is >= 0 and var length ? length : int.MaxValue,
            Stride = reader.GetInt32("stride", 0, int.MaxValue, 0),
            Strategy = (TruncationStrategy)Array.IndexOf(Strategies, reader.GetChoice("strategy", Strategies, Strategies[0])),
            Side = (TokenSide)Array.IndexOf(Sides, reader.GetChoice("direction", Sides, Sides[0])),
        };
        reader.RefuseUnused();
        return truncation;
    }

    private static Padding ReadPadding(JsonValue value)
    {
        var reader = value.AsObject();
        int? length = null;
        if (reader.Get("strategy") is { Kind: JsonValueKind.Object } fixedLength)
            length = fixedLength.AsObject().GetInt32("Fixed", 0, LongestRow);
        else
            reader.GetChoice("strategy", ["BatchLongest"]);
        var padding = new Padding
        {
            Length = length,
            Multiple = reader.Find("pad_to_multiple_of")?.AsInt32(0, LongestRow),
            Side = (TokenSide)Array.IndexOf(Sides, reader.GetChoice("direction", Sides, Sides[0])),
            Id = reader.GetInt32("pad_id", 0, int.MaxValue),
            TypeId = reader.GetInt32("pad_type_id", 0, int.MaxValue, 0),
            Token = reader.GetString("pad_token"),
        };
        reader.RefuseUnused();
        return padding;
    }
}
