using System.Text.Json;
using Inkstone.Foundation.Formats;

namespace Inkstone.Tokenizers;

/// <summary>The <c>pre_tokenizer</c> of a tokenizer.json.</summary>
internal static class PreTokenizerJson
{
    private const string UnicodeWords = "UnicodeWords"; // ours alone: Hugging Face has no such stage

    private static readonly string[] Behaviors = ["Removed", "Isolated", "MergedWithPrevious", "MergedWithNext", "Contiguous"];
    private static readonly string[] Schemes = ["always", "never", "first"];

    /// <summary>Reads a pre-tokenizer.</summary>
    /// <param name="value">The component.</param>
    /// <param name="takesBytes">Whether the model takes bytes as they are, so that a byte-level stage at the end need not write them out.</param>
    /// <param name="budget">Pays for all patterns of the file.</param>
    public static PreTokenizerStage Read(JsonValue value, bool takesBytes, PatternBudget budget)
    {
        var reader = value.AsObject();
        PreTokenizerStage stage = reader.GetString("type") switch
        {
            "Sequence" => ReadSequence(reader.Get("pretokenizers"), takesBytes, budget),
            "ByteLevel" => new ByteLevelStage(ReadByteLevel(reader), writesBytes: !takesBytes),
            "Metaspace" => new MetaspaceStage(ReadMark(reader), ReadScheme(reader), reader.GetBoolean("split", true)),
            "Whitespace" => new WhitespaceStage(),
            "WhitespaceSplit" => new WhitespaceSplitStage(),
            "BertPreTokenizer" => new BertStage(),
            "Punctuation" => new PunctuationStage(ReadBehavior(reader, "Isolated")),
            "Digits" => new DigitsStage(reader.GetBoolean("individual_digits", false)),
            "CharDelimiterSplit" => new DelimiterStage(ReadCharacter(reader.Get("delimiter"))),
            "UnicodeScripts" => new ScriptsStage(),
            UnicodeWords => new UnicodeWordsStage(),
            "FixedLength" => new FixedLengthStage(reader.GetInt32("length", 1, int.MaxValue, 5)),
            "Split" => new SplitStage(PatternJson.Read(reader.Get("pattern"), budget), ReadBehavior(reader, null), reader.GetBoolean("invert", false)),
            _ => throw TokenizerJsonReader.Unsupported(value, "a pre-tokenizer"),
        };
        reader.RefuseUnused();
        return stage;
    }

    /// <summary>Whether the last stage writes bytes as visible characters, after which nothing looks at the text but the model.</summary>
    public static bool EndsByteLevel(JsonValue? value)
    {
        while (value is { Kind: JsonValueKind.Object } component)
        {
            var type = component.Find("type") is { Kind: JsonValueKind.String } name ? name.AsString() : "";
            if (type == "ByteLevel")
                return true;
            if (type != "Sequence" || component.Find("pretokenizers") is not { Kind: JsonValueKind.Array, Count: > 0 } stages)
                return false;
            if (stages.Items().SkipLast(1).Any(stage => EndsByteLevel(stage)))
                return false; // written twice: nobody means that
            value = stages.Items().Last();
        }
        return false;
    }

    /// <summary>The settings of any component of type ByteLevel.</summary>
    public static ByteLevelSettings ReadByteLevel(JsonObjectReader reader) =>
        new(reader.GetBoolean("add_prefix_space", true), reader.GetBoolean("trim_offsets", true), reader.GetBoolean("use_regex", true));

    /// <summary>The mark of a Metaspace.</summary>
    public static string ReadMark(JsonObjectReader reader)
    {
        reader.Ignore("str_rep"); // written by old versions, the same as the mark
        return reader.Has("replacement") ? ReadCharacter(reader.Get("replacement")) : "\u2581";
    }

    /// <summary>Where a Metaspace puts marks. Old files say only whether it does.</summary>
    public static PrependScheme ReadScheme(JsonObjectReader reader)
    {
        var adds = reader.GetBoolean("add_prefix_space", true);
        return (PrependScheme)Array.IndexOf(Schemes, reader.GetChoice("prepend_scheme", Schemes, adds ? "always" : "never"));
    }

