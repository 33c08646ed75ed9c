using System.Text.Json.Nodes;

namespace Inkstone.Tokenizers.Tests;

/// <summary>Small tokenizers of our own, as tokenizer.json, in which every component occurs.</summary>
internal static class PipelineSamples
{
    internal const string Words = """
        "vocab":{"[UNK]":0,"a":1,"b":2,"ab":3,"##a":4,"##b":5,"##s":6,"s":7,"t":8,"'":9,".":10,"the":11,"##he":12,"7":13,"##7":14,"中":15,"文":16,"##文":17,"é":18,"e":19,"##e":20,
        "▁a":21,"▁":22,"_":23,"-":24,"r":25,"v":26,"m":27,"l":28,"d":29,"Z":30,"🙂":31,",":32,"Ġ":33,"Ġa":34,"ж":35,"9":36,"0":37,"##0":38}
        """;

    internal const string Scores = """
        "vocab":[["<unk>",0],["a",-2.5],["b",-3.0],["ab",-4.1],["s",-3.2],["t",-3.3],["▁",-2.0],["▁a",-3.5],["▁ab",-4.0],["e",-2.2],["st",-3.9],["ste",-5.0],["中",-6.0],["文",-6.5],["中文",-9.0],
        ["🙂",-8.0],["7",-7.0],["77",-7.5],["'",-5.5],["'s",-6.0],["<0x00>",-20],["<0xC3>",-20],["<0xA9>",-20],["l",-4.0],["ll",-5.0],["lll",-6.1],["aa",-4.0],["aaa",-5.9]]
        """;

    internal const string Characters = """
        "vocab":{"<unk>":0,"a":1,"b":2,"s":3,"t":4,"e":5,"l":6,"7":7,"中":8,"文":9,"'":10,"ab":11,"st":12,"ll":13,"中文":14,"'s":15,"aa":16,"aaa":17,"▁":18,"▁a":19,"77":20,"<0xC3>":21,"<0xA9>":22,"<0xF0>":23,"é":24,"ste":25},
        "merges":[["a","b"],["s","t"],["l","l"],["中","文"],["'","s"],["a","a"],["aa","a"],["▁","a"],["7","7"],["st","e"]]
        """;

    internal const string Affixed = """
        "vocab":{"<unk>":0,"a":1,"b":2,"##a":3,"##b":4,"a</w>":5,"b</w>":6,"##a</w>":7,"##b</w>":8,"ab":9,"ab</w>":10,"##ab":11,"##ab</w>":12,"s":13,"##s":14,"s</w>":15,"##s</w>":16,"aab</w>":17},
        "merges":[["a","##b"],["##a","##b"],["a","##b</w>"],["##a","##b</w>"],["a","##ab</w>"]]
        """;

    /// <summary>All of them, by name.</summary>
    public static Dictionary<string, string> All { get; } = Build();

