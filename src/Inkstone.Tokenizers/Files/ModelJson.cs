using System.Text.Json;
using Inkstone.Foundation.Formats;

namespace Inkstone.Tokenizers;

/// <summary>The <c>model</c> of a tokenizer.json.</summary>
internal static class ModelJson
{
    /// <summary>Reads a model.</summary>
    /// <param name="value">The component.</param>
    /// <param name="added">The added tokens.</param>
    /// <param name="mayTakeBytes">Whether the text comes to the model as visible characters for bytes, so that the model may take the bytes.</param>
    /// <param name="listed">Which added tokens the vocabulary lists.</param>
    public static TokenModel Read(JsonValue value, List<AddedToken> added, bool mayTakeBytes, out HashSet<int> listed)
    {
        switch (TypeOf(value))
        {
            case "BPE":
                return BytePairJson.Read(value, added, mayTakeBytes, out listed);
            case "WordPiece":
                return ReadWordPiece(value, added, out listed);
            case "WordLevel":
                return ReadWordLevel(value, added, out listed);
            case "Unigram":
                return ReadUnigram(value, added, out listed);
            default:
                throw TokenizerJsonReader.Unsupported(value, "a model");
        }
    }

    /// <summary>Writes a tokenizer's model.</summary>
    public static void Write(Utf8JsonWriter json, Tokenizer tokenizer)
    {
        json.WriteStartObject("model");
        switch (tokenizer.Parts.Model)
        {
            case BytePairModel bytePair:
                BytePairJson.Write(json, tokenizer, bytePair);
                break;
            case WordPieceModel wordPiece:
                json.WriteString("type", "WordPiece");
                json.WriteString("unk_token", wordPiece.Unknown);
                json.WriteString("continuing_subword_prefix", wordPiece.Prefix);
                json.WriteNumber("max_input_chars_per_word", wordPiece.LongestWord);
                WriteVocabulary(json, tokenizer);
                break;
            case WordLevelModel wordLevel:
                json.WriteString("type", "WordLevel");
                WriteVocabulary(json, tokenizer);
                json.WriteString("unk_token", wordLevel.Unknown);
                break;
            case UnigramModel unigram:
                json.WriteString("type", "Unigram");
                if (unigram.UnknownId >= 0)
                    json.WriteNumber("unk_id", unigram.UnknownId);
                else
                    json.WriteNull("unk_id");
                WriteScores(json, tokenizer, unigram);
                json.WriteBoolean("byte_fallback", unigram.HasByteFallback);
                break;
            default:
                throw TokenizerJsonWriter.NoForm(tokenizer.Parts.Model);
        }
        json.WriteEndObject();
    }

    /// <summary>Writes the vocabulary: the model's tokens, and those of the added ones that its file listed.</summary>
    public static void WriteVocabulary(Utf8JsonWriter json, Tokenizer tokenizer)
    {
        json.WritePropertyName("vocab");
        WriteTokens(json, tokenizer);
    }

    /// <summary>The vocabulary as an object by itself.</summary>
    public static void WriteTokens(Utf8JsonWriter json, Tokenizer tokenizer)
    {
        json.WriteStartObject();
        var model = tokenizer.Parts.Model;
        for (var id = 0; id < tokenizer.VocabularySize; id++)
        {
            if ((tokenizer.Parts.Listed.Contains(id) || (id < model.Count && model.Text(id) is not null)) && tokenizer.IdToToken(id) is { } token)
                json.WriteNumber(token, id);
        }
        json.WriteEndObject();
    }

    private static void WriteScores(Utf8JsonWriter json, Tokenizer tokenizer, UnigramModel model)
    {
        json.WriteStartArray("vocab");
        for (var id = 0; id < model.Count; id++)
        {
            json.WriteStartArray();
            json.WriteStringValue(tokenizer.IdToToken(id));
            json.WriteNumberValue(model.Scores[id]);
            json.WriteEndArray();
        }
        json.WriteEndArray();
    }

    /// <summary>The type of a model. Old files do not say it; then its members do.</summary>
    private static string TypeOf(JsonValue value) => value.Find("type") is { Kind: JsonValueKind.String } type ? type.AsString()
        : value.Find("merges") is not null ? "BPE"
        : value.Find("unk_id") is not null ? "Unigram"
        : value.Find("max_input_chars_per_word") is not null ? "WordPiece" : "WordLevel";

    private static WordPieceModel ReadWordPiece(JsonValue value, List<AddedToken> added, out HashSet<int> listed)
    {
        var reader = value.AsObject();
        reader.Ignore("type");
        var vocabulary = VocabularyReader.FromObject(reader.Get("vocab"), added);
        listed = vocabulary.Listed;
        var unknown = reader.GetString("unk_token", "[UNK]");
        var model = new WordPieceModel(vocabulary.ToPieces(reader.Get("vocab")), unknown, FindUnknown(vocabulary, unknown, value),
            reader.GetString("continuing_subword_prefix", "##"), reader.GetInt32("max_input_chars_per_word", 0, int.MaxValue, 100));
        reader.RefuseUnused();
        return model;
    }

    private static WordLevelModel ReadWordLevel(JsonValue value, List<AddedToken> added, out HashSet<int> listed)
    {
        var reader = value.AsObject();
        reader.Ignore("type");
        var vocabulary = VocabularyReader.FromObject(reader.Get("vocab"), added);
        listed = vocabulary.Listed;
        var unknown = reader.GetString("unk_token", "<unk>");
        var model = new WordLevelModel(vocabulary.ToPieces(reader.Get("vocab")), unknown, FindUnknown(vocabulary, unknown, value));
        reader.RefuseUnused();
        return model;
    }

    private static UnigramModel ReadUnigram(JsonValue value, List<AddedToken> added, out HashSet<int> listed)
    {
        var reader = value.AsObject();
        reader.Ignore("type");
        var list = reader.Get("vocab");
        var vocabulary = VocabularyReader.FromPairs(list, added, out var scores);
        listed = vocabulary.Listed;
        if (scores.Length == 0)
            throw list.Error("a vocabulary without tokens");
        var model = new UnigramModel(vocabulary.ToPieces(list), scores, reader.GetInt32("unk_id", 0, scores.Length - 1, -1), reader.GetBoolean("byte_fallback", false));
        reader.RefuseUnused();
        return model;
    }

    private static int FindUnknown(VocabularyReader vocabulary, string unknown, JsonValue value) =>
        vocabulary.Find(unknown) is >= 0 and var id ? id : throw value.Error("the unknown token is not in the vocabulary", $"'{unknown}' in the vocabulary");
}
