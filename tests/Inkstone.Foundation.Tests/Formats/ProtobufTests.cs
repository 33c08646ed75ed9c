using Inkstone.Foundation.Errors;
using Inkstone.Foundation.Formats;

namespace Inkstone.Foundation.Tests.Formats;

public sealed class ProtobufTests
{
    [Theory]
    [InlineData(0UL, "08-00")]
    [InlineData(1UL, "08-01")]
    [InlineData(150UL, "08-96-01")] // the example of the format's own documentation
    [InlineData(ulong.MaxValue, "08-FF-FF-FF-FF-FF-FF-FF-FF-FF-01")]
    public void NumbersAreWrittenSevenBitsAByte(ulong value, string expected)
    {
        var writer = new ProtobufWriter();
        writer.WriteUInt64(1, value);
        Assert.Equal(expected, BitConverter.ToString(writer.Written.ToArray()));
        var reader = new ProtobufReader(writer.Written, "test");
        Assert.True(reader.Next());
        Assert.Equal(value, reader.ReadUInt64());
        Assert.False(reader.Next());
    }

    [Fact]
    public void WhatIsWrittenIsReadAndWhatIsNotAskedForIsPassedOver()
    {
        var inner = new ProtobufWriter();
        inner.WriteString(1, "磨墨");
        var writer = new ProtobufWriter();
        writer.WriteInt32(1, -1);
        writer.WriteSingle(2, -1.5f);
        writer.WriteBytes(3, [1, 2, 255]);
        writer.WriteMessage(4, inner);
        writer.WriteBoolean(536_870_911, true);
        byte[] bytes = [.. writer.Written, 0x31, 1, 2, 3, 4, 5, 6, 7, 8]; // and eight bytes in field 6
        var reader = new ProtobufReader(bytes, "test");
        var seen = new List<int>();
        while (reader.Next())
        {
            seen.Add(reader.Field);
            if (reader.Field == 1)
                Assert.Equal(-1, reader.ReadInt32());
            if (reader.Field == 2)
                Assert.Equal(-1.5f, reader.ReadFiniteSingle());
            if (reader.Field == 4)
            {
                var message = reader.ReadMessage();
                Assert.True(message.Next());
                Assert.Equal("磨墨", message.ReadString());
            }
        }
        Assert.Equal([1, 2, 3, 4, 536_870_911, 6], seen);
    }

    [Theory]
    [InlineData("0A-05-61", "byte 0, field 1: a length reaches beyond the end; expected at most 1, found 5")]
    [InlineData("0A-FF-FF-FF-FF-FF-FF-FF-FF-FF-01", "a length reaches beyond the end")]
    [InlineData("08-96", "the data ends within a field")]
    [InlineData("08-FF-FF-FF-FF-FF-FF-FF-FF-FF-02", "a number is too long")]
    [InlineData("00", "a field has a number that cannot be")]
    [InlineData("FF-FF-FF-FF-FF-7F", "a field has a number that cannot be")]
    [InlineData("0B", "a field has a wire type that is not read")]
    [InlineData("0E", "a field has a wire type that is not read")]
    [InlineData("0D-00-00", "the data ends within a field")]
    public void BrokenMessagesAreRefused(string hex, string part)
    {
        var bytes = Convert.FromHexString(hex.Replace("-", ""));
        var error = Assert.Throws<InkstoneFormatException>(() => Walk(bytes));
        Assert.Contains(part, error.Message);
    }

    [Fact]
    public void ValuesOfAnotherKindAreRefused()
    {
        var writer = new ProtobufWriter();
        writer.WriteUInt64(1, 1UL << 40);
        writer.WriteSingle(2, float.NaN);
        writer.WriteBytes(3, [0xC0]);
        var bytes = writer.Written.ToArray();
        Assert.Contains("does not fit 32 bits", Refusal(bytes, 1, static (ref ProtobufReader reader) => reader.ReadInt32()));
        Assert.Contains("expected Bytes, found Varint", Refusal(bytes, 1, static (ref ProtobufReader reader) => reader.ReadBytes()));
        Assert.Contains("not finite", Refusal(bytes, 2, static (ref ProtobufReader reader) => reader.ReadFiniteSingle()));
        Assert.Contains("not UTF-8", Refusal(bytes, 3, static (ref ProtobufReader reader) => reader.ReadString()));
    }

    [Fact]
    public void DeepNestingEndsInAnError()
    {
        var writer = new ProtobufWriter();
        for (var i = 0; i < 40; i++)
        {
            var outer = new ProtobufWriter();
            outer.WriteMessage(1, writer);
            writer = outer;
        }
        var bytes = writer.Written.ToArray();
        Assert.Contains("nested too deeply", Assert.Throws<InkstoneFormatException>(() => Descend(new ProtobufReader(bytes, "test"))).Message);
    }

    [Fact]
    public void RandomBytesGiveFormatErrorsOnlyAndCostNothing()
    {
        var random = TestRandom.Seeded(4);
        var accepted = 0;
        for (var round = 0; round < 100_000; round++)
        {
            var bytes = new byte[random.NextInt(24)];
            for (var i = 0; i < bytes.Length; i++)
                bytes[i] = (byte)(random.NextInt(2) == 0 ? random.NextInt(32) : random.NextInt(256));
            var before = GC.GetAllocatedBytesForCurrentThread();
            try
            {
                Walk(bytes);
                accepted++;
            }
            catch (InkstoneFormatException)
            {
            }
            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 16_384);
        }
        Assert.InRange(accepted, 1000, 90_000);
    }

    private delegate void Use(ref ProtobufReader reader);

    private static string Refusal(byte[] bytes, int field, Use use) => Assert.Throws<InkstoneFormatException>(() =>
    {
        var reader = new ProtobufReader(bytes, "test");
        while (reader.Next() && reader.Field != field)
        {
        }
        use(ref reader);
    }).Message;

    private static void Walk(byte[] bytes)
    {
        var reader = new ProtobufReader(bytes, "test");
        while (reader.Next())
        {
        }
    }

    private static void Descend(ProtobufReader reader)
    {
        while (reader.Next())
            Descend(reader.ReadMessage());
    }
}
