using System.Text.Json;
using Inkstone.Foundation.Formats;

namespace Inkstone.Tokenizers;

/// <summary>The <c>post_processor</c> of a tokenizer.json.</summary>
internal static class PostProcessorJson
{
    // What a template may add to a text, and how often it may give it; so that a small file does not ask for much memory.
    private const int MostAdded = 1 << 16, MostTexts = 64;

    /// <summary>Reads a post-processor.</summary>
    public static PostProcessor Read(JsonValue value)
    {
        var reader = value.AsObject();
        PostProcessor processor = reader.GetString("type") switch
        {
            "Sequence" => new PostProcessorSequence([.. reader.Get("processors").Items().Select(Read)]),
            "ByteLevel" => new ByteLevelProcessor(PreTokenizerJson.ReadByteLevel(reader)),
            "BertProcessing" => new BertProcessor(ReadPair(reader.Get("sep")), ReadPair(reader.Get("cls"))),
            "RobertaProcessing" => new RobertaProcessor(
                ReadPair(reader.Get("sep")), ReadPair(reader.Get("cls")), reader.GetBoolean("trim_offsets", true), reader.GetBoolean("add_prefix_space", true)),
            "TemplateProcessing" => ReadTemplate(reader),
            _ => throw TokenizerJsonReader.Unsupported(value, "a post-processor"),
        };
        reader.RefuseUnused();
        return processor;
    }

    /// <summary>Writes a post-processor.</summary>
    public static void Write(Utf8JsonWriter json, PostProcessor processor)
    {
        json.WriteStartObject();
        switch (processor)
        {
            case PostProcessorSequence sequence:
                json.WriteString("type", "Sequence");
                json.WriteStartArray("processors");
                foreach (var part in sequence.Processors)
                    Write(json, part);
                json.WriteEndArray();
                break;
            case ByteLevelProcessor byteLevel:
                PreTokenizerJson.WriteByteLevel(json, byteLevel.Settings);
                break;
            case BertProcessor bert:
                json.WriteString("type", "BertProcessing");
                WritePair(json, "sep", bert.Separator);
                WritePair(json, "cls", bert.Classifier);
                break;
            case RobertaProcessor roberta:
                json.WriteString("type", "RobertaProcessing");
                WritePair(json, "sep", roberta.Separator);
                WritePair(json, "cls", roberta.Classifier);
                json.WriteBoolean("trim_offsets", roberta.TrimsOffsets);
                json.WriteBoolean("add_prefix_space", roberta.AddsPrefixSpace);
                break;
            case TemplateProcessor template:
                WriteTemplate(json, template);
                break;
            default:
                throw TokenizerJsonWriter.NoForm(processor);
        }
        json.WriteEndObject();
    }

    private static TemplateProcessor ReadTemplate(JsonObjectReader reader)
    {
        var (specials, names) = (new List<TemplateSpecial>(), new HashSet<string>());
        foreach (var (name, value) in reader.Get("special_tokens").Members())
        {
            var item = value.AsObject();
            item.Ignore("id"); // the name again
            int[] ids = [.. item.Get("ids").Items().Select(id => id.AsInt32(0))];
            string[] tokens = [.. item.Get("tokens").Items().Select(token => token.AsString())];
            item.RefuseUnused();
            if (ids.Length != tokens.Length)
                throw value.Error("not as many ids as tokens");
            specials.Add(new(name, ids, tokens));
            names.Add(name);
        }
        var template = new TemplateProcessor(ReadPlaces(reader.Get("single"), isPair: false, names), ReadPlaces(reader.Get("pair"), isPair: true, names), specials);
        foreach (var isPair in (bool[])[false, true])
        {
            if (template.AddedCount(isPair) > MostAdded || (isPair ? template.Pair : template.Single).Count(place => place.Sequence is not null) > MostTexts)
            {
                throw reader.Get(isPair ? "pair" : "single").Error("a template adds very many tokens, or gives a text very often",
                    FormattableString.Invariant($"at most {MostAdded} tokens and {MostTexts} texts"));
            }
        }
        return template;
    }

    private static List<TemplatePlace> ReadPlaces(JsonValue value, bool isPair, HashSet<string> names)
    {
        var places = new List<TemplatePlace>();
        foreach (var item in value.Items())
        {
            var reader = item.AsObject();
            var (sequence, special) = (reader.FindObject("Sequence"), reader.FindObject("SpecialToken"));
            var place = sequence ?? special ?? throw item.Error("not a place of a template", "a Sequence or a SpecialToken");
            var typeId = place.GetInt32("type_id", 0, int.MaxValue, 0);
            if (sequence is not null)
                places.Add(new(sequence.GetChoice("id", isPair ? ["A", "B"] : ["A"]) == "A" ? 0 : 1, null, typeId));
            else
            {
                var name = place.GetString("id");
                if (!names.Contains(name))
                    throw place.Get("id").Error("a template names a token that is not among its special tokens");
                places.Add(new(null, name, typeId));
            }
            reader.RefuseUnused();
        }
        return places;
    }

    private static void WriteTemplate(Utf8JsonWriter json, TemplateProcessor template)
    {
        json.WriteString("type", "TemplateProcessing");
        WritePlaces(json, "single", template.Single);
        WritePlaces(json, "pair", template.Pair);
        json.WriteStartObject("special_tokens");
        foreach (var special in template.Specials)
        {
            json.WriteStartObject(special.Name);
            json.WriteString("id", special.Name);
            json.WriteStartArray("ids");
            foreach (var id in special.Ids)
                json.WriteNumberValue(id);
            json.WriteEndArray();
            json.WriteStartArray("tokens");
            foreach (var token in special.Tokens)
                json.WriteStringValue(token);
            json.WriteEndArray();
            json.WriteEndObject();
        }
        json.WriteEndObject();
    }

    private static void WritePlaces(Utf8JsonWriter json, string name, IReadOnlyList<TemplatePlace> places)
    {
        json.WriteStartArray(name);
        foreach (var place in places)
        {
            json.WriteStartObject();
            json.WriteStartObject(place.Sequence is null ? "SpecialToken" : "Sequence");
            json.WriteString("id", place.Special ?? (place.Sequence == 0 ? "A" : "B"));
            json.WriteNumber("type_id", place.TypeId);
            json.WriteEndObject();
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    private static (string Token, int Id) ReadPair(JsonValue value) =>
        value.TryGetPair(out var token, out var id) ? (token.AsString(), id.AsInt32(0)) : throw value.Error("not a token and its id");

    private static void WritePair(Utf8JsonWriter json, string name, (string Token, int Id) pair)
    {
        json.WriteStartArray(name);
        json.WriteStringValue(pair.Token);
        json.WriteNumberValue(pair.Id);
        json.WriteEndArray();
    }
}
