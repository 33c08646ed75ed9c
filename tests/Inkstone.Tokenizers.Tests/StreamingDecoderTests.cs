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
}
