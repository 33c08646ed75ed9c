using System.Text;
using System.Text.Json;
using Inkstone.Foundation.Randomness;

namespace Inkstone.Tokenizers.Tests;

/// <summary>GGUF files made of published vocabularies, as llama.cpp's converter would make them, and texts to try them on.</summary>
internal static class GgufSamples
{
    private const string Mark = "\u2581";

    private static readonly Lazy<Dictionary<string, string[]>> RealTexts = new(BuildTexts);

    private static readonly Dictionary<string, string[]> Files = new()
    {
        ["english"] = ["text-en/tinyshakespeare.txt", "text-en/novels/Doyle_Hound_1902.txt"],
        ["chinese"] = ["text-zh/novels/三国演义.txt", "text-zh/clue-news-sampled.txt", "text-zh/tang-poems.txt"],
        ["german"] = ["mt/multi30k/train.de"],
        ["code"] = ["chat-templates/Qwen3-Coder.jinja", "chat-templates/openai-gpt-oss-120b.jinja", "chat-templates/context-example.json"],
        ["emoji"] = ["unicode/GraphemeBreakTest.txt", "unicode/WordBreakTest.txt"],
    };

    /// <summary>The files, by name.</summary>
    public static Dictionary<string, Func<GgufDraft>> All { get; } = new()
    {
        ["llama2"] = () => SentencePiece("llama", "llama", "llama2/tokenizer.model"),
        ["gpt2"] = () => BytePairs("gpt-2", "gpt2/encoder.json", "gpt2/vocab.bpe"),
        ["qwen2"] = () => BytePairs("qwen2", "qwen2/vocab.json", "qwen2/merges.txt", "<|endoftext|>", "<|im_start|>", "<|im_end|>"),
        ["llama3"] = Llama3,
        ["bert"] = () => WordPieces("bert/bert-base-uncased-vocab.txt"),
        ["bert-cased"] = () => WordPieces("bert/bert-base-cased-vocab.txt").Tokenizer("normalizer.lowercase", false),
        ["bert-chinese"] = () => WordPieces("bert/bert-base-chinese-vocab.txt"),
        ["t5"] = () => SentencePiece("t5", "t5", "xlnet/spiece.model").Tokenizer("add_space_prefix", true).Tokenizer("remove_extra_whitespaces", true),
        ["t5-spaces"] = () => SentencePiece("t5", "t5", "sentencepiece/test_model.model").Tokenizer("add_space_prefix", true).Tokenizer("remove_extra_whitespaces", false),
        ["t5-bare"] = () => SentencePiece("t5", "t5", "sentencepiece/test_model.model"),
    };

    /// <summary>GPT-2's vocabulary under one of llama.cpp's names for each list of patterns.</summary>
    public static Dictionary<string, Func<GgufDraft>> Patterns { get; } = GgufPattern.Names.Where(name => name.Length > 0 && !GgufPattern.Find(name)!.IsRaw).GroupBy(GgufPattern.Find)
        .ToDictionary(group => group.First(), group => (Func<GgufDraft>)(() => BytePairs(group.First(), "gpt2/encoder.json", "gpt2/vocab.bpe")));

    /// <summary>Vocabularies of characters, with tokens of bytes and without.</summary>
    public static Dictionary<string, Func<GgufDraft>> Raw { get; } = new()
    {
        ["raw-gemma4"] = () => Characters("gpt2", "gemma4", hasBytes: true),
        ["raw-gemma4-kind"] = () => Characters("gemma4", null, hasBytes: true),
        ["raw-granite"] = () => Characters("gpt2", "granite-embed-multi-311m", hasBytes: false),
        ["raw-sarvam"] = () => Characters("gpt2", "sarvam-moe", hasBytes: true),
        ["raw-whitespace"] = () => Characters("whitespace", "whitespace", hasBytes: false),
        ["raw-whitespace-lower"] = () => Characters("whitespace", "whitespace", hasBytes: true).Tokenizer("normalizer.lowercase", true),
    };

    /// <summary>Such vocabularies of kind gpt2, in which white space is a piece.</summary>
    public static Dictionary<string, Func<GgufDraft>> Spaced { get; } = new()
    {
        ["spaced"] = () => Characters("gpt2", "whitespace", hasBytes: true),
        ["spaced-bare"] = () => Characters("gpt2", "whitespace", hasBytes: false),
    };

