using Inkstone.Foundation.Errors;
using Inkstone.Foundation.Formats;
using Xunit.Abstractions;

namespace Inkstone.Tokenizers.Tests;

/// <summary>Published tokenizers as GGUF metadata, read back: the same tokens and the same ids; and from there as tokenizer.json again.</summary>
public sealed class GgufWritingTests(ITestOutputHelper output)
{
    /// <summary>Tokenizers by name, and of how many lines a reading by llama.cpp's rules may differ.</summary>
    internal static Dictionary<string, (Func<Tokenizer> Load, int Different)> All { get; } = new()
    {
        ["llama2"] = (() => File("llama2/tokenizer.model"), 0),
        ["mistral"] = (() => File("mistral/mistral_instruct_tokenizer_240323.model.v3", "tokenizer.model"), 0),
        ["llama2-stages"] = (() => Json("llama2"), 0),
        ["phi3"] = (() => Folder("phi3"), 0),
        ["gpt2"] = (() => Json("gpt2"), 0),
        ["qwen2"] = (() => Json("qwen2"), 0),
        ["llama3"] = (() => File("llama3/tokenizer.model"), 0),
        ["cl100k"] = (() => File("tiktoken/cl100k_base.tiktoken"), 0),
        ["minilm"] = (() => Json("minilm"), 0),
        ["bert-cased"] = (() => Json("bert-cased"), 0),
        ["bert-uncased"] = (() => Json("bert-uncased"), 0),
        ["bert-chinese"] = (() => Json("bert-chinese"), 0),
        ["xlnet"] = (() => File("xlnet/spiece.model"), 0),
        ["xlnet-stages"] = (() => Json("xlnet"), 1), // a dash beyond ASCII
        ["sentencepiece"] = (() => File("sentencepiece/test_model.model"), 3),
    };

    public static TheoryData<string> Names => [.. All.Keys];

    [SharedDataTheory, MemberData(nameof(Names))]
    public void WrittenAndReadGivesTheSameIds(string name)
    {
        var (load, allowed) = All[name];
        var tokenizer = load();
        var values = new GgufValues().Set("general.architecture", "llama");
        var notes = tokenizer.WriteGguf(values, name);
        var read = Tokenizer.FromGguf(ToMetadata(values));
        Assert.Equal(tokenizer.VocabularySize, read.VocabularySize);
        var (different, lines) = (0, 0);
        var back = Tokenizer.FromJson(read.WithStages().ToJson(), read.Roles);
        var differentBack = 0;
        foreach (var line in PublishedTokenizers.Lines(150).Where(line => line.IsNormalized()))
        {
            lines++;
            var ids = tokenizer.Encode(line);
            if (!ids.AsSpan().SequenceEqual(back.Encode(line)) && differentBack++ < 5)
                output.WriteLine($"{line}\n  {string.Join(' ', ids.Select(tokenizer.IdToToken))}\n  {string.Join(' ', back.Encode(line).Select(back.IdToToken))}");
            if (ids.AsSpan().SequenceEqual(read.Encode(line)))
                continue;
            if (different++ < 5)
                output.WriteLine($"{line}\n  {string.Join(' ', ids.Select(tokenizer.IdToToken))}\n  {string.Join(' ', read.Encode(line).Select(read.IdToToken))}");
        }
        output.WriteLine($"{name}: {lines} lines, {different} differ, {differentBack} as tokenizer.json; not kept: {string.Join("; ", notes)}");
        Assert.InRange(different, 0, allowed);
        Assert.InRange(differentBack, 0, allowed);
        Assert.Equal(tokenizer.EndOfText, read.EndOfText);
        for (var id = 0; id < tokenizer.VocabularySize; id++)
            Assert.Equal(tokenizer.IdToToken(id) ?? $"[PAD{id}]", read.IdToToken(id));
    }

    [Fact]
    public void RowsBeyondTheVocabularyHaveNamesOfTheirOwn()
    {
        var tokenizer = Tokenizer.FromGguf(GgufSamples.Small["gpt2"]().ToMetadata());
        var values = new GgufValues();
        tokenizer.WriteGguf(values, "x", size: 300);
        var read = Tokenizer.FromGguf(ToMetadata(values));
        Assert.Equal(300, read.VocabularySize);
        Assert.Equal("[PAD299]", read.IdToToken(299));
        Assert.Equal(tokenizer.Encode("ab ab"), read.Encode("ab ab"));
        Assert.Throws<InkstoneRequestException>(() => tokenizer.WriteGguf(new(), "x", size: 100));
    }

