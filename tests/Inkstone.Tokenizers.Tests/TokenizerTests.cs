using System.Buffers;
using System.Text;
using Inkstone.Foundation.Errors;
using Inkstone.Foundation.Randomness;

namespace Inkstone.Tokenizers.Tests;

public sealed class TokenizerTests
{
    private const string End = "<|endoftext|>";
    private static readonly Tokenizer Shared = Samples.Trained;

    [Fact]
    public void TextComesBack()
    {
        var random = Rng.From(10).Cursor();
        foreach (var text in Enumerable.Range(0, 500).Select(i => Samples.Random(random, i)).Append(Samples.Fixture("varied.txt")).Append(""))
            Assert.Equal(text, Shared.Decode(Shared.Encode(text)));
    }

    [Fact]
    public void BytesThatAreNoTextComeBackToo()
    {
        var random = Rng.From(11).Cursor();
        for (var i = 0; i < 500; i++)
        {
            var bytes = Samples.RandomBytes(random, i);
            var ids = Shared.Encode(bytes, keepBroken: true);
            var back = new ArrayBufferWriter<byte>();
            Shared.DecodeBytes(ids, back);
            Assert.Equal(bytes, back.WrittenSpan.ToArray());
            Assert.Equal(Encoding.UTF8.GetString(bytes), Shared.Decode(ids));
            Assert.Equal(Shared.Encode(Encoding.UTF8.GetString(bytes)), Shared.Encode(bytes));
        }
    }

    [Fact]
    public void EveryWayToEncodeGivesTheSame()
    {
        var text = Samples.Fixture("varied.txt");
        var utf8 = Encoding.UTF8.GetBytes(text);
        var expected = Shared.Encode(text);
        List<int> fromText = [7], fromBytes = [7];
        var buffer = new ArrayBufferWriter<int>();
        Shared.Encode(text.AsSpan(), fromText);
        Shared.Encode(utf8, fromBytes);
        Shared.Encode(utf8, buffer);
        Assert.Equal(expected, Shared.Encode(text.AsSpan()));
        Assert.Equal(expected, Shared.Encode(utf8));
        Assert.Equal([7, .. expected], fromText);
        Assert.Equal([7, .. expected], fromBytes);
        Assert.Equal(expected, buffer.WrittenSpan.ToArray());
    }

    [Fact]
    public void ManyThreadsEncodeAsOne()
    {
        var random = Rng.From(12).Cursor();
        // Enough text for several batches.
        var texts = Enumerable.Range(0, 20_000).Select(i => Samples.Random(random, i % 100)).ToList();
        foreach (var threads in (int[])[1, 4])
        {
            foreach (var (text, ids) in texts.Zip(Shared.EncodeAll(texts, threads)))
                Assert.True(ids.AsSpan().SequenceEqual(Shared.Encode(text)));
        }
    }

    [Fact]
    public void ALoneSurrogateBecomesAReplacementCharacter() =>
        Assert.Equal(Shared.Encode("a\uFFFDb"), Shared.Encode("a\uD83Db"));

    [Fact]
    public void AControlTokenInTextIsTextUnlessAskedFor()
    {
        var end = Shared.EndOfText!.Value;
        var text = $"one{End}two {End}";
        Assert.DoesNotContain(end, Shared.Encode(text));
        Assert.Equal(text, Shared.Decode(Shared.Encode(text)));
        int[] expected = [.. Shared.Encode("one"), end, .. Shared.Encode("two "), end];
        Assert.Equal(expected, Shared.Encode(text, Specials.All));
        Assert.Equal(expected, Shared.Encode(text, Specials.Only(End)));
        Assert.Equal(expected, Shared.Encode(Encoding.UTF8.GetBytes(text), Specials.All));
        Assert.Equal(text, Shared.Decode(expected));
        Assert.Equal("onetwo ", Shared.Decode(expected, skipSpecials: true));
    }

    [Fact]
    public void OfOverlappingControlTokensTheLeftmostAndThenTheLongestIsTaken()
    {
        var options = new BpeTrainerOptions { VocabularySize = 300, SpecialTokens = ["<a>", "<a><b>", "a><", "<é>", "<b>"], AllowSmaller = true };
        var tokenizer = BpeTrainer.Train(["some text"], options);
        Assert.Equal([1], tokenizer.Encode("<a><b>", Specials.All));
        Assert.Equal([0, 4], tokenizer.Encode("<a><b>", Specials.Only("<a>", "<b>")));
        Assert.Equal([0, .. tokenizer.Encode("<")], tokenizer.Encode("<a><", Specials.All));
        Assert.Equal([.. tokenizer.Encode("x"), 3, 3], tokenizer.Encode("x<é><é>", Specials.All));
        Assert.Equal([.. tokenizer.Encode("<<<<"), 0], tokenizer.Encode("<<<<<a>", Specials.All));
    }

