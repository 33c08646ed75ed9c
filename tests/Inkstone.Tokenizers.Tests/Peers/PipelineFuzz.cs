using System.Text;
using System.Text.Json.Nodes;
using Inkstone.Foundation.Randomness;

namespace Inkstone.Tokenizers.Tests;

/// <summary>Small tokenizers put together at random from every component with every setting, as tokenizer.json.</summary>
internal static class PipelineFuzz
{
    private static readonly string[] Normalizers =
    [
        "null", "null", """{"type":"BertNormalizer","clean_text":true,"handle_chinese_chars":true,"strip_accents":null,"lowercase":true}""",
        """{"type":"BertNormalizer","clean_text":true,"handle_chinese_chars":false,"strip_accents":true,"lowercase":false}""",
        """{"type":"BertNormalizer","clean_text":false,"handle_chinese_chars":true,"strip_accents":false,"lowercase":true}""",
        """{"type":"NFC"}""", """{"type":"NFD"}""", """{"type":"NFKC"}""", """{"type":"NFKD"}""", """{"type":"Lowercase"}""", """{"type":"StripAccents"}""", """{"type":"Nmt"}""",
        """{"type":"Strip","strip_left":true,"strip_right":false}""", """{"type":"Strip","strip_left":false,"strip_right":true}""", """{"type":"Prepend","prepend":"▁a"}""",
        """{"type":"Replace","pattern":{"String":" "},"content":"▁"}""", """{"type":"Replace","pattern":{"String":"s"},"content":""}""",
        """{"type":"Replace","pattern":{"Regex":"\\s+"},"content":" "}""", """{"type":"Replace","pattern":{"Regex":"[a-c]|é"},"content":"中文"}""", """{"type":"ByteLevel"}""",
    ];

    private static readonly string[] Processors =
    [
        "null", """{"type":"BertProcessing","sep":["s",7],"cls":["a",1]}""",
        """{"type":"RobertaProcessing","sep":["s",7],"cls":["a",1],"trim_offsets":true,"add_prefix_space":true}""",
        """{"type":"RobertaProcessing","sep":["s",7],"cls":["a",1],"trim_offsets":true,"add_prefix_space":false}""",
        """{"type":"RobertaProcessing","sep":["s",7],"cls":["a",1],"trim_offsets":false,"add_prefix_space":true}""",
        """{"type":"ByteLevel","add_prefix_space":true,"trim_offsets":true,"use_regex":true}""", """{"type":"ByteLevel","add_prefix_space":false,"trim_offsets":true,"use_regex":true}""",
        """{"type":"ByteLevel","add_prefix_space":true,"trim_offsets":false,"use_regex":true}""",
        """{"type":"TemplateProcessing","single":[{"SpecialToken":{"id":"B","type_id":3}},{"Sequence":{"id":"A","type_id":2}},{"SpecialToken":{"id":"E","type_id":0}}],"pair":[{"Sequence":{"id":"B","type_id":1}},{"SpecialToken":{"id":"E","type_id":0}},{"Sequence":{"id":"A","type_id":4}}],"special_tokens":{"B":{"id":"B","ids":[1,2],"tokens":["a","b"]},"E":{"id":"E","ids":[7],"tokens":["s"]}}}""",
        """{"type":"TemplateProcessing","single":[{"Sequence":{"id":"A","type_id":0}},{"SpecialToken":{"id":"E","type_id":1}}],"pair":[{"SpecialToken":{"id":"E","type_id":0}},{"Sequence":{"id":"A","type_id":0}},{"SpecialToken":{"id":"E","type_id":0}},{"Sequence":{"id":"B","type_id":1}}],"special_tokens":{"E":{"id":"E","ids":[7],"tokens":["s"]}}}""",
    ];

    private static readonly string[] Decoders =
    [
        "null", """{"type":"WordPiece","prefix":"##","cleanup":true}""", """{"type":"WordPiece","prefix":"##","cleanup":false}""",
        """{"type":"Metaspace","replacement":"▁","prepend_scheme":"always","split":true}""", """{"type":"Metaspace","replacement":"▁","prepend_scheme":"first","split":true}""",
        """{"type":"Metaspace","replacement":"_","prepend_scheme":"never","split":true}""", """{"type":"BPEDecoder","suffix":"</w>"}""", """{"type":"BPEDecoder","suffix":"a"}""",
        """{"type":"CTC","pad_token":"a","word_delimiter_token":"s","cleanup":true}""", """{"type":"CTC","pad_token":"b","word_delimiter_token":".","cleanup":false}""",
        """{"type":"ByteLevel","add_prefix_space":true,"trim_offsets":true,"use_regex":true}""", """{"type":"ByteFallback"}""", """{"type":"Fuse"}""",
        """{"type":"Strip","content":"a","start":1,"stop":0}""", """{"type":"Strip","content":"s","start":0,"stop":1}""", """{"type":"Replace","pattern":{"String":"▁"},"content":" "}""",
        """{"type":"Replace","pattern":{"String":"ab"},"content":""}""", """{"type":"Replace","pattern":{"Regex":"[as]+"},"content":"x"}""",
        """{"type":"Sequence","decoders":[{"type":"Replace","pattern":{"String":"▁"},"content":" "},{"type":"ByteFallback"},{"type":"Fuse"},{"type":"Strip","content":" ","start":1,"stop":0}]}""",
    ];

