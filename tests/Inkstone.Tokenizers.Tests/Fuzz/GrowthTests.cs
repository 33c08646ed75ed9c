using System.Diagnostics;
using System.Text;
using System.Text.Json.Nodes;

namespace Inkstone.Tokenizers.Tests;

/// <summary>
/// A megabyte, or where INKSTONE_HEAVY is 1 ten, of what is worst for each stage. Work that grows with the square of the text would take many minutes; one is
/// generous for what is linear. What is allocated is counted too.
/// </summary>
public sealed class GrowthTests
{
    private static readonly int Length = Mutations.IsHeavy ? 10_000_000 : 1_000_000;

    private static readonly string Run = new('a', Length);

    [Theory]
    [InlineData("bpe whole")]
    [InlineData("unigram whole")]
    [InlineData("words whole")]
    [InlineData("metaspace")]
    [InlineData("prepend and replace")]
    [InlineData("replace by a pattern")]
    [InlineData("strip and lowercase")]
    [InlineData("compose")]
    public void EncodingIsLinear(string name)
    {
        var tokenizer = Tokenizer.FromJson(Encoding.UTF8.GetBytes(Sample(name).ToJsonString()));
        foreach (var text in (string[])[Run, string.Concat(Enumerable.Repeat("a ", Length / 2)), new(' ', Length)])
        {
            var clock = Stopwatch.StartNew();
            var before = GC.GetAllocatedBytesForCurrentThread();
            var ids = tokenizer.Encode(text);
            Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < 200L * Length, $"{name}: {GC.GetAllocatedBytesForCurrentThread() - before} bytes");
            tokenizer.Decode(ids);
            Assert.True(clock.Elapsed < TimeSpan.FromMinutes(1), $"{name}: {clock.Elapsed}");
        }
    }

    [Theory]
    [InlineData("bpe whole")]
    [InlineData("unigram whole")]
    [InlineData("words whole")]
    [InlineData("metaspace")]
    public void OffsetsAreLinear(string name)
    {
        var tokenizer = Tokenizer.FromJson(Encoding.UTF8.GetBytes(Sample(name).ToJsonString()));
        foreach (var text in (string[])[Run[..(Length / 10)], string.Concat(Enumerable.Repeat("é ", Length / 20))])
        {
            var clock = Stopwatch.StartNew();
            var encoding = tokenizer.EncodeDetailed(text, options: new() { Truncation = new() { MaximumLength = 512, Stride = 128 } });
            Assert.InRange(encoding.Count, 1, 512);
            Assert.True(clock.Elapsed < TimeSpan.FromMinutes(1), $"{name}: {clock.Elapsed}");
        }
    }

    /// <summary>Merges that each need the one before: aa, aaaa, aaaaaaaa and on.</summary>
    [Fact]
    public void DeepMergesAreLinear()
    {
        var file = Sample("bpe whole");
        var (vocabulary, merges) = (new JsonObject { ["<unk>"] = 0, ["a"] = 1 }, new JsonArray());
        for (var length = 1; length <= 1 << 12; length *= 2)
        {
            vocabulary[new string('a', 2 * length)] = vocabulary.Count;
            merges.Add(new JsonArray(new string('a', length), new string('a', length)));
        }
        (file["model"]!["vocab"], file["model"]!["merges"]) = (vocabulary, merges);
        var clock = Stopwatch.StartNew();
        var ids = Tokenizer.FromJson(Encoding.UTF8.GetBytes(file.ToJsonString())).Encode(Run);
        Assert.InRange(ids.Length, Length >> 13, (Length >> 13) + 13);
        Assert.True(clock.Elapsed < TimeSpan.FromMinutes(1), $"{clock.Elapsed}");
    }

    private static JsonNode Sample(string name)
    {
        var file = JsonNode.Parse(PipelineSamples.All[name switch
        {
            "words whole" => "wordlevel",
            "unigram whole" or "prepend and replace" or "replace by a pattern" => "unigram whole",
            _ => "bpe \"unk_token\":\"<unk>\",\"fuse_unk\":true",
        }])!;
        file["added_tokens"] = new JsonArray(file["added_tokens"]![0]!.DeepClone());
        if (name == "bpe whole")
            file["pre_tokenizer"] = null;
        if (name == "words whole")
            file["model"] = JsonNode.Parse(PipelineSamples.All["""words {"type":"WhitespaceSplit"}"""])!["model"]!.DeepClone();
        file["normalizer"] = JsonNode.Parse(name switch
        {
            "prepend and replace" => """{"type":"Sequence","normalizers":[{"type":"Prepend","prepend":"▁"},{"type":"Replace","pattern":{"String":" "},"content":"▁"}]}""",
            "replace by a pattern" => """{"type":"Sequence","normalizers":[{"type":"Replace","pattern":{"Regex":" {2,}"},"content":" "},{"type":"Replace","pattern":{"Regex":"a"},"content":"b"}]}""",
            "strip and lowercase" => """{"type":"Sequence","normalizers":[{"type":"Strip","strip_left":true,"strip_right":true},{"type":"Lowercase"},{"type":"BertNormalizer"}]}""",
            "compose" => """{"type":"Sequence","normalizers":[{"type":"NFD"},{"type":"NFKC"}]}""",
            _ => "null",
        });
        return file;
    }
}
