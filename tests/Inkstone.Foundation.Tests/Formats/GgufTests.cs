using System.Text;
using Inkstone.Foundation.Errors;
using Inkstone.Foundation.Formats;

namespace Inkstone.Foundation.Tests.Formats;

public sealed class GgufTests
{
    private static GgufBytes Sample => new GgufBytes().Add("general.architecture", "llama").Add("count", 7u).Add("big", 1UL << 63).Add("low", -3).Add("small", (byte)200)
        .Add("ratio", 0.5f).Add("flag", true).Add("tokens", new[] { "a", "", "磨墨" }).Add("scores", new[] { 0f, -1.5f }).Add("types", new[] { 1, 2, 3 }).Add("none", Array.Empty<int>());

    [Fact]
    public void ValuesAreReadByTheirNames()
    {
        var bytes = Sample.ToArray();
        var metadata = GgufMetadata.Read(new MemoryStream([.. bytes, 1, 2, 3]), "test");
        Assert.Equal((3, 0L, (long)bytes.Length, 11), (metadata.Version, metadata.TensorCount, metadata.EndOffset, metadata.Names.Count));
        Assert.Equal("llama", metadata.Get("general.architecture").AsString());
        Assert.Equal((7, -3, 200, 0.5, true), (metadata.Get("count").AsInt64(), metadata.Get("low").AsInt64(), metadata.Get("small").AsInt64(), metadata.Get("ratio").AsDouble(), metadata.Get("flag").AsBoolean()));
        Assert.Equal(["a", "", "磨墨"], metadata.Get("tokens").AsTexts().Select(text => Encoding.UTF8.GetString(text.Span)));
        Assert.Equal([0f, -1.5f], metadata.Get("scores").AsSingles());
        Assert.Equal([1, 2, 3], metadata.Get("types").AsInt32s());
        Assert.Equal(0, metadata.Get("none").Count);
        Assert.Null(metadata.Find("absent"));
        Assert.Contains("'absent'", Assert.Throws<InkstoneFormatException>(() => metadata.Get("absent")).Message);
        Assert.Contains("expected a text, found UInt32", Assert.Throws<InkstoneFormatException>(() => metadata.Get("count").AsString()).Message);
        Assert.Contains("63 bits", Assert.Throws<InkstoneFormatException>(() => metadata.Get("big").AsInt64()).Message);
        Assert.Contains("found an array of String", Assert.Throws<InkstoneFormatException>(() => metadata.Get("tokens").AsInt32s()).Message);
    }

    [Fact]
    public void WhatCannotBeIsRefused()
    {
        Assert.Contains("ends too soon", Refusal([1, 2, 3]));
        Assert.Contains("does not begin as a GGUF file", Refusal(Sample.ToArray(magic: "GGML")));
        Assert.Contains("a version that is not read", Refusal(Sample.ToArray(version: 1)));
        Assert.Contains("stands twice", Refusal(new GgufBytes().Add("a", 1).Add("a", 2).ToArray()));
        Assert.Contains("array of arrays", Refusal(new GgufBytes().Add("a", new[] { new[] { 1 } }).ToArray()));
        Assert.Contains("empty or not UTF-8", Refusal(new GgufBytes().Add("", 1).ToArray()));
        var whole = Sample.ToArray();
        for (var length = 0; length < whole.Length; length++)
            Refusal(whole[..length]);
        var counted = (byte[])whole.Clone();
        counted[22] = 1;
        Assert.Contains("too many values", Refusal(counted));
    }

    [Fact]
    public void MutatedMetadataEndsInFormatErrorsAndBoundedMemory()
    {
        var seed = Sample.ToArray();
        var random = TestRandom.Seeded(41);
        var accepted = 0;
        const int Rounds = 100_000;
        for (var round = 0; round < Rounds; round++)
        {
            var bytes = (byte[])seed.Clone();
            for (var times = 1 + random.NextInt(3); times > 0; times--)
                bytes[random.NextInt(bytes.Length)] = (byte)(random.NextInt(3) == 0 ? random.NextInt(256) : random.NextInt(14));
            var before = GC.GetAllocatedBytesForCurrentThread();
            try
            {
                var metadata = GgufMetadata.Read(new MemoryStream(bytes), "fuzz");
                foreach (var name in metadata.Names)
                    Use(metadata.Get(name));
                accepted++;
            }
            catch (InkstoneFormatException)
            {
            }
            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 16 * bytes.Length + (1 << 20));
        }
        Assert.InRange(accepted, Rounds / 100, Rounds);
    }

    private static void Use(GgufValue value)
    {
        if (value.Type == GgufType.String)
            value.AsString();
        else if (value.Type == GgufType.Array && value.ElementType == GgufType.String)
            Assert.Equal(value.Count, value.AsTexts().Count());
        else if (value.Type == GgufType.Array && value.ElementType == GgufType.Float32)
            value.AsSingles();
    }

    private static string Refusal(byte[] bytes) => Assert.Throws<InkstoneFormatException>(() => GgufMetadata.Read(new MemoryStream(bytes), "test")).Message;
}
