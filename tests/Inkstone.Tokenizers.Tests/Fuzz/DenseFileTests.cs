using System.Text;
using Inkstone.Foundation.Errors;
using Inkstone.Foundation.Formats;

namespace Inkstone.Tokenizers.Tests;

/// <summary>
/// Large files made of the smallest parts that a format allows, each of which costs more memory than bytes: what is allocated stays within 16 times the file
/// and a mebibyte even so.
/// </summary>
public sealed class DenseFileTests
{
    private const string Base64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+-";
    private const int Count = 60_000;

    public static TheoryData<string> Names => [.. Files.Keys];

    private static Dictionary<string, Func<(byte[] File, Action<byte[]> Parse)>> Files { get; } = new()
    {
        ["vocab.txt"] = () => (Utf8("[UNK]\n" + Joined("\n", Count, Name)), file => Tokenizer.FromVocabulary(file)),
        ["vocab.txt empty"] = () => (Utf8("[UNK]\n" + Joined("\n", 5 * Count, _ => "")), file => Tokenizer.FromVocabulary(file)),
        ["vocab.json"] = () => (Utf8("{" + ByteTokens + Joined(",", Count, i => $"\"{Name(i)}\":{i + 256}") + "}"), file => Tokenizer.FromMerges(file, "\n"u8, PreTokenizer.Gpt2)),
        ["merges.txt"] = () => (Utf8(Joined("\n", Count, i => Name(i)[..1] + " " + Name(i)[1..])), file => Tokenizer.FromMerges("{}"u8, file, PreTokenizer.Gpt2)),
        ["json words"] = () => (Json($$"""{"type":"WordLevel","unk_token":"{{Name(0)}}","vocab":{{{Joined(",", Count, i => $"\"{Name(i)}\":{i}")}} } }"""), FromJson),
        ["json escaped words"] = () => (Json($$"""{"type":"WordLevel","unk_token":"{{Name(0)}}","vocab":{"{{Name(0)}}":0,{{Joined(",", Count, i => $"\"{Name(i)}\\n\":{i + 1}")}} } }"""), FromJson),
        ["json wordpiece"] = () => (Json($$"""{"type":"WordPiece","unk_token":"{{Name(0)}}","vocab":{{{Joined(",", Count, i => $"\"{Name(i)}\":{i}")}} } }"""), FromJson),
        ["json unigram"] = () => (Json($$"""{"type":"Unigram","unk_id":0,"vocab":[{{Joined(",", Count, i => $"[\"{Name(i)}\",0]")}}]}"""), FromJson),
        ["json merges"] = () => (Json($$"""{"type":"BPE","vocab":{{{Pairs}}},"merges":[{{Joined(",", 4096, i => $"\"{Base64[i >> 6]} {Base64[i & 63]}\"")}},{{Joined(",", Count, i => $"\"{Name(i)[..2]} {Name(i)[2]}\"")}}]}"""), FromJson),
        ["json merges in pairs"] = () => (Json($$"""{"type":"BPE","vocab":{{{Pairs}}},"merges":[{{Joined(",", Count, i => $"[\"{Name(i)[..2]}\",\"{Name(i)[2]}\"]")}}]}"""), FromJson),
        ["json added tokens"] = () => (Utf8($$"""{"added_tokens":[{{Joined(",", Count, i => $$"""{"id":{{i}},"content":"{{Name(i)}}"}""")}}],"model":{"type":"WordLevel","unk_token":"{{Name(0)}}","vocab":{"{{Name(0)}}":0} } }"""), FromJson),
        ["json normalizers"] = () => (Json(Words, Sequence("normalizer", "normalizers", """{"type":"NFC"}""")), FromJson),
        ["json maps"] = () => (Json(Words, Sequence("normalizer", "normalizers", """{"type":"Precompiled","precompiled_charsmap":"BAAAAAAAAAA="}""")), FromJson),
        ["json replacements"] = () => (Json(Words, Sequence("normalizer", "normalizers", """{"type":"Replace","pattern":{"String":"a"},"content":"a"}""")), FromJson),
        ["json patterns"] = () => (Json(Words, Sequence("normalizer", "normalizers", """{"type":"Replace","pattern":{"Regex":"\\w"},"content":"a"}""")), FromJson),
        ["json stages"] = () => (Json(Words, Sequence("pre_tokenizer", "pretokenizers", """{"type":"Split","pattern":{"String":"a"},"behavior":"Removed"}""")), FromJson),
        ["json known patterns"] = () => (Json(Words, Sequence("pre_tokenizer", "pretokenizers", """{"type":"ByteLevel"}""")), FromJson),
        ["json decoders"] = () => (Json(Words, Sequence("decoder", "decoders", """{"type":"Fuse"}""")), FromJson),
        ["json processors"] = () => (Json(Words, Sequence("post_processor", "processors", """{"type":"BertProcessing","sep":["a",0],"cls":["a",0]}""")), FromJson),
        ["json template"] = () => (Json(Words, $$"""
            "post_processor":{"type":"TemplateProcessing","single":[{{Joined(",", Count, i => $$"""{"SpecialToken":{"id":"{{Name(i)}}"} }""")}}],"pair":[],"special_tokens":{{{Joined(",", Count, i => $"\"{Name(i)}\":{{\"ids\":[],\"tokens\":[]}}")}} },
            """), FromJson),
        ["json unknown members"] = () => (Json(Words, Joined(",", Count, i => $"\"{Name(i)}\":0") + ","), FromJson),
        ["configuration specials"] = () => (Utf8($$"""{"additional_special_tokens":[{{Joined(",", Count, i => $"\"{Name(i)}\"")}}]}"""), file => TokenizerConfig.FromJson(file)),
        ["configuration tokens"] = () => (Utf8($$"""{"added_tokens_decoder":{{{Joined(",", Count, i => $$"""
            "{{i}}":{"content":"a"}
            """)}} } }"""), file => TokenizerConfig.FromJson(file)),
        ["configuration templates"] = () => (Utf8($$"""{"chat_template":[{{Joined(",", Count, i => $$"""{"name":"{{Name(i)}}","template":""}""")}}]}"""), file => TokenizerConfig.FromJson(file)),
        ["rank file"] = () => (Utf8(Joined("\n", 256, i => Convert.ToBase64String([(byte)i]) + $" {i}") + Joined("\n", Count, i => Convert.ToBase64String(Encoding.ASCII.GetBytes(Name(i))) + $" {i + 256}")),
            file => Tokenizer.FromRanks(file, PreTokenizer.Gpt4)),
        ["sentencepiece"] = () => (SentencePieces(1), file => Tokenizer.FromSentencePiece(file)),
        ["sentencepiece control"] = () => (SentencePieces(3), file => Tokenizer.FromSentencePiece(file)),
        ["sentencepiece user-defined"] = () => (SentencePieces(4), file => Tokenizer.FromSentencePiece(file)),
        ["sentencepiece options"] = () => ([.. SentencePieces(1, 2), .. Enumerable.Repeat((byte[])[0x12, 0, 0x1A, 2, 0x18, 1, 0x2A, 0, 0x1A, 3, 0x12, 1, 0], Count).SelectMany(each => each)], file => Tokenizer.FromSentencePiece(file)),
        ["gguf llama"] = () => (Gguf("llama", 1), file => Tokenizer.FromGguf(GgufDraft.Read(file))),
        ["gguf llama control"] = () => (Gguf("llama", 3), file => Tokenizer.FromGguf(GgufDraft.Read(file))),
        ["gguf bert"] = () => (Gguf("bert", 1), file => Tokenizer.FromGguf(GgufDraft.Read(file))),
        ["gguf t5"] = () => (Gguf("t5", 1), file => Tokenizer.FromGguf(GgufDraft.Read(file))),
        ["gguf names"] = () => (GgufNames(), file => Tokenizer.FromGguf(GgufDraft.Read(file))),
        ["dictionary"] = () => (Utf8(Joined("\n", Count, i => Name(i) + " 1")), file => WordDictionary.Read(file)),
        ["unknown words"] = () => (Utf8($$"""{"format":"inkstone-unknown-words-1","starts":[1,1,1,1],"transitions":[1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1],"characters":{{{Joined(",", 20_000, i => $"\"{(char)(0x4E00 + i)}\":[1,0,0,0]")}} } }"""),
            file => UnknownWordModel.Read(file)),
        ["pattern options"] = () => (Utf8(new string('|', 60_000)), file => TextPattern.Parse(Encoding.UTF8.GetString(file), PatternDialect.Oniguruma)),
        ["pattern classes"] = () => (Utf8(Joined("", 30_000, _ => "\\W")), file => TextPattern.Parse(Encoding.UTF8.GetString(file), PatternDialect.Oniguruma)),
        ["pattern folded"] = () => (Utf8("(?i)" + Joined("", 20_000, i => ((char)(0x100 + i % 80)).ToString())), file => TextPattern.Parse(Encoding.UTF8.GetString(file), PatternDialect.Rust)),
        ["pattern ranges"] = () => (Utf8("[" + Joined("", 60_000, i => ((char)(0x3400 + i % 20_000)).ToString())[..60_000] + "]"), file => TextPattern.Parse(Encoding.UTF8.GetString(file), PatternDialect.Rust)),
    };