    private static Dictionary<string, string> Build()
    {
        var samples = new Dictionary<string, string>();
        foreach (var stage in (string[])[
            """{"type":"Whitespace"}""", """{"type":"WhitespaceSplit"}""", """{"type":"BertPreTokenizer"}""", """{"type":"Punctuation","behavior":"Isolated"}""",
            """{"type":"Punctuation","behavior":"Contiguous"}""", """{"type":"Punctuation","behavior":"MergedWithPrevious"}""", """{"type":"Punctuation","behavior":"MergedWithNext"}""",
            """{"type":"Punctuation","behavior":"Removed"}""", """{"type":"Digits","individual_digits":true}""", """{"type":"Digits","individual_digits":false}""",
            """{"type":"UnicodeScripts"}""", """{"type":"CharDelimiterSplit","delimiter":"-"}""", """{"type":"FixedLength","length":3}""",
            """{"type":"Split","pattern":{"String":"s"},"behavior":"MergedWithNext","invert":false}""", """{"type":"Split","pattern":{"String":" "},"behavior":"Removed","invert":true}""",
            """{"type":"Split","pattern":{"String":" "},"behavior":"Contiguous","invert":false}""", """{"type":"Split","pattern":{"Regex":"\\p{L}+|[0-9]{1,2}"},"behavior":"Removed","invert":true}""",
            """{"type":"Split","pattern":{"Regex":"(?i:a|s)+|\\s+(?!\\S)"},"behavior":"MergedWithPrevious","invert":false}""", """{"type":"Split","pattern":{"Regex":"^a*| $"},"behavior":"Isolated","invert":false}""",
            """{"type":"Sequence","pretokenizers":[{"type":"Split","pattern":{"Regex":"[\\r\\n]"},"behavior":"Isolated","invert":false},{"type":"Split","pattern":{"Regex":"\\s?\\p{L}+"},"behavior":"Contiguous","invert":false}]}""",
            """{"type":"Metaspace","replacement":"▁","prepend_scheme":"always","split":true}""", """{"type":"Metaspace","replacement":"▁","prepend_scheme":"first","split":true}""",
            """{"type":"Metaspace","replacement":"▁","prepend_scheme":"never","split":false}""", """{"type":"ByteLevel","add_prefix_space":true,"trim_offsets":true,"use_regex":true}""",
            """{"type":"Sequence","pretokenizers":[{"type":"WhitespaceSplit"},{"type":"Metaspace","replacement":"▁","prepend_scheme":"first","split":true}]}""",
            """{"type":"Sequence","pretokenizers":[{"type":"Punctuation","behavior":"Contiguous"},{"type":"ByteLevel","add_prefix_space":false,"trim_offsets":true,"use_regex":true},{"type":"Digits","individual_digits":false}]}""",
        ])
            samples.Add($"words {stage}", File(stage, $$"""{"type":"WordPiece","unk_token":"[UNK]","continuing_subword_prefix":"##","max_input_chars_per_word":8,{{Words}}}"""));
        samples.Add("wordlevel", File("""{"type":"Whitespace"}""", $$"""{"type":"WordLevel","unk_token":"[UNK]",{{Words}}}"""));
        foreach (var settings in (string[])[
            "\"unk_token\":\"<unk>\",\"fuse_unk\":true", "\"unk_token\":\"<unk>\",\"fuse_unk\":false", "\"unk_token\":null", "\"unk_token\":\"<unk>\",\"fuse_unk\":true,\"byte_fallback\":true",
            "\"unk_token\":\"<unk>\",\"ignore_merges\":true",
        ])
            samples.Add($"bpe {settings}", File("""{"type":"Metaspace","replacement":"▁","prepend_scheme":"always","split":true}""", $$"""{"type":"BPE",{{settings}},{{Characters}}}""", "<unk>"));
        samples.Add("bpe affixes", File("""{"type":"WhitespaceSplit"}""", $$"""{"type":"BPE","unk_token":"<unk>","continuing_subword_prefix":"##","end_of_word_suffix":"</w>",{{Affixed}}}""", "<unk>"));
        foreach (var fallback in (string[])["false", "true"])
            samples.Add($"unigram fallback {fallback}", File("""{"type":"Metaspace","replacement":"▁","prepend_scheme":"always","split":true}""", $$"""{"type":"Unigram","unk_id":0,"byte_fallback":{{fallback}},{{Scores}}}""", "<unk>"));
        samples.Add("unigram whole", File("null", $$"""{"type":"Unigram","unk_id":0,"byte_fallback":false,{{Scores}}}""", "<unk>"));
        foreach (var normalizer in (string[])[
            """{"type":"BertNormalizer","clean_text":true,"handle_chinese_chars":true,"strip_accents":null,"lowercase":true}""", """{"type":"NFKC"}""", """{"type":"Lowercase"}""",
            """{"type":"Sequence","normalizers":[{"type":"NFD"},{"type":"StripAccents"},{"type":"Strip","strip_left":true,"strip_right":true}]}""",
            """{"type":"Sequence","normalizers":[{"type":"Prepend","prepend":"▁"},{"type":"Replace","pattern":{"String":" "},"content":"▁"}]}""", """{"type":"Nmt"}""",
        ])
            samples.Add($"normalizer {normalizer}", File("""{"type":"Whitespace"}""", $$"""{"type":"WordPiece","unk_token":"[UNK]","continuing_subword_prefix":"##","max_input_chars_per_word":100,{{Words}}}""", normalizer: normalizer));
        samples.Add("first after strip", File("""{"type":"Metaspace","replacement":"▁","prepend_scheme":"first","split":true}""", $$"""{"type":"Unigram","unk_id":0,{{Scores}}}""", "<unk>", """{"type":"Strip","strip_left":true,"strip_right":true}"""));
        return samples;
    }

    // The peer numbers added tokens from the end of the vocabulary on, whatever the file says.
    private static string File(string preTokenizer, string model, string unknown = "[UNK]", string normalizer = "null")
    {
        var vocabulary = JsonNode.Parse(model)!["vocab"]!;
        var count = vocabulary is JsonArray array ? array.Count : vocabulary.AsObject().Count;
        return $$"""
            {"version":"1.0","truncation":null,"padding":null,
            "added_tokens":[{"id":0,"content":"{{unknown}}","single_word":false,"lstrip":false,"rstrip":false,"normalized":false,"special":true},
            {"id":{{count}},"content":"al","single_word":true,"lstrip":false,"rstrip":false,"normalized":true,"special":false},
            {"id":{{count + 1}},"content":"ma","single_word":false,"lstrip":true,"rstrip":true,"normalized":false,"special":false},
            {"id":{{count + 2}},"content":"/","single_word":false,"lstrip":false,"rstrip":true,"normalized":true,"special":false}],
            "normalizer":{{normalizer}},"pre_tokenizer":{{preTokenizer}},"post_processor":null,"decoder":null,"model":{{model}}}
            """;
    }
}