    /// <summary>A WordPiece vocabulary of every character, at the beginning of a word and inside.</summary>
    public static GgufDraft Characters(bool lowercase)
    {
        string[] tokens = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", .. CodePoints.Select(code => Mark + char.ConvertFromUtf32(code)), .. CodePoints.Select(char.ConvertFromUtf32)];
        return new GgufDraft("bert").Tokenizer("model", "bert").Tokenizer("tokens", tokens).Tokenizer("token_type", (int[])[.. tokens.Select((_, id) => id == 1 ? 2 : id < 4 ? 3 : 1)])
            .Tokenizer("unknown_token_id", 1u).Tokenizer("bos_token_id", 2u).Tokenizer("seperator_token_id", 3u).Tokenizer("normalizer.lowercase", lowercase);
    }

    /// <summary>Characters among letters, numbers, spaces and line ends: of the large uniform blocks those at the ends and some inside.</summary>
    public static string[] CharacterPlaces => [.. CodePoints.Where(IsDecisive).Chunk(8)
        .Select(codes => string.Concat(codes.Select(code => char.ConvertFromUtf32(code) is var it ? $"a{it}B 1{it}2 {it} {it}\n{it}{it}'s!{it}  {it}" : "")))];

    /// <summary>Every character between letters.</summary>
    public static string[] CharacterTexts => [.. CodePoints.Chunk(16).Select(codes => string.Concat(codes.Select(code => "a" + char.ConvertFromUtf32(code))) + "b")];

    // But for U+2581, which is a mark too.
    private static IEnumerable<int> CodePoints => Enumerable.Range(1, 0x323AF).Where(code => code is not (>= 0xD800 and < 0xE000 or 0x2581));

    /// <summary>Some of them, and some random texts.</summary>
    public static string[] Mixture => [.. CharacterPlaces.Where((_, i) => i % 7 == 0), .. Texts["fuzz"].Take(300), .. Texts["chinese"].Take(50), .. Texts["code"].Take(100)];

    private static bool IsDecisive(int code) => code is < 0x3400 or (>= 0xA000 and <= 0xAC00) or (>= 0xD780 and <= 0x103FF) || code % 37 == 0 || CodePoint.Category(code) != CodePoint.Category(code + 1)
        || CodePoint.Category(code) != CodePoint.Category(code - 1) || code is 0x4DBF or 0x4DC0 or 0x4E00 or 0x9FA5 or 0x9FA6 or 0x9FFF or 0x2B73F or 0x2B740 or 0x2B81F or 0x2B820 or 0x2CEAF or 0x2CEB0;

    /// <summary>Texts by what they are: lines of real text, and random characters.</summary>
    public static Dictionary<string, string[]> Texts => RealTexts.Value;

    /// <summary>Texts in which the control tokens of a file occur.</summary>
    public static string[] SpecialTexts(string name)
    {
        string[] specials = name switch
        {
            "llama2" => ["<s>", "</s>", "<unk>"],
            "gpt2" => ["<|endoftext|>"],
            "qwen2" => ["<|endoftext|>", "<|im_start|>", "<|im_end|>"],
            "llama3" => ["<|begin_of_text|>", "<|eot_id|>", "<|start_header_id|>"],
            "t5" or "t5-spaces" or "t5-bare" => ["<s>", "</s>", "<unk>"],
            _ => ["[CLS]", "[SEP]", "[MASK]", "[UNK]"],
        };
        var random = Rng.From(77).Split(name).Cursor();
        return [.. Enumerable.Range(0, 300).Select(_ => string.Concat(Enumerable.Range(0, 1 + random.NextInt(5)).Select(i =>
            random.NextInt(2) == 0 ? specials[random.NextInt(specials.Length)] : Clean(Samples.Random(random, random.NextInt(8))) + (random.NextInt(3) == 0 ? " a\n" : "the "))))];
    }