    private static string ByteTokens => Joined(",", 256, i => $"{System.Text.Json.JsonSerializer.Serialize(ByteLevel.ToText([(byte)i]))}:{i}") + ",";

    private static string Words => """{"type":"WordLevel","unk_token":"a","vocab":{"a":0}}""";

    // Every text of one to three characters, and so every merge that makes two or three.
    private static string Pairs => Joined(",", 64, i => $"\"{Base64[i]}\":{i}") + "," + Joined(",", 4096, i => $"\"{Base64[i >> 6]}{Base64[i & 63]}\":{64 + i}") + "," + Joined(",", Count, i => $"\"{Name(i)}\":{4160 + i}");

    [Theory, MemberData(nameof(Names))]
    public void AreReadWithinBoundedMemory(string name)
    {
        var (file, parse) = Files[name]();
        var before = GC.GetAllocatedBytesForCurrentThread();
        var end = "read";
        try
        {
            parse(file);
        }
        catch (InkstoneFormatException error)
        {
            end = error.Message[..Math.Min(error.Message.Length, 200)];
        }
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.True(allocated <= 16L * file.Length + (1 << 20), $"{name}: {allocated} bytes for {file.Length}, {(allocated - (1 << 20)) / (double)file.Length:f1} times ({end})");
    }

