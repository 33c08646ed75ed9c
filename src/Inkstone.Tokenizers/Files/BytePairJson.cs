using System.Buffers;
using System.Text;
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
        var merges = new Merge[value.Count];
        var prefix = Encoding.UTF8.GetBytes(options.Prefix ?? "");
        var bytes = new ArrayBufferWriter<byte>(256);
        var rank = 0;
        foreach (var item in value.Items())
        {
            bytes.ResetWrittenCount();
            ReadPair(item, out var left, out var right);
            var leftId = AppendPiece(left, pieces, options.IsByteLevel, [], bytes, item);
            var rightId = AppendPiece(right, pieces, options.IsByteLevel, prefix, bytes, item);
            var result = pieces.Find(bytes.WrittenSpan);
            if (result < 0)
                throw item.Error("a merge makes a token that is not in the vocabulary", $"'{Encoding.UTF8.GetString(left)}{Encoding.UTF8.GetString(right)}' in the vocabulary");
            merges[rank++] = new(leftId, rightId, result);
        }
        var table = new MergeTable(merges);
        return table.FirstDuplicate < 0 ? table : throw value.Items().ElementAt(table.FirstDuplicate).Error("a merge is given twice");
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
        var text = item.Kind == JsonValueKind.String ? item.AsUtf8() : [];
        var space = text.IndexOf((byte)' ');
        if (space < 0 || text[(space + 1)..].Contains((byte)' '))
            throw item.Error("not a merge", "two tokens");
        left = text[..space];
        right = text[(space + 1)..];
    }

    /// <summary>Finds a token a merge names, and appends its bytes, less the mark of a word's inside, to those of the merge.</summary>
    private static int AppendPiece(ReadOnlySpan<byte> name, PieceTable pieces, bool isByteLevel, ReadOnlySpan<byte> mark, ArrayBufferWriter<byte> bytes, JsonValue item)
    {
        var start = bytes.WrittenCount;
        var isPiece = !name.IsEmpty;
        if (isPiece && isByteLevel)
            isPiece = ByteLevel.TryToBytes(name, bytes);
        else if (isPiece)
            bytes.Write(name);
        var id = isPiece ? pieces.Find(bytes.WrittenSpan[start..]) : -1;
        if (id < 0)
            throw item.Error("a merge names a token that is not in the vocabulary", $"'{Encoding.UTF8.GetString(name)}' in the vocabulary");
        if (mark.IsEmpty || !bytes.WrittenSpan[start..].StartsWith(mark))
            return id;
        var before = bytes.WrittenSpan[..start].ToArray();
        bytes.ResetWrittenCount();
        bytes.Write(before);
        bytes.Write(name[mark.Length..]);
        return id;
    }
}
