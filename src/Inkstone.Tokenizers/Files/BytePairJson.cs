using System.Text.Json;
using Inkstone.Foundation.Formats;

namespace Inkstone.Tokenizers;

/// <summary>A <c>model</c> of type BPE in a tokenizer.json: vocabulary and merges, checked against each other.</summary>
internal static class BytePairJson
{
    /// <summary>Reads the model.</summary>
    /// <param name="value">The value of <c>model</c>.</param>
    /// <param name="added">The added tokens.</param>
    /// <param name="mayTakeBytes">Whether the text comes to the model as visible characters for bytes, so that the model may take the bytes.</param>
    /// <param name="listed">Which added tokens the vocabulary lists.</param>
    public static BytePairModel Read(JsonValue value, List<AddedToken> added, bool mayTakeBytes, out HashSet<int> listed)
    {
        var reader = value.AsObject();
        reader.Ignore("type");
        var options = new BytePairOptions
        {
            Dropout = reader.Find("dropout")?.AsDouble(0, 1),
            Unknown = reader.Find("unk_token")?.AsString(),
            Prefix = reader.Find("continuing_subword_prefix")?.AsString(),
            Suffix = reader.Find("end_of_word_suffix")?.AsString(),
            FusesUnknown = reader.GetBoolean("fuse_unk", false),
            HasByteFallback = reader.GetBoolean("byte_fallback", false),
            IgnoresMerges = reader.GetBoolean("ignore_merges", false),
        };
        var list = reader.Get("vocab");
        var vocabulary = VocabularyReader.FromObject(list, added);
        listed = vocabulary.Listed;
        if (options.Unknown is { } unknown)
            options = options with { UnknownId = vocabulary.Find(unknown) };
        var pieces = mayTakeBytes && string.IsNullOrEmpty(options.Prefix) && string.IsNullOrEmpty(options.Suffix) ? vocabulary.ToBytePieces(list) : null;
        options = options with { IsByteLevel = pieces is not null };
        pieces ??= vocabulary.ToPieces(list);
        var merges = ReadMerges(reader.Get("merges"), pieces, options);
        reader.RefuseUnused();
        return new BytePairModel(pieces, merges, options);
    }

    /// <summary>Writes the members of the model.</summary>
    public static void Write(Utf8JsonWriter json, Tokenizer tokenizer, BytePairModel model)
    {
        var options = model.Options;
        json.WriteString("type", "BPE");
        if (options.Dropout is { } dropout)
            json.WriteNumber("dropout", dropout);
        else
            json.WriteNull("dropout");
        json.WriteString("unk_token", options.Unknown);
        json.WriteString("continuing_subword_prefix", options.Prefix);
        json.WriteString("end_of_word_suffix", options.Suffix);
        json.WriteBoolean("fuse_unk", options.FusesUnknown);
        json.WriteBoolean("byte_fallback", options.HasByteFallback);
        json.WriteBoolean("ignore_merges", options.IgnoresMerges);
        ModelJson.WriteVocabulary(json, tokenizer);
        json.WriteStartArray("merges");
        foreach (var merge in model.Merges.All)
        {
            json.WriteStartArray();
            json.WriteStringValue(model.Text(merge.Left));
            json.WriteStringValue(model.Text(merge.Right));
            json.WriteEndArray();
        }
        json.WriteEndArray();
    }

    private static MergeTable ReadMerges(JsonValue value, PieceTable pieces, BytePairOptions options)
    {
        var reader = new MergeReader(pieces, options, value.Count);
        foreach (var item in value.Items())
        {
            ReadPair(item, out var left, out var right);
            if (!reader.TryAdd(left, right, out var missing))
                throw item.Error("a merge names or makes a token that is not in the vocabulary", missing);
        }
        return reader.ToTable(wrong => value.Error(wrong));
    }

    /// <summary>The two tokens of a merge: an array, or the form before 2024, both in one string with a space between them.</summary>
    private static void ReadPair(JsonValue item, out ReadOnlySpan<byte> left, out ReadOnlySpan<byte> right)
    {
        if (item.TryGetPair(out var first, out var second))
        {
            left = first.AsUtf8();
            right = second.AsUtf8();
            return;
        }
        if (item.Kind != JsonValueKind.String || !MergeReader.TrySplit(item.AsUtf8(), out left, out right))
            throw item.Error("not a merge", "two tokens");
    }
}
