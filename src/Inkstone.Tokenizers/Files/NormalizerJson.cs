using System.Text.Json;
using Inkstone.Foundation.Errors;
using Inkstone.Foundation.Formats;

namespace Inkstone.Tokenizers;

/// <summary>The <c>normalizer</c> of a tokenizer.json.</summary>
internal static class NormalizerJson
{
    /// <summary>Reads a normaliser.</summary>
    /// <param name="value">The component.</param>
    /// <param name="budget">Pays for all patterns of the file.</param>
    public static Normalizer Read(JsonValue value, PatternBudget budget)
    {
        var reader = value.AsObject();
        Normalizer normalizer = reader.GetString("type") switch
        {
            "Sequence" => new NormalizerSequence([.. reader.Get("normalizers").Items().Select(item => Read(item, budget))]),
            "NFC" => new FormNormalizer(NormalizationKind.Nfc),
            "NFD" => new FormNormalizer(NormalizationKind.Nfd),
            "NFKC" => new FormNormalizer(NormalizationKind.Nfkc),
            "NFKD" => new FormNormalizer(NormalizationKind.Nfkd),
            "Lowercase" => new LowercaseNormalizer(),
            "StripAccents" => new StripAccentsNormalizer(),
            "Nmt" => new NmtNormalizer(),
            "ByteLevel" => new ByteLevelNormalizer(),
            "Strip" => new StripNormalizer(reader.GetBoolean("strip_left"), reader.GetBoolean("strip_right")),
            "Prepend" => new PrependNormalizer(reader.GetString("prepend")),
            "Replace" => new ReplaceNormalizer(PatternJson.Read(reader.Get("pattern"), budget), reader.GetString("content")),
            "Precompiled" => new PrecompiledNormalizer(ReadMap(reader.Get("precompiled_charsmap"))),
            "BertNormalizer" => new BertNormalizer(
                reader.GetBoolean("clean_text", true), reader.GetBoolean("handle_chinese_chars", true),
                reader.Find("strip_accents")?.AsBoolean(), reader.GetBoolean("lowercase", true)),
            _ => throw TokenizerJsonReader.Unsupported(value, "a normaliser"),
        };
        reader.RefuseUnused();
        return normalizer;
    }

    /// <summary>Writes a normaliser.</summary>
    public static void Write(Utf8JsonWriter json, Normalizer normalizer)
    {
        json.WriteStartObject();
        switch (normalizer)
        {
            case NormalizerSequence sequence:
                json.WriteString("type", "Sequence");
                json.WriteStartArray("normalizers");
                foreach (var stage in sequence.Stages)
                    Write(json, stage);
                json.WriteEndArray();
                break;
            case StripNormalizer strip:
                json.WriteString("type", "Strip");
                json.WriteBoolean("strip_left", strip.Left);
                json.WriteBoolean("strip_right", strip.Right);
                break;
            case PrependNormalizer prepend:
                json.WriteString("type", "Prepend");
                json.WriteString("prepend", prepend.Prepend);
                break;
            case ReplaceNormalizer replace:
                json.WriteString("type", "Replace");
                PatternJson.Write(json, replace.Pattern);
                json.WriteString("content", replace.Content);
                break;
            case PrecompiledNormalizer precompiled:
                json.WriteString("type", "Precompiled");
                json.WriteString("precompiled_charsmap", Convert.ToBase64String(precompiled.Map.Bytes));
                break;
            case BertNormalizer bert:
                json.WriteString("type", "BertNormalizer");
                json.WriteBoolean("clean_text", bert.CleanText);
                json.WriteBoolean("handle_chinese_chars", bert.HandleChineseCharacters);
                if (bert.StripAccents is { } strips)
                    json.WriteBoolean("strip_accents", strips);
                else
                    json.WriteNull("strip_accents");
                json.WriteBoolean("lowercase", bert.Lowercase);
                break;
            default:
                json.WriteString("type", NameOf(normalizer));
                break;
        }
        json.WriteEndObject();
    }

    private static string NameOf(Normalizer normalizer) => normalizer switch
    {
        FormNormalizer { Kind: NormalizationKind.Nfc } => "NFC",
        FormNormalizer { Kind: NormalizationKind.Nfd } => "NFD",
        FormNormalizer { Kind: NormalizationKind.Nfkc } => "NFKC",
        FormNormalizer => "NFKD",
        LowercaseNormalizer => "Lowercase",
        StripAccentsNormalizer => "StripAccents",
        NmtNormalizer => "Nmt",
        ByteLevelNormalizer => "ByteLevel",
        _ => throw TokenizerJsonWriter.NoForm(normalizer),
    };

    private static CharacterMap ReadMap(JsonValue value)
    {
        var text = value.AsUtf8();
        var bytes = new byte[System.Buffers.Text.Base64.GetMaxDecodedFromUtf8Length(text.Length)];
        if (System.Buffers.Text.Base64.DecodeFromUtf8(text, bytes, out _, out var count) != System.Buffers.OperationStatus.Done)
            throw value.Error("not in base 64");
        try
        {
            return new(bytes.AsSpan(0, count), "");
        }
        catch (InkstoneFormatException error)
        {
            throw new InkstoneFormatException(error.What, value.Where, error.Expected, error.Found);
        }
    }
}