    /// <summary>Writes a pre-tokenizer.</summary>
    public static void Write(Utf8JsonWriter json, PreTokenizerStage stage)
    {
        // Of a GGUF file: Hugging Face's own engine is of the newest version.
        if (stage is ScannerStage scanner)
            stage = Tokenizer.Cutting(scanner.Scanner is OlderPreTokenizer older ? older.Newer : scanner.Scanner);
        json.WriteStartObject();
        switch (stage)
        {
            case PreTokenizerSequence sequence:
                json.WriteString("type", "Sequence");
                json.WriteStartArray("pretokenizers");
                foreach (var part in sequence.Stages)
                    Write(json, part);
                json.WriteEndArray();
                break;
            case ByteLevelStage byteLevel:
                WriteByteLevel(json, byteLevel.Settings);
                break;
            case MetaspaceStage metaspace:
                WriteMetaspace(json, metaspace.Mark, metaspace.Scheme, metaspace.Cuts);
                break;
            case PunctuationStage punctuation:
                json.WriteString("type", "Punctuation");
                json.WriteString("behavior", Behaviors[(int)punctuation.Behavior]);
                break;
            case DigitsStage digits:
                json.WriteString("type", "Digits");
                json.WriteBoolean("individual_digits", digits.IsIndividual);
                break;
            case DelimiterStage delimiter:
                json.WriteString("type", "CharDelimiterSplit");
                json.WriteString("delimiter", delimiter.Delimiter);
                break;
            case FixedLengthStage fixedLength:
                json.WriteString("type", "FixedLength");
                json.WriteNumber("length", fixedLength.Length);
                break;
            case WhitespaceStage:
                json.WriteString("type", "Whitespace");
                break;
            case WhitespaceSplitStage:
                json.WriteString("type", "WhitespaceSplit");
                break;
            case BertStage:
                json.WriteString("type", "BertPreTokenizer");
                break;
            case UnicodeWordsStage:
                json.WriteString("type", UnicodeWords);
                break;
            case ScriptsStage:
                json.WriteString("type", "UnicodeScripts");
                break;
            case SplitStage split:
                json.WriteString("type", "Split");
                PatternJson.Write(json, split.Pattern);
                json.WriteString("behavior", Behaviors[(int)split.Behavior]);
                json.WriteBoolean("invert", split.IsInverted);
                break;
            default:
                throw TokenizerJsonWriter.NoForm(stage);
        }
        json.WriteEndObject();
    }

    /// <summary>Writes the members of a component of type ByteLevel.</summary>
    public static void WriteByteLevel(Utf8JsonWriter json, ByteLevelSettings settings)
    {
        json.WriteString("type", "ByteLevel");
        json.WriteBoolean("add_prefix_space", settings.AddsPrefixSpace);
        json.WriteBoolean("trim_offsets", settings.TrimsOffsets);
        json.WriteBoolean("use_regex", settings.Cuts);
    }

    /// <summary>Writes the members of a component of type Metaspace.</summary>
    public static void WriteMetaspace(Utf8JsonWriter json, string mark, PrependScheme scheme, bool cuts)
    {
        json.WriteString("type", "Metaspace");
        json.WriteString("replacement", mark);
        json.WriteString("prepend_scheme", Schemes[(int)scheme]);
        json.WriteBoolean("split", cuts);
    }

    private static PreTokenizerSequence ReadSequence(JsonValue value, bool takesBytes, PatternBudget budget)
    {
        JsonValue[] parts = [.. value.Items()];
        return new([.. parts.Select((part, i) => Read(part, takesBytes && i == parts.Length - 1, budget))]);
    }

    private static SplitBehavior ReadBehavior(JsonObjectReader reader, string? fallback) =>
        (SplitBehavior)Array.IndexOf(Behaviors, reader.GetChoice("behavior", Behaviors, fallback));

    private static string ReadCharacter(JsonValue value)
    {
        var text = value.AsString();
        return text.EnumerateRunes().Count() == 1 ? text : throw value.Error("not one character");
    }
}
