using System.Text;
using System.Text.Json.Nodes;

namespace Inkstone.Tokenizers.Tests;

/// <summary>Every stage that a tokenizer.json may name, on texts that are worst for some of them: what is allocated for a text twice as long is hardly more than twice as much.</summary>
public sealed class StageGrowthTests
{
    private const int Length = 1 << 13;

    private static readonly string[] Units = ["a", " ", "a ", "'", "7", "\n ", "e\u0301\u0316", "\u0301", "中", "🙂", "\u200D🙂", "al", "s-", "ﷺ", "\uFFFD"];

    public static TheoryData<string> Samples => [.. PipelineSamples.All.Keys.Append("precompiled").Append("decoders")];

    [Theory, MemberData(nameof(Samples))]
    public void MemoryGrowsWithTheText(string name) => Watchdog.Guard(() =>
    {
        var tokenizer = Tokenizer.FromJson(Encoding.UTF8.GetBytes(Sample(name)));
        foreach (var unit in Units)
        {
            var text = string.Concat(Enumerable.Repeat(unit, 2 * Length / unit.Length));
            Allocated(tokenizer, text); // what is kept from text to text grows
            var (half, whole) = (Allocated(tokenizer, text[..(text.Length / 2 / unit.Length * unit.Length)]), Allocated(tokenizer, text));
            Assert.True(whole.Encoding <= 2.6 * half.Encoding + (1 << 16), $"{name} on '{unit}': encoding {half.Encoding}, then {whole.Encoding} bytes");
            Assert.True(whole.Decoding <= 2.6 * half.Decoding + (1 << 16), $"{name} on '{unit}': decoding {half.Decoding}, then {whole.Decoding} bytes");
            Assert.True(whole.Encoding <= 1000L * text.Length && whole.Decoding <= 1000L * text.Length, $"{name} on '{unit}': {whole} bytes");
        }
    });

    private static (long Encoding, long Decoding) Allocated(Tokenizer tokenizer, string text)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        var ids = tokenizer.Encode(text, Specials.All);
        tokenizer.EncodeDetailed(text, options: new() { AddSpecial = true });
        var between = GC.GetAllocatedBytesForCurrentThread();
        tokenizer.Decode(ids);
        return (between - before, GC.GetAllocatedBytesForCurrentThread() - between);
    }

    private static string Sample(string name)
    {
        if (PipelineSamples.All.TryGetValue(name, out var sample))
            return sample;
        var file = JsonNode.Parse(PipelineSamples.All["unigram fallback true"])!;
        if (name == "precompiled")
            file["normalizer"] = new JsonObject { ["type"] = "Precompiled", ["precompiled_charsmap"] = Convert.ToBase64String(SmallCharacterMap.Sample) };
        else
        {
            file["decoder"] = JsonNode.Parse("""
                {"type":"Sequence","decoders":[{"type":"Replace","pattern":{"Regex":"▁+"},"content":" "},{"type":"Replace","pattern":{"String":"a"},"content":"bb"},{"type":"ByteFallback"},
                {"type":"WordPiece","prefix":"##","cleanup":true},{"type":"BPEDecoder","suffix":"</w>"},{"type":"Fuse"},{"type":"Strip","content":" ","start":1,"stop":1}]}
                """);
        }
        return file.ToJsonString();
    }
}
