using System.Text.Json;
using Inkstone.Foundation.Formats;

namespace Inkstone.Tokenizers;

/// <summary>The <c>decoder</c> of a tokenizer.json.</summary>
internal static class DecoderJson
{
    /// <summary>Reads a decoder.</summary>
    /// <param name="value">The component.</param>
    /// <param name="budget">Pays for all patterns of the file.</param>
    public static TextDecoder Read(JsonValue value, PatternBudget budget)
    {
        var reader = value.AsObject();
        TextDecoder decoder = reader.GetString("type") switch
        {
            "Sequence" => new DecoderSequence([.. reader.Get("decoders").Items().Select(item => Read(item, budget))]),
            "ByteLevel" => new ByteLevelDecoder(PreTokenizerJson.ReadByteLevel(reader)),
            "ByteFallback" => new ByteFallbackDecoder(),
            "Fuse" => new FuseDecoder(),
            "WordPiece" => new WordPieceDecoder(reader.GetString("prefix", "##"), reader.GetBoolean("cleanup", true)),
            "Metaspace" => new MetaspaceDecoder(PreTokenizerJson.ReadMark(reader), PreTokenizerJson.ReadScheme(reader), reader.GetBoolean("split", true)),
            "BPEDecoder" => new BpeDecoder(reader.GetString("suffix", "</w>")),
            "CTC" => new CtcDecoder(
                NotEmpty(reader.Get("pad_token")), NotEmpty(reader.Get("word_delimiter_token")), reader.GetBoolean("cleanup", true)),
            "Strip" => new StripDecoder(NotEmpty(reader.Get("content")), reader.GetInt32("start", 0, int.MaxValue), reader.GetInt32("stop", 0, int.MaxValue)),
            "Replace" => new ReplaceDecoder(PatternJson.Read(reader.Get("pattern"), budget), reader.GetString("content")),
            _ => throw TokenizerJsonReader.Unsupported(value, "a decoder"),
        };
        reader.RefuseUnused();
        return decoder;
    }

    /// <summary>Refuses decoders that make a token very much longer, by replacing what was put in by replacing.</summary>
    public static void CheckGrowth(TextDecoder decoder, JsonValue value)
    {
        const long MostGrowth = 4096;
        if (Growth(decoder) > MostGrowth)
            throw value.Error("the decoders make tokens far longer", FormattableString.Invariant($"at most {MostGrowth} times"));

        static double Growth(TextDecoder decoder) => decoder switch
        {
            DecoderSequence sequence => sequence.Decoders.Aggregate(1.0, (product, part) => product * Growth(part)),
            ReplaceDecoder { Pattern: LiteralPattern literal } replace => Math.Max(1.0, replace.Content.Length / (double)Math.Max(1, literal.Text.Length)),
            ReplaceDecoder replace => 1.0 + replace.Content.Length,
            _ => 1,
        };
    }

    /// <summary>Writes a decoder.</summary>
    public static void Write(Utf8JsonWriter json, TextDecoder decoder)
    {
        json.WriteStartObject();
        switch (decoder)
        {
            case DecoderSequence sequence:
                json.WriteString("type", "Sequence");
                json.WriteStartArray("decoders");
                foreach (var part in sequence.Decoders)
                    Write(json, part);
                json.WriteEndArray();
                break;
            case ByteLevelDecoder byteLevel:
                PreTokenizerJson.WriteByteLevel(json, byteLevel.Settings);
                break;
            case ByteFallbackDecoder:
                json.WriteString("type", "ByteFallback");
                break;
            case FuseDecoder:
                json.WriteString("type", "Fuse");
                break;
            case WordPieceDecoder wordPiece:
                json.WriteString("type", "WordPiece");
                json.WriteString("prefix", wordPiece.Prefix);
                json.WriteBoolean("cleanup", wordPiece.CleansUp);
                break;
            case MetaspaceDecoder metaspace:
                PreTokenizerJson.WriteMetaspace(json, metaspace.Mark, metaspace.Scheme, metaspace.Cuts);
                break;
            case BpeDecoder bpe:
                json.WriteString("type", "BPEDecoder");
                json.WriteString("suffix", bpe.Suffix);
                break;
            case CtcDecoder ctc:
                json.WriteString("type", "CTC");
                json.WriteString("pad_token", ctc.Blank);
                json.WriteString("word_delimiter_token", ctc.Delimiter);
                json.WriteBoolean("cleanup", ctc.CleansUp);
                break;
            case StripDecoder strip:
                json.WriteString("type", "Strip");
                json.WriteString("content", strip.Content);
                json.WriteNumber("start", strip.StartCount);
                json.WriteNumber("stop", strip.StopCount);
                break;
            case ReplaceDecoder replace:
                json.WriteString("type", "Replace");
                PatternJson.Write(json, replace.Pattern);
                json.WriteString("content", replace.Content);
                break;
            default:
                throw TokenizerJsonWriter.NoForm(decoder);
        }
        json.WriteEndObject();
    }

    private static string NotEmpty(JsonValue value) => value.AsString() is { Length: > 0 } text ? text : throw value.Error("empty");
}
