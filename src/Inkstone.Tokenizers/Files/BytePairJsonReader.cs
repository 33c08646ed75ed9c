using System.Buffers;
using System.Globalization;
using System.Text.Json;
using Inkstone.Foundation.Formats;

namespace Inkstone.Tokenizers;

/// <summary>Reads the <c>model</c> of a tokenizer.json: vocabulary and merges of a byte-level BPE, checked against each other.</summary>
internal static class BytePairJsonReader
{
    /// <summary>Reads the model.</summary>
    /// <param name="value">The value of <c>model</c>.</param>
    /// <param name="added">The added tokens: the special ones among them are no pieces of the vocabulary, even where it lists them.</param>
    public static BytePairModel Read(JsonValue value, List<AddedToken> added)
    {
        var reader = value.AsObject();
        if (reader.GetString("type", "BPE") != "BPE")
            throw TokenizerJsonReader.Unsupported(value);
        TokenizerJsonReader.RequireNull(reader, "dropout");
        TokenizerJsonReader.RequireNull(reader, "unk_token");
        foreach (var name in (string[])["continuing_subword_prefix", "end_of_word_suffix"])
        {
            if (reader.GetString(name, "").Length > 0)
                throw reader.Get(name).Error("marks on pieces are not supported", "null or empty");
        }
        reader.GetBoolean("fuse_unk", false); // nothing is unknown to a byte-level vocabulary
        TokenizerJsonReader.RequireBoolean(reader, "byte_fallback", false);
        var ignoreMerges = reader.GetBoolean("ignore_merges", false);
        var pieces = ReadVocabulary(reader.Get("vocab"), added);
        var merges = ReadMerges(reader.Get("merges"), pieces);
        reader.RefuseUnused();
        return new BytePairModel(pieces, merges, ignoreMerges);
    }

    private static PieceTable ReadVocabulary(JsonValue value, List<AddedToken> added)
    {
        var (addedByContent, addedById) = (added.ToDictionary(token => token.Content), added.ToDictionary(token => token.Id));
        var count = value.Members().Count() + added.Count;
        // Ids may leave gaps, but not so many that a small file asks for much memory.
        var limit = checked((int)Math.Min(int.MaxValue - 1, 2L * count + 65_536));
        var highest = added.Select(token => token.Id).DefaultIfEmpty(-1).Max();
        if (highest > limit)
            throw value.Error(string.Create(CultureInfo.InvariantCulture, $"an added token's id, {highest}, is far beyond the {count} tokens there are"));
        foreach (var (_, id) in value.Members())
            highest = Math.Max(highest, id.AsInt32(0, limit));

        var (starts, lengths, taken) = (new int[highest + 1], new int[highest + 1], new bool[highest + 1]);
        var bytes = new ArrayBufferWriter<byte>(Math.Max(1, 8 * count));
        foreach (var (name, item) in value.Members())
        {
            var id = item.AsInt32();
            if (taken[id])
                throw item.Error("two tokens have one id");
            taken[id] = true;
            var token = addedByContent.GetValueOrDefault(name);
            if (addedById.GetValueOrDefault(id) != token)
                throw item.Error("the vocabulary and the added tokens give one id to two tokens, or two ids to one");
            if (token is { IsSpecial: true })
                continue;
            starts[id] = bytes.WrittenCount;
            // An added token may be any text; a piece of the vocabulary is printed bytes.
            if (name.Length == 0 || (!ByteLevel.TryToBytes(name, bytes) && token is null))
                throw item.Error("a token is not in the printed form of bytes");
            lengths[id] = bytes.WrittenCount - starts[id];
        }
        var pieces = new PieceTable(bytes.WrittenSpan.ToArray(), starts, lengths);
        for (var missing = 0; missing < 256; missing++)
        {
            if (pieces.Find([(byte)missing]) < 0)
                throw value.Error("the vocabulary does not cover all bytes", $"a token '{ByteLevel.ToCharacter((byte)missing)}' (byte 0x{missing:X2})");
        }
        return pieces;
    }

    private static MergeTable ReadMerges(JsonValue value, PieceTable pieces)
    {
        var merges = new List<Merge>();
        var bytes = new ArrayBufferWriter<byte>(256);
        foreach (var item in value.Items())
        {
            var (left, right) = ReadPair(item);
            bytes.ResetWrittenCount();
            var leftId = AppendPiece(left, pieces, bytes, item);
            var rightId = AppendPiece(right, pieces, bytes, item);
            var result = pieces.Find(bytes.WrittenSpan);
            if (result < 0)
                throw item.Error("a merge makes a token that is not in the vocabulary", $"'{left}{right}' in the vocabulary");
            merges.Add(new(leftId, rightId, result));
        }
        var table = new MergeTable([.. merges]);
        return table.FirstDuplicate < 0 ? table : throw value.Items().ElementAt(table.FirstDuplicate).Error("a merge is given twice");
    }

    private static (string Left, string Right) ReadPair(JsonValue item)
    {
        switch (item.Kind)
        {
            case JsonValueKind.Array when item.Count == 2:
                JsonValue[] pair = [.. item.Items()];
                return (pair[0].AsString(), pair[1].AsString());
            // The form before 2024: both in one string, between them a space, which no printed byte is.
            case JsonValueKind.String when item.AsString().Split(' ') is [var left, var right]:
                return (left, right);
            default:
                throw item.Error("not a merge", "two tokens");
        }
    }

    /// <summary>Finds a token a merge names, and appends its bytes to those of the merge.</summary>
    private static int AppendPiece(string name, PieceTable pieces, ArrayBufferWriter<byte> bytes, JsonValue item)
    {
        var start = bytes.WrittenCount;
        var id = name.Length > 0 && ByteLevel.TryToBytes(name, bytes) ? pieces.Find(bytes.WrittenSpan[start..]) : -1;
        return id >= 0 ? id : throw item.Error("a merge names a token that is not in the vocabulary", $"'{name}' in the vocabulary");
    }
}
