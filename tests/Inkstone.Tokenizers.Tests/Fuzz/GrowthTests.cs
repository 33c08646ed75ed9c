using System.Text;
using System.Text.Json.Nodes;
using Inkstone.TestKit;

namespace Inkstone.Tokenizers.Tests;

/// <summary>
/// Megabytes of what is worst for each stage of a tokenizer. What the models do is counted: entries taken from heaps, pairs looked at, steps through tries. Stages
/// without a count of their own are held to bytes allocated, for a text and for one twice as long.
/// </summary>
public sealed class GrowthTests
{
    private static readonly int Length = Mutations.IsHeavy ? 10_000_000 : 1_000_000;

    private static readonly string Run = new('a', Length);

    /// <summary>Steps of a model for a byte of text, at most: three entries of a heap, or as many steps through a trie as its longest piece has bytes and one.</summary>
    private const long MostSteps = 10;

    [Theory]
    [InlineData("bpe whole")]
    [InlineData("unigram whole")]
    [InlineData("words whole")]
    [InlineData("metaspace")]
    [InlineData("prepend and replace")]
    [InlineData("replace by a pattern")]
    [InlineData("strip and lowercase")]
    [InlineData("compose")]
    [InlineData("added tokens")]
    public void EncodingIsLinear(string name) => Watchdog.Guard(() =>
    {
        var tokenizer = Tokenizer.FromJson(Encoding.UTF8.GetBytes(Sample(name).ToJsonString()));
        foreach (var unit in (string[])["a", "a ", " ", "e\u0301\u0316"])
        {
            var text = string.Concat(Enumerable.Repeat(unit, Length / unit.Length));
            var first = Encoded(tokenizer, text);
            Assert.True(first.Allocated < 300L * Length, $"{name}: {first.Allocated} bytes");
            // What is kept from text to text has grown now.
            var half = Encoded(tokenizer, text[..(text.Length / 2)]);
            var whole = Encoded(tokenizer, text);
            Assert.True(whole.Steps <= MostSteps * 2 * Length, $"{name}: {whole.Steps} steps");
            Assert.True(whole.Steps <= 2.1 * half.Steps + 1000, $"{name}: {half.Steps}, then {whole.Steps} steps");
            Assert.True(whole.Allocated < 3 * half.Allocated + (1 << 20), $"{name}: {half.Allocated}, then {whole.Allocated} bytes");
            tokenizer.Decode(whole.Ids);
        }
    });

    [Theory]
    [InlineData("bpe whole")]
    [InlineData("unigram whole")]
    [InlineData("words whole")]
    [InlineData("metaspace")]
    public void OffsetsAreLinear(string name) => Watchdog.Guard(() =>
    {
        var tokenizer = Tokenizer.FromJson(Encoding.UTF8.GetBytes(Sample(name).ToJsonString()));
        foreach (var unit in (string[])["a", "é "])
        {
            var (half, whole) = (Detailed(tokenizer, string.Concat(Enumerable.Repeat(unit, Length / 20 / unit.Length))), Detailed(tokenizer, string.Concat(Enumerable.Repeat(unit, Length / 10 / unit.Length))));
            Assert.True(whole < 3 * half + (1 << 20), $"{name}: {half}, then {whole} bytes");
        }
    });

    [Fact]
    public void ARunOfTenMegabytesTakesThreeHeapEntriesAByte() => Watchdog.Guard(() =>
    {
        const int Bytes = 10_000_000;
        var scratch = new EncodeScratch();
        var (model, _) = Doubling(12);
        model.EncodePiece(Enumerable.Repeat((byte)'a', Bytes).ToArray(), scratch);
        Assert.InRange(scratch.LongPieces.Steps, Bytes / 2, 3L * Bytes);
        Assert.InRange(scratch.Count, Bytes >> 12, (Bytes >> 12) + 12);
    });

    /// <summary>Merges that each need the one before: aa, aaaa, aaaaaaaa and on; and those of a chain, aa, aaa, aaaa, where only the last few bytes stay alone.</summary>
    [Fact]
    public void DeepMergesAreLinear() => Watchdog.Guard(() =>
    {
        var (doubling, longest) = Doubling(13);
        Assert.InRange(Steps(doubling, Length, out var count), 1, 3L * Length);
        Assert.InRange(count, Length / longest, Length / longest + 13);
        foreach (var links in (int[])[100, 2000])
        {
            var chain = Chain(links);
            Assert.InRange(Steps(chain, Length, out count), 1, 3L * Length);
            Assert.InRange(count, Length / (links + 1) - 1, Length);
        }
    });

