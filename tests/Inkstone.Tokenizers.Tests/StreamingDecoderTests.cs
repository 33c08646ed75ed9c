using System.Text;
using Inkstone.Foundation.Randomness;

namespace Inkstone.Tokenizers.Tests;

public sealed class StreamingDecoderTests
{
    [Fact]
    public void EqualsDecodingTheWholeWhateverTheBytes()
    {
        var random = Rng.From(20).Cursor();
        // Bytes that begin, continue and break off sequences of every length.
        byte[] awkward = [0x41, 0x80, 0xBF, 0xC2, 0xC0, 0xE0, 0xE4, 0xB8, 0xAD, 0xED, 0xA0, 0xF0, 0x9F, 0x99, 0x82, 0xF4, 0x90, 0xF5, 0xFF];
        for (var i = 0; i < 5000; i++)
        {
            var ids = new int[random.NextInt(12)];
            foreach (ref var id in ids.AsSpan())
                id = random.NextInt(3) == 0 ? random.NextInt(700) : Samples.Trained.ByteLevelModel!.ByteIds[awkward[random.NextInt(awkward.Length)]];
            var decoder = new StreamingDecoder(Samples.Trained);
            var text = new StringBuilder();
            foreach (var id in ids)
                text.Append(decoder.Append(id));
            Assert.Equal(Samples.Trained.Decode(ids), text.Append(decoder.Finish()).ToString());
            Assert.False(decoder.IsHolding);
        }
    }

    public static TheoryData<string> Published =>
    [
        "gpt2/tokenizer.json", "phi3/tokenizer.json", "bert/all-MiniLM-L6-v2.tokenizer.json", "bert/bert-base-cased-vocab.txt", "bert/bert-base-uncased-vocab.txt", "bert/bert-base-chinese-vocab.txt",
        "qwen2", "llama3/tokenizer.model", "tiktoken/cl100k_base.tiktoken", "llama2/tokenizer.model", "mistral/mistral_instruct_tokenizer_240323.model.v3", "xlnet/spiece.model",
        "cluecorpussmall_spm.model", "sentencepiece/test_model.model", "sentencepiece/test_ja_model.model",
    ];

    [SharedDataTheory, MemberData(nameof(Published))]
    public void EqualsDecodingTheWholeOfPublishedVocabularies(string file)
    {
        var path = SharedData.Path("tokenizers/" + file);
        var tokenizer = file.EndsWith(".v3", StringComparison.Ordinal) ? Tokenizer.FromSentencePiece(File.ReadAllBytes(path)) : Tokenizer.Load(path);
        Tokenizer[] forms = tokenizer.Parts.Model.TakesSource ? [tokenizer, tokenizer.WithStages()] : [tokenizer];
        foreach (var form in forms)
        {
            var random = Rng.From(3).Split(file).Cursor();
            foreach (var line in PublishedTokenizers.Lines(60))
                Check(form, form.Encode(line, Specials.All));
            for (var i = 0; i < 2000; i++)
            {
                Check(form, [.. Enumerable.Range(0, random.NextInt(12)).Select(_ => random.NextInt(form.VocabularySize))]);
                Check(form, form.Encode(Samples.Random(random, random.NextInt(30))));
            }
        }

        static void Check(Tokenizer tokenizer, int[] ids)
        {
            foreach (var skip in (bool[])[false, true])
                Assert.Equal(tokenizer.Decode(ids, skip), Stream(tokenizer, ids, skip));
        }
    }

    [Fact]
    public void NeverGivesHalfACharacter()
    {
        var ids = Encoding.UTF8.GetBytes("é中🙂").Select(value => Samples.Trained.ByteLevelModel!.ByteIds[value]);
        var decoder = new StreamingDecoder(Samples.Trained);
        Assert.Equal(["", "é", "", "", "中", "", "", "", "🙂"], ids.Select(decoder.Append));
        Assert.Equal("", decoder.Finish());
    }

    [Fact]
    public void GivesAReplacementAsSoonAsASequenceIsBroken()
    {
        var ids = Samples.Trained.ByteLevelModel!.ByteIds.ToArray();
        var decoder = new StreamingDecoder(Samples.Trained);
        Assert.Equal("", decoder.Append(ids[0xF0]));
        Assert.Equal("", decoder.Append(ids[0x9F]));
        Assert.True(decoder.IsHolding);
        Assert.Equal("\uFFFDa", decoder.Append(ids['a']));
        Assert.Equal("", decoder.Append(ids[0xE4]));
        Assert.Equal("\uFFFD", decoder.Finish());
        Assert.Equal("b", decoder.Append(ids['b']));
    }

    [Fact]
    public void LeavesControlTokensOutWhenAsked()
    {
        var end = Samples.Trained.EndOfText!.Value;
        Assert.Equal("<|endoftext|>", new StreamingDecoder(Samples.Trained).Append(end));
        Assert.Equal("", new StreamingDecoder(Samples.Trained, skipSpecials: true).Append(end));
    }

    [Fact]
    public void WholeCharactersCostNoAllocation()
    {
        var ids = Samples.Trained.Encode("the ink dries on the stone");
        var decoder = new StreamingDecoder(Samples.Trained);
        foreach (var id in ids)
            decoder.Append(id);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 100; i++)
        {
            foreach (var id in ids)
                decoder.Append(id);
        }
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 100);
    }

    /// <summary>What a stream of ids becomes, part by part; no part but the last ends within a character that the next goes on with.</summary>
    internal static string Stream(Tokenizer tokenizer, IEnumerable<int> ids, bool skipSpecials)
    {
        var decoder = new StreamingDecoder(tokenizer, skipSpecials);
        var text = new StringBuilder();
        foreach (var id in ids)
        {
            var part = decoder.Append(id);
            Assert.True(part.Length == 0 || (!char.IsLowSurrogate(part[0]) && !char.IsHighSurrogate(part[^1])));
            text.Append(part);
        }
        text.Append(decoder.Finish());
        Assert.False(decoder.IsHolding);
        return text.ToString();
    }
}