    /// <summary>Texts in which the added tokens and the pieces of the samples occur.</summary>
    private static readonly string[] Parts =
    [
        "a", "b", "ab", "s", "the", "'s", " ", " ", "  ", "al", "ma", "/", "-al", "-ma", "-/", "<unk>", "[UNK]", "É", "é", "e\u0301", "中", "文", "中文", "🙂", "77", "▁", "##a", "</w>", "\n", "\t", "\u3000", "l", "st", "te", ".", "-",
        "\u200b", "\ufffd", "Ǆ", "ﬁ", "½", "İ", "ß", "\u0000", "AL", "Ma", "\u0301", "한국", "カ\u3099",
    ];

    /// <summary>A tokenizer.</summary>
    public static JsonNode Tokenizer(RngCursor random)
    {
        var samples = PipelineSamples.All;
        var file = random.NextInt(8) == 0 ? ByteLevelSample() : JsonNode.Parse(samples.Values.ElementAt(random.NextInt(samples.Count)))!;
        if (random.NextInt(3) > 0)
            file["normalizer"] = Pick(random, Normalizers, "normalizers");
        if (random.NextInt(3) == 0)
            file["pre_tokenizer"] = JsonNode.Parse(samples.Values.ElementAt(random.NextInt(samples.Count)))!["pre_tokenizer"]?.DeepClone();
        file["post_processor"] = Pick(random, Processors, "processors");
        // Without a decoder, the peer shows the visible characters for bytes.
        if (file["decoder"] is null || random.NextInt(2) == 0)
            file["decoder"] = Pick(random, file["decoder"] is null ? Decoders : [.. Decoders.Skip(1)], "decoders");
        foreach (var token in file["added_tokens"]!.AsArray().Skip(1))
        {
            foreach (var flag in (string[])["single_word", "lstrip", "rstrip", "normalized", "special"])
                token![flag] = random.NextInt(2) == 0;
        }
        return file;
    }

    /// <summary>How texts are shortened, and filled up: either may be null.</summary>
    public static (JsonNode? Truncation, JsonNode? Padding) Lengths(RngCursor random)
    {
        JsonNode? truncation = random.NextInt(4) == 0 ? null : new JsonObject
        {
            ["direction"] = random.NextInt(2) == 0 ? "Left" : "Right",
            ["max_length"] = 8 + random.NextInt(9), // no fewer than the processors add: the peer's number of what is left would wrap around
            ["strategy"] = ((string[])["LongestFirst", "OnlyFirst", "OnlySecond"])[random.NextInt(3)],
            ["stride"] = random.NextInt(3) == 0 ? random.NextInt(4) : 0,
        };
        JsonNode? padding = random.NextInt(2) == 0 ? null : new JsonObject
        {
            ["strategy"] = random.NextInt(2) == 0 ? "BatchLongest" : new JsonObject { ["Fixed"] = 4 + random.NextInt(16) },
            ["direction"] = random.NextInt(2) == 0 ? "Left" : "Right",
            ["pad_to_multiple_of"] = random.NextInt(2) == 0 ? null : random.NextInt(6),
            ["pad_id"] = random.NextInt(4),
            ["pad_type_id"] = random.NextInt(3),
            ["pad_token"] = "[PAD]",
        };
        return (truncation, padding);
    }

    /// <summary>A text.</summary>
    public static string Text(RngCursor random)
    {
        var text = new StringBuilder();
        for (var n = random.NextInt(12); n > 0; n--)
            text.Append(random.NextInt(6) == 0 ? Samples.Random(random, 2) : Parts[random.NextInt(Parts.Length)]);
        return text.ToString();
    }

    private static JsonNode ByteLevelSample()
    {
        var file = JsonNode.Parse(Samples.Trained.ToJson())!;
        foreach (var token in JsonNode.Parse(PipelineSamples.All["unigram whole"])!["added_tokens"]!.AsArray().Skip(1))
        {
            var added = token!.DeepClone();
            added["content"] = "-" + (string)added["content"]!; // in the vocabulary as they are
            added["id"] = Samples.Trained.VocabularySize + file["added_tokens"]!.AsArray().Count - 1;
            file["added_tokens"]!.AsArray().Add(added);
        }
        return file;
    }

    // One component as a rule; now and then two, in a row.
    private static JsonNode? Pick(RngCursor random, string[] from, string list)
    {
        var one = JsonNode.Parse(from[random.NextInt(from.Length)]);
        var other = random.NextInt(4) == 0 ? JsonNode.Parse(from[random.NextInt(from.Length)]) : null;
        // On a token that has become shorter than it takes off, the peer's Strip ends the peer.
        if (other is not null && (int?)other["stop"] > 0)
            other = null;
        // Nor do two processors that add tokens go together.
        if (list == "processors" && (string?)other?["type"] != "ByteLevel")
            other = null;
        return one is null || other is null ? one ?? other : new JsonObject { ["type"] = "Sequence", [list] = new JsonArray(one, other) };
    }
}