    /// <summary>A small file of each kind.</summary>
    public static Dictionary<string, Func<GgufDraft>> Small { get; } = new()
    {
        ["llama"] = () => Little("llama", ["<unk>", "<s>", "</s>", "▁", "a", "b", "▁a", "ab", "▁ab", "<b>"], [2, 3, 3, 1, 1, 1, 1, 1, 1, 4]),
        ["gpt2"] = () =>
        {
            string[] bytes = [.. Enumerable.Range(0, 256).Select(value => ByteLevel.ToText([(byte)value]))];
            return new GgufDraft("llama").Tokenizer("model", "gpt2").Tokenizer("pre", "gpt-2").Tokenizer("tokens", (string[])[.. bytes, "ab", "Ġa", "Ġab", "<|end|>", "<b>"])
                .Tokenizer("token_type", (int[])[.. Enumerable.Repeat(1, 259), 3, 4]).Tokenizer("merges", (string[])["a b", "Ġ a", "Ġ ab"])
                .Tokenizer("bos_token_id", 259u).Tokenizer("eos_token_id", 259u).Tokenizer("add_bos_token", true);
        },
        ["bert"] = () => Little("bert", ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "▁a", "b", "▁ab", "▁.", "a"], [3, 2, 3, 3, 1, 1, 1, 1, 1])
            .Tokenizer("unknown_token_id", 1u).Tokenizer("cls_token_id", 2u).Tokenizer("seperator_token_id", 3u),
        ["t5"] = () => Little("t5", ["<pad>", "</s>", "<unk>", "▁", "a", "b", "▁a", "ab", "[PAD8]"], [3, 3, 2, 1, 1, 1, 1, 1, 5]),
    };

    private static GgufDraft Little(string kind, string[] tokens, int[] types) => new GgufDraft("llama").Tokenizer("model", kind).Tokenizer("tokens", tokens)
        .Tokenizer("token_type", types).Tokenizer("scores", (float[])[.. tokens.Select((_, id) => types[id] is 1 or 4 ? -1f - id : 0f)]);

    private static GgufDraft SentencePiece(string architecture, string kind, string path)
    {
        var file = SentencePieceModel.Read(Read(path), path).File;
        var gguf = new GgufDraft(architecture).Tokenizer("model", kind).Tokenizer("pre", "default")
            .Tokenizer("tokens", (string[])[.. Enumerable.Range(0, file.Pieces.Count).Select(id => Encoding.UTF8.GetString(file.Pieces[id]))])
            .Tokenizer("scores", file.Scores).Tokenizer("token_type", (int[])[.. file.Kinds.Select((each, id) => IsBroken(kind, file, id) ? 1 : (int)each)])
            .Tokenizer("unknown_token_id", (uint)file.UnknownId).Tokenizer("eos_token_id", (uint)file.EndId);
        if (file.BeginId >= 0)
            gguf.Tokenizer("bos_token_id", (uint)file.BeginId);
        if (file.Normalization.Map is { } map)
            gguf.Tokenizer("precompiled_charsmap", map.Bytes);
        return gguf;
    }

    // Where a user-defined token begins with a byte beyond ASCII, llama.cpp takes every character with that first byte apart.
    private static bool IsBroken(string kind, SentencePieceFile file, int id) => kind == "t5" && file.Kinds[id] == SentencePieceKind.UserDefined && file.Pieces[id][0] >= 0x80;

    private static GgufDraft BytePairs(string pre, string vocabulary, string merges, params string[] added)
    {
        using var json = JsonDocument.Parse(Read(vocabulary));
        string[] listed = [.. json.RootElement.EnumerateObject().OrderBy(pair => pair.Value.GetInt32()).Select(pair => pair.Name), .. added];
        string[] rules = [.. Encoding.UTF8.GetString(Read(merges)).Split('\n').Where(line => line.Length > 0 && !line.StartsWith("#version", StringComparison.Ordinal))];
        return BytePairs(pre, listed, rules);
    }

    private static GgufDraft BytePairs(string pre, string[] tokens, string[] rules) => new GgufDraft("llama").Tokenizer("model", "gpt2").Tokenizer("pre", pre).Tokenizer("tokens", tokens)
        .Tokenizer("token_type", (int[])[.. tokens.Select(token => token.StartsWith("<|", StringComparison.Ordinal) && token.Length > 4 ? 3 : 1)]).Tokenizer("merges", rules)
        .Tokenizer("bos_token_id", (uint)Math.Max(0, Array.FindIndex(tokens, token => token is "<|endoftext|>" or "<|begin_of_text|>")))
        .Tokenizer("eos_token_id", (uint)Math.Max(0, Array.FindIndex(tokens, token => token is "<|endoftext|>" or "<|end_of_text|>")));

    // Llama 2's pieces and the rules that lead to them; of line ends, four have a token but no rule.
    private static GgufDraft Characters(string kind, string? pre, bool hasBytes)
    {
        var model = (BytePairModel)Tokenizer.Load(SharedData.Path("tokenizers/llama2/tokenizer.model")).WithStages().Parts.Model;
        string[] tokens = [.. Enumerable.Range(0, model.Count).Select(id => model.Text(id) is { } text && (hasBytes || ByteTokens.ValueOf(Encoding.UTF8.GetBytes(text)) < 0) ? text : $"[{id}]"),
            "\n", "\n\n", "\n\n\n\n"];
        string[] rules = [.. model.Merges.All.ToArray().Select(rule => tokens[rule.Left] + " " + tokens[rule.Right]), "\n \n"];
        var gguf = new GgufDraft("llama").Tokenizer("model", kind).Tokenizer("tokens", tokens).Tokenizer("merges", rules).Tokenizer("bos_token_id", 1u).Tokenizer("eos_token_id", 2u)
            .Tokenizer("token_type", (int[])[.. tokens.Select((token, id) => id < 3 ? 3 : ByteTokens.ValueOf(Encoding.UTF8.GetBytes(token)) >= 0 ? 6 : 1)]);
        return pre is null ? gguf : gguf.Tokenizer("pre", pre);
    }

    private static GgufDraft Llama3()
    {
        var model = RankFile.Read(Read("llama3/tokenizer.model"), "llama3");
        string[] tokens = [.. Enumerable.Range(0, model.Count).Select(id => model.Text(id)!), .. RankVocabularies.Llama3Specials.Select(token => token.Content)];
        var rules = new string[model.Merges.All.Length];
        for (var rank = 0; rank < rules.Length; rank++)
            rules[rank] = tokens[model.Merges.All[rank].Left] + " " + tokens[model.Merges.All[rank].Right];
        return BytePairs("llama-bpe", tokens, rules);
    }

    private static GgufDraft WordPieces(string path)
    {
        string[] lines = [.. Encoding.UTF8.GetString(Read(path)).TrimEnd('\n').Split('\n').Select(line => line.TrimEnd('\r'))];
        var special = lines.Select(line => line is "[PAD]" or "[UNK]" or "[CLS]" or "[SEP]" or "[MASK]").ToArray();
        return new GgufDraft("bert").Tokenizer("model", "bert").Tokenizer("pre", "default").Tokenizer("token_type_count", 2u)
            .Tokenizer("tokens", (string[])[.. lines.Select(line => line.StartsWith("##", StringComparison.Ordinal) ? line[2..] : line is ['[', .., ']'] ? line : Mark + line)])
            .Tokenizer("token_type", (int[])[.. special.Select((each, id) => !each ? 1 : lines[id] == "[UNK]" ? 2 : 3)])
            .Tokenizer("unknown_token_id", (uint)Array.IndexOf(lines, "[UNK]")).Tokenizer("bos_token_id", (uint)Array.IndexOf(lines, "[CLS]"))
            .Tokenizer("seperator_token_id", (uint)Array.IndexOf(lines, "[SEP]")).Tokenizer("padding_token_id", (uint)Array.IndexOf(lines, "[PAD]"));
    }

    private static Dictionary<string, string[]> BuildTexts()
    {
        var texts = new Dictionary<string, string[]>();
        foreach (var (name, files) in Files)
            texts.Add(name, [.. files.SelectMany(file => Pick(File.ReadAllLines(SharedData.Path(file)), 1200 / files.Length))]);
        var random = Rng.From(2024).Cursor();
        texts.Add("fuzz", [.. Enumerable.Range(0, 1500).Select(i => Clean(Samples.Random(random, 1 + (i % 60))))]);
        return texts;
    }

    // Texts for which node gives no ids at all, and the mark itself, are left out.
    private static IEnumerable<string> Pick(string[] lines, int count) =>
        Enumerable.Range(0, count).Select(i => lines[(int)((long)i * lines.Length / count)]).Where(line => line.Length > 0);

    private static string Clean(string text) => text.Length == 0 ? "a" : text;

    private static byte[] Read(string file) => File.ReadAllBytes(SharedData.Path("tokenizers/" + file));
}