    [Fact]
    public void TenMegabytesOfOneCharacterTakeAsManyStepsAsTheLongestPieceIsLong() => Watchdog.Guard(() =>
    {
        const int Bytes = 10_000_000, Longest = 24;
        var text = Enumerable.Repeat((byte)'a', Bytes).ToArray();
        var pieces = PieceTable.Of([.. Enumerable.Range(1, Longest).Select(length => Encoding.ASCII.GetBytes(new string('a', length)))]);
        var scratch = new EncodeScratch();
        new UnigramModel(pieces, [.. Enumerable.Range(0, Longest).Select(i => -1.0 - i)], -1, hasByteFallback: false).EncodePiece(text, scratch);
        Assert.InRange(scratch.UnigramPath.Steps, Bytes, (Longest + 1L) * Bytes);

        // Each piece inside is found only after a walk almost to the end of one that is not there.
        byte[][] tokens = ["[UNK]"u8.ToArray(), "a"u8.ToArray(), "##a"u8.ToArray(), Encoding.ASCII.GetBytes("##" + new string('a', Longest - 1) + "b")];
        scratch = new();
        new WordPieceModel(PieceTable.Of(tokens), "[UNK]", 0, "##", int.MaxValue).EncodePiece(text, scratch);
        Assert.Equal(Bytes, scratch.Count);
        Assert.InRange(scratch.WordSteps, Bytes, (Longest + 1L) * Bytes);

        scratch = new();
        new WordPieceModel(PieceTable.Of(tokens), "[UNK]", 0, "##", 100).EncodePiece(text, scratch);
        Assert.Equal(0, scratch.WordSteps);
    });