    private static string Name(int i) => new([Base64[i >> 12], Base64[(i >> 6) & 63], Base64[i & 63]]);

    private static string Joined(string separator, int count, Func<int, string> part) => string.Join(separator, Enumerable.Range(0, count).Select(part));

    private static byte[] Utf8(string text) => Encoding.UTF8.GetBytes(text);

    private static void FromJson(byte[] file) => Tokenizer.FromJson(file);

    private static byte[] Json(string model, string stages = "") => Utf8($$"""{{{stages}}"model":{{model}}}""");

    private static string Sequence(string name, string list, string part) => $"\"{name}\":{{\"type\":\"Sequence\",\"{list}\":[{Joined(",", 20_000, _ => part)}]}},";

    private static byte[] SentencePieces(int kind, int count = Count)
    {
        var (file, piece) = (new ProtobufWriter(), new ProtobufWriter());
        for (var id = 0; id < count; id++)
        {
            piece.Clear();
            piece.WriteString(1, Name(id));
            if (kind != 1 || id == 0)
                piece.WriteInt32(3, id == 0 ? 2 : kind);
            file.WriteMessage(1, piece);
        }
        return file.Written.ToArray();
    }

    private static byte[] Gguf(string kind, int type) => new GgufDraft("llama").Tokenizer("model", kind).Tokenizer("tokens", (string[])[.. Enumerable.Range(0, Count).Select(Name)])
        .Tokenizer("token_type", (byte[])[.. Enumerable.Range(0, Count).Select(i => (byte)(i == 0 ? 2 : type))]).Tokenizer("scores", new float[Count]).Tokenizer("unknown_token_id", 0u).ToBytes();

    private static byte[] GgufNames()
    {
        var file = new GgufDraft("llama");
        for (var i = 0; i < Count; i++)
            file.Set(Name(i), (byte)0);
        return file.ToBytes();
    }
}