    [Fact]
    public void AnUnknownNameAmongSpecialsIsRefused()
    {
        var error = Assert.Throws<InkstoneRequestException>(() => Shared.Encode("text", Specials.Only("<nothing>")));
        Assert.Contains("<nothing>", error.Message);
        Assert.Contains(End, error.Message);
    }

    [Fact]
    public void OrdinaryAddedTokensAreAlwaysMatched()
    {
        var model = Shared.ByteLevelModel!;
        var tokenizer = new Tokenizer(model, PreTokenizer.Gpt4, [new(1000, "<tab>", IsSpecial: false), new(1001, End)], SpecialRoles.FromNames([End]));
        Assert.Equal(1002, tokenizer.VocabularySize);
        Assert.Contains(1000, tokenizer.Encode("a<tab>b"));
        Assert.DoesNotContain(1001, tokenizer.Encode($"a{End}b"));
        Assert.Equal("a<tab>b", tokenizer.Decode(tokenizer.Encode("a<tab>b"), skipSpecials: true));
        Assert.Null(tokenizer.IdToToken(900));
        Assert.True(tokenizer.TokenBytes(900).IsEmpty);
    }

    [Fact]
    public void TokensAndIdsAreInverse()
    {
        for (var id = 0; id < Shared.VocabularySize; id++)
        {
            Assert.Equal(id, Shared.TokenToId(Shared.IdToToken(id)!));
            // (Part of a character is cut as the replacement characters it would be shown as.)
            if (!Shared.IsSpecial(id) && System.Text.Unicode.Utf8.IsValid(Shared.TokenBytes(id)))
                Assert.Equal([id], Shared.Encode(Shared.TokenBytes(id)));
        }
        Assert.Null(Shared.TokenToId("no such token"));
        Assert.Null(Shared.TokenToId(""));
        Assert.True(Shared.IsSpecial(Shared.TokenToId(End)!.Value));
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(700)]
    [InlineData(int.MaxValue)]
    public void AnIdOutsideTheVocabularyIsRefused(int id)
    {
        Assert.Throws<InkstoneRequestException>(() => Shared.Decode([id]));
        Assert.Throws<InkstoneRequestException>(() => Shared.TokenBytes(id).Length);
        Assert.Throws<InkstoneRequestException>(() => Shared.IdToToken(id));
        Assert.Throws<InkstoneRequestException>(() => new StreamingDecoder(Shared).Append(id));
    }

    [Fact]
    public void AGiantLineIsEncoded()
    {
        var line = new string('x', 3 << 20);
        Assert.Equal(line, Shared.Decode(Shared.Encode(line)));
    }

    [Fact]
    public void EncodingAllocatesOnlyItsResult()
    {
        var utf8 = Samples.FixtureBytes("varied.txt");
        var destination = new List<int>(10_000);
        // One of its own: the working memory of the shared one may be lent to a test on another thread.
        var tokenizer = Tokenizer.FromJson(Samples.Trained.ToJson());
        Run(200);
        var before = GC.GetAllocatedBytesForCurrentThread();
        Run(100);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1000);

        void Run(int times)
        {
            for (var i = 0; i < times; i++)
            {
                destination.Clear();
                tokenizer.Encode(utf8, destination);
            }
        }
    }

    [Fact]
    public void BytesPrintAsGpt2PrintsThem()
    {
        Assert.Equal('Ġ', ByteLevel.ToCharacter((byte)' '));
        Assert.Equal('Ċ', ByteLevel.ToCharacter((byte)'\n'));
        Assert.Equal('Ā', ByteLevel.ToCharacter(0));
        Assert.Equal('ŀ', ByteLevel.ToCharacter(0x9E));
        Assert.Equal('Ń', ByteLevel.ToCharacter(0xAD));
        Assert.Equal("ä¸ŃæĸĩĠa~", ByteLevel.ToText("中文 a~"u8));
        for (var value = 0; value < 256; value++)
        {
            Assert.True(ByteLevel.TryToByte(ByteLevel.ToCharacter((byte)value), out var back));
            Assert.Equal(value, back);
        }
        Assert.False(ByteLevel.TryToByte(' ', out _));
        Assert.False(ByteLevel.TryToByte('中', out _));
        var bytes = new ArrayBufferWriter<byte>();
        Assert.False(ByteLevel.TryToBytes("a b", bytes));
        Assert.Equal(0, bytes.WrittenCount);
    }
}
