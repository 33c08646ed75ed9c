using System.Text;

namespace Inkstone.Tokenizers.Tests;

/// <summary>What mutants of several formats have put in, and how what is accepted is used.</summary>
internal static class MutationWords
{
    private const string Text = "a ab the 's  é中文 🙂 77 -al ma\n";
    private static readonly byte[] Utf8 = Encoding.UTF8.GetBytes(Text);

    /// <summary>Parts of JSON, and bytes that are no UTF-8.</summary>
    public static byte[][] Json { get; } =
    [
        .. Of("\"", "{", "}", "[", "]", ",", ":", "null", "true", "0", "-1", "1e999", "4294967296", "2147483647", "\\ud800", "\\u0000", "\"a\"", "{}", "[]", "\"type\":\"Sequence\"",
            "\"type\":\"NFKC\"", "\"type\":\"ByteLevel\"", "{\"String\":\"\"}", "{\"Regex\":\"(?:a{1000}){1000}\"}", "{\"Regex\":\"\\\\p{L}*\"}", "{\"Regex\":\"(a\"}", "{\"Regex\":\"[^\"}", "\"merges\":", "\"vocab\":",
            "\"unk_id\":", "\"id\":99999999", "\"content\":\"\"", "##", "▁", "\"byte_fallback\":true", "\"<0x41>\":7", "a", "b", "s", " ", "  ", "\n", "1", "7", "false", "中"),
        [0xFF], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0],
    ];

    /// <summary>Words in UTF-8.</summary>
    public static byte[][] Of(params string[] words) => [.. words.Select(Encoding.UTF8.GetBytes)];

    /// <summary>Encodes a short text both ways, decodes it, and writes the tokenizer.</summary>
    public static void Use(Tokenizer tokenizer)
    {
        var ids = tokenizer.Encode(Utf8, Specials.All);
        var encoding = tokenizer.EncodeDetailed(Text, options: new() { Specials = Specials.All });
        // A template need not hold the text it is for.
        if (tokenizer.Parts.PostProcessor is not (TemplateProcessor or PostProcessorSequence))
            Assert.Equal(ids, encoding.Tokens.Where(token => !token.IsSpecial).Select(token => token.Id));
        CheckOffsets(encoding);
        tokenizer.Decode(ids, skipSpecials: true);
        tokenizer.ToJson();
    }

    /// <summary>Encodes a short text both ways with what the file adds to it, and decodes it.</summary>
    public static void UseWithSpecials(Tokenizer tokenizer)
    {
        var ids = tokenizer.Encode(Utf8, Specials.All);
        Assert.All(ids, id => Assert.InRange(id, 0, tokenizer.VocabularySize - 1));
        var encoding = tokenizer.EncodeDetailed(Text, "b a", new() { Specials = Specials.All, AddSpecial = true });
        CheckOffsets(encoding);
        tokenizer.Decode(ids, skipSpecials: true);
    }

    private static void CheckOffsets(TokenEncoding encoding)
    {
        foreach (var token in encoding.Tokens)
        {
            if (token.Offset.Start < 0 || token.Offset.Start > token.Offset.End || token.Offset.End > Text.Length)
                Assert.Fail($"{token.Offset} is outside the text");
        }
    }
}