    public static TheoryData<string> Pres => ["gpt-2", "llama-bpe", "dbrx", "qwen2", "starcoder", "falcon", "deepseek-v3", "deepseek-coder", "deepseek-llm", "gpt-4o"];

    /// <summary>Of the names beside each other's stages, each leads to itself: metadata, stages of a tokenizer.json, metadata.</summary>
    [SharedDataTheory, MemberData(nameof(Pres))]
    public void NamesOfPreTokenizersComeBack(string pre)
    {
        var tokenizer = Tokenizer.FromGguf(GgufSamples.Patterns[Alike(pre)]().Tokenizer("pre", pre).ToMetadata());
        var back = Tokenizer.FromJson(tokenizer.WithStages().ToJson());
        var values = new GgufValues();
        back.WriteGguf(values);
        Assert.Equal(pre == "llama-bpe" ? "llama-bpe" : pre, ToMetadata(values).Get("tokenizer.ggml.pre").AsString());
    }

    [Fact]
    public void WhatGgufLacksIsRefused()
    {
        var words = Tokenizer.FromJson("""{"added_tokens": [], "model": {"type": "WordLevel", "vocab": {"<unk>": 0, "a": 1}, "unk_token": "<unk>"}}"""u8);
        Assert.Throws<InkstoneRequestException>(() => words.WriteGguf(new()));
        var spaced = Tokenizer.FromGguf(GgufSamples.Small["gpt2"]().ToMetadata());
        var other = new Tokenizer(spaced.Parts with { PreTokenizer = new WhitespaceSplitStage() });
        Assert.Throws<InkstoneRequestException>(() => other.WriteGguf(new()));
        var lowered = new Tokenizer(spaced.Parts with { Normalizer = new LowercaseNormalizer() });
        Assert.Throws<InkstoneRequestException>(() => lowered.WriteGguf(new()));
    }

    [Theory]
    [InlineData("llama")]
    [InlineData("gpt2")]
    [InlineData("bert")]
    [InlineData("t5")]
    public void EachKindComesBack(string kind)
    {
        var tokenizer = Tokenizer.FromGguf(GgufSamples.Small[kind]().ToMetadata());
        var values = new GgufValues();
        if (kind == "llama")
        {
            // without tokens of bytes it is not one that llama.cpp can use
            Assert.Throws<InkstoneRequestException>(() => tokenizer.WriteGguf(values));
            return;
        }
        tokenizer.WriteGguf(values);
        var read = Tokenizer.FromGguf(ToMetadata(values));
        foreach (var text in (string[])["ab", " ab a", "b.a", "<b>ab", "a  b"])
            Assert.Equal(tokenizer.EncodeDetailed(text, null, new() { AddSpecial = true }).Ids, read.EncodeDetailed(text, null, new() { AddSpecial = true }).Ids);
    }

    internal static byte[] ToBytes(GgufValues values)
    {
        var stream = new MemoryStream();
        GgufWriter.Write(values, [], stream);
        return stream.ToArray();
    }

    private static GgufMetadata ToMetadata(GgufValues values) => GgufMetadata.Read(new MemoryStream(ToBytes(values)), "test.gguf");

    /// <summary>The name under which the samples have the same list of patterns.</summary>
    private static string Alike(string pre) => GgufSamples.Patterns.Keys.First(name => GgufPattern.Find(name)!.Equals(GgufPattern.Find(pre)) || GgufPattern.Find(name)!.Patterns.SequenceEqual(GgufPattern.Find(pre)!.Patterns));

    private static Tokenizer Json(string name) => Tokenizer.FromJson(PublishedTokenizers.Json(name));

    private static Tokenizer File(string path) => Tokenizer.Load(SharedData.Path("tokenizers/" + path));

    private static Tokenizer File(string path, string name) => Tokenizer.FromSentencePiece(System.IO.File.ReadAllBytes(SharedData.Path("tokenizers/" + path)), name);

    private static Tokenizer Folder(string path) => Tokenizer.Load(SharedData.Path("tokenizers/" + path));
}