    [Fact]
    public void MergesByScoreTakeFourCandidatesAByte() => Watchdog.Guard(() =>
    {
        var pieces = new ScoredPieces(new(SentencePieceModel.Read(Samples.FixtureBytes("sentencepiece-bpe-unsplit.model"), "test").File));
        foreach (var unit in (string[])["e", "the", " "])
        {
            var scratch = new SentencePieceScratch();
            var text = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat(unit, Length / unit.Length)));
            scratch.Merger.Merge(pieces, text, scratch);
            Assert.InRange(scratch.Merger.Candidates, 0, 4L * text.Length);
        }
    });

    [Fact]
    public void AddedTokensTakeAsManyStepsAsTheLongestIsLong() => Watchdog.Guard(() =>
    {
        const int Longest = 64;
        AddedToken[] tokens = [.. Enumerable.Range(2, Longest - 1).Select(length => new AddedToken(length, new string('a', length - 1) + "b")), new(Longest + 1, new string('a', Longest) + "c")];
        var matcher = new AddedTokenTable(tokens, normalizer: null).Source;
        var text = Encoding.ASCII.GetBytes(Run);
        long steps = 0;
        Assert.Null(matcher.Find(text, 0, Specials.All, default, ref steps, out _, out _));
        Assert.InRange(steps, text.Length, (Longest + 2L) * text.Length);
    });

    [Theory]
    [InlineData("a*b|a")]
    [InlineData("(?:a|a|a)*c|(?:aa)*b|a")]
    [InlineData("\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+|\\p{L}+1|.")]
    [InlineData("[^x]*x")]
    [InlineData("a{1,100}b|a??")]
    public void PatternsReadEachByteAFewTimes(string source) => Watchdog.Guard(() =>
    {
        var pattern = TextPattern.Parse(source, PatternDialect.Oniguruma);
        foreach (var unit in (string[])["a", " ", "aaaaaac", "\n "])
        {
            var utf8 = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat(unit, Length / unit.Length)));
            var matches = pattern.Matches(utf8);
            while (matches.MoveNext())
            {
                // Each is looked for.
            }
            Assert.InRange(matches.BytesRead, 0, 300L * utf8.Length);
        }
    });

    /// <summary>Unknown text that becomes bytes is one range, of which each byte's token has the whole.</summary>
    [Fact]
    public void RangesAreConvertedInTwoWalks()
    {
        var utf8 = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("é🙂", 100_000)));
        var converter = new OffsetConverter(utf8);
        for (var i = 0; i < utf8.Length; i++)
            Assert.Equal(new TextRange(0, 300_000), converter.Convert(new(0, utf8.Length)));
        Assert.InRange(converter.Steps, utf8.Length, 2L * utf8.Length);
    }

    /// <summary>A string that is almost there at every place.</summary>
    [Fact]
    public void LongStringsAreFoundAsTheFrameworkFindsThem()
    {
        var random = Inkstone.Foundation.Randomness.Rng.From(3).Cursor();
        for (var round = 0; round < 2000; round++)
        {
            var needle = string.Concat(Enumerable.Range(0, 33 + random.NextInt(10)).Select(_ => random.NextInt(12) == 0 ? 'b' : 'a'));
            var text = string.Concat(Enumerable.Range(0, 6).Select(_ => random.NextInt(2) == 0 ? needle : needle[random.NextInt(needle.Length)..]));
            var found = new List<TextRange>();
            new LiteralPattern(needle).FindAll(Encoding.ASCII.GetBytes(text), found);
            var expected = new List<TextRange>();
            for (int from = 0, at; (at = text.IndexOf(needle, from, StringComparison.Ordinal)) >= 0; from = at + needle.Length)
                expected.Add(new(at, at + needle.Length));
            Assert.Equal(expected, found);
        }
    }

    private static (int[] Ids, long Steps, long Allocated) Encoded(Tokenizer tokenizer, string text)
    {
        var before = (Steps: StepsOf(tokenizer), Allocated: GC.GetAllocatedBytesForCurrentThread());
        var ids = tokenizer.Encode(text);
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before.Allocated;
        return (ids, StepsOf(tokenizer) - before.Steps, allocated);
    }

    private static long Detailed(Tokenizer tokenizer, string text)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        var encoding = tokenizer.EncodeDetailed(text, options: new() { Truncation = new() { MaximumLength = 512, Stride = 128 } });
        Assert.InRange(encoding.Count, 1, 512);
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }

    // The one scratch that a model lends to one thread after another keeps count.
    private static long StepsOf(Tokenizer tokenizer)
    {
        var model = tokenizer.Parts.Model;
        var scratch = model.Rent();
        var steps = scratch.LongPieces.Steps + scratch.ShortSteps + scratch.WordSteps + scratch.UnigramPath.Steps;
        model.Return(scratch);
        return steps;
    }

    private static long Steps(BytePairModel model, int length, out int count)
    {
        var scratch = new EncodeScratch();
        model.EncodePiece(Enumerable.Repeat((byte)'a', length).ToArray(), scratch);
        count = scratch.Count;
        return scratch.LongPieces.Steps;
    }

    private static (BytePairModel Model, int Longest) Doubling(int levels) =>
        (Model([.. Enumerable.Range(1, levels).Select(level => (level == 1 ? 'a' : 254 + level, level == 1 ? 'a' : 254 + level, 1 << level))]), 1 << levels);

    private static BytePairModel Chain(int links) => Model([.. Enumerable.Range(1, links).Select(link => (link == 1 ? 'a' : 254 + link, (int)'a', link + 1))]);

    /// <summary>A byte-level model in which each rule makes so many a's.</summary>
    private static BytePairModel Model((int Left, int Right, int Length)[] rules)
    {
        var pieces = PieceTable.Of([.. Enumerable.Range(0, 256).Select(value => new[] { (byte)value }), .. rules.Select(rule => Encoding.ASCII.GetBytes(new string('a', rule.Length)))]);
        return new(pieces, new MergeTable([.. rules.Select((rule, rank) => new Merge(rule.Left, rule.Right, 256 + rank))]));
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
        if (name == "added tokens")
        {
            for (var length = 2; length < 12; length++)
                file["added_tokens"]!.AsArray().Add(new JsonObject { ["id"] = 100 + length, ["content"] = new string('a', length) + "b", ["special"] = false, ["normalized"] = length % 2 == 0 });
        }
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
