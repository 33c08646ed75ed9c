using System.Text;
using Inkstone.Foundation.Randomness;

namespace Inkstone.Tokenizers.Tests;

/// <summary>
/// Mutants of small files of every format: a tokenizer that works, or a format error, within bounded memory. SentencePiece models, rank files, and character maps
/// have further tests of their own.
/// </summary>
public sealed class FileMutationTests
{
    private const int Rounds = 100_000;
    private const string Text = "a ab the 's  é中文 🙂 77 -al ma\n";
    private static readonly byte[] Utf8 = Encoding.UTF8.GetBytes(Text);

    private static readonly byte[][] JsonWords =
    [
        .. ((string[])[
            "\"", "{", "}", "[", "]", ",", ":", "null", "true", "0", "-1", "1e999", "4294967296", "2147483647", "\\ud800", "\\u0000", "\"a\"", "{}", "[]", "\"type\":\"Sequence\"",
            "\"type\":\"NFKC\"", "\"type\":\"ByteLevel\"", "{\"String\":\"\"}", "{\"Regex\":\"(?:a{1000}){1000}\"}", "{\"Regex\":\"\\\\p{L}*\"}", "{\"Regex\":\"(a\"}", "{\"Regex\":\"[^\"}", "\"merges\":", "\"vocab\":",
            "\"unk_id\":", "\"id\":99999999", "\"content\":\"\"", "##", "▁", "\"byte_fallback\":true", "\"<0x41>\":7", "a", "b", "s", " ", "  ", "\n", "1", "7", "false", "中",
        ]).Select(Encoding.UTF8.GetBytes),
        [0xFF], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0],
    ];

    [Fact]
    public void TokenizerJson()
    {
        var random = Rng.From(5).Cursor();
        var files = PipelineSamples.All.Values.Concat(Enumerable.Range(0, 200).Select(_ => PipelineFuzz.Tokenizer(random).ToJsonString()));
        byte[][] seeds = [.. files.Where(file => file.Length < 4000).Select(Encoding.UTF8.GetBytes)];
        Mutations.Run(seeds, JsonWords, bytes => Tokenizer.FromJson(bytes), Use, Rounds);
    }

    [Fact]
    public void Vocabulary()
    {
        byte[] seed = Encoding.UTF8.GetBytes("[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\na\nb\n##a\n##b\nab\n##ab\nthe\n'\ns\n中\n文\ne\n##e\n7\n##7\r\n");
        byte[][] words = [.. ((string[])["\n", "\r\n", "[UNK]\n", "[UNK]", "##", "a\n", "\n\n", "\0", "\ufeff", "[SEP]"]).Select(Encoding.UTF8.GetBytes), [0xFF], [0xC3]];
        Mutations.Run([seed], words, bytes => Tokenizer.FromVocabulary(bytes), Use, Rounds);
    }

    [Fact]
    public void VocabularyAndMerges()
    {
        var vocabulary = Small();
        var merges = "#version: 0.2\na b\nt h\nth e\nĠ a\n7 7\n"u8.ToArray();
        byte[][] lines = ["\n"u8.ToArray(), " "u8.ToArray(), "#version"u8.ToArray(), "a b\n"u8.ToArray(), "t h\n"u8.ToArray(), [0xFF], [0]];
        Mutations.Run([merges], lines, bytes => Tokenizer.FromMerges(vocabulary, bytes, PreTokenizer.Gpt2), Use, Rounds / 2);
        // Hardly any change leaves a token for each byte.
        Mutations.Run([vocabulary], JsonWords, bytes => Tokenizer.FromMerges(bytes, merges, PreTokenizer.Gpt2), Use, Rounds / 2, accepts: 1000);
    }

    [Fact]
    public void TokenizerConfiguration()
    {
        var seed = """
            {"add_bos_token":true,"add_eos_token":null,"added_tokens_decoder":{"5":{"content":"<s>","lstrip":false,"normalized":false,"rstrip":false,"single_word":false,"special":true}},
            "additional_special_tokens":["<a>",{"content":"<b>","special":true}],"bos_token":{"__type":"AddedToken","content":"<s>"},"eos_token":"</s>","pad_token":null,"do_lower_case":true,
            "model_max_length":1000000000000000019884624838656,"tokenizer_class":"LlamaTokenizer","chat_template":"{{ messages }}"}
            """u8.ToArray();
        Mutations.Run([seed], JsonWords, bytes => TokenizerConfig.FromJson(bytes), config => Assert.NotNull(config.Roles), Rounds);
    }

    private static byte[] Small()
    {
        var tokens = Enumerable.Range(0, 256).Select(value => ByteLevel.ToCharacter((byte)value).ToString()).Concat(["ab", "th", "the", "Ġa", "77"]);
        var vocabulary = new System.Text.Json.Nodes.JsonObject();
        foreach (var token in tokens)
            vocabulary[token] = vocabulary.Count;
        return Encoding.UTF8.GetBytes(vocabulary.ToJsonString());
    }

    private static void Use(Tokenizer tokenizer)
    {
        var ids = tokenizer.Encode(Utf8, Specials.All);
        var encoding = tokenizer.EncodeDetailed(Text, options: new() { Specials = Specials.All });
        Assert.Equal(ids, encoding.Tokens.Where(token => !token.IsSpecial).Select(token => token.Id));
        Assert.All(encoding.Tokens, token => Assert.InRange(token.Offset.Start, 0, token.Offset.End));
        Assert.All(encoding.Tokens, token => Assert.InRange(token.Offset.End, 0, Text.Length));
        tokenizer.Decode(ids, skipSpecials: true);
        tokenizer.ToJson();
    }
}
