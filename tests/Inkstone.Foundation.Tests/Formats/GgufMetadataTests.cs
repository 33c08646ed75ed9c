using System.Text;
using Inkstone.Foundation.Errors;
using Inkstone.Foundation.Formats;

namespace Inkstone.Foundation.Tests.Formats;

public sealed class GgufMetadataTests
{
    private static GgufValues Sample => new GgufValues().Set("general.architecture", "llama").Set("count", 7u).Set("big", 1UL << 63).Set("low", -3).Set("small", (byte)200)
        .Set("ratio", 0.5f).Set("flag", true).SetTexts("tokens", ["a", "", "磨墨"]).SetArray("scores", [0f, -1.5f]).SetArray("types", [1, 2, 3]).SetArray<int>("none", []);

    [Fact]
    public void ValuesAreReadByTheirNames()
    {
        var bytes = Written(Sample);
        var metadata = Read(bytes);
        Assert.Equal((3, 0L, 11), (metadata.Version, metadata.TensorCount, metadata.Names.Count));
        Assert.InRange(bytes.Length - metadata.EndOffset, 0, 31);
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
    public void EveryTypeIsWrittenAsItself()
    {
        var metadata = Read(Written(new GgufValues().Set("a", byte.MaxValue).Set("b", sbyte.MinValue).Set("c", ushort.MaxValue).Set("d", short.MinValue).Set("e", uint.MaxValue).Set("f", int.MinValue)
            .Set("g", float.MaxValue).Set("h", false).Set("i", "é").SetArray<ushort>("j", [1, 65_535]).Set("k", (ulong)long.MaxValue).Set("l", long.MinValue).Set("m", double.MaxValue)));
        Assert.Equal(Enum.GetValues<GgufType>(), metadata.Names.Order(StringComparer.Ordinal).Select(name => metadata.Get(name).Type));
        Assert.Equal([255, -128, 65_535, -32_768, uint.MaxValue, int.MinValue], "abcdef".Select(name => metadata.Get(name.ToString()).AsInt64()));
        Assert.Equal((long.MaxValue, long.MinValue), (metadata.Get("k").AsInt64(), metadata.Get("l").AsInt64()));
        Assert.Equal((float.MaxValue, double.MaxValue, false), (metadata.Get("g").AsDouble(), metadata.Get("m").AsDouble(), metadata.Get("h").AsBoolean()));
        Assert.Equal(("é", GgufType.UInt16), (metadata.Get("i").AsString(), metadata.Get("j").ElementType));
        Assert.Equal([1, 65_535], metadata.Get("j").AsInt32s());
        Assert.Equal(Written(GgufValues.CopyOf(metadata)), Written(GgufValues.CopyOf(Read(Written(GgufValues.CopyOf(metadata))))));
    }

    [Fact]
    public void ValuesKeepTheOrderInWhichTheyWereFirstSet()
    {
        var values = new GgufValues().Set("b", 1).Set("a", 2).Set("c", 3).Set("b", "again");
        Assert.True(values.Remove("c"));
        Assert.False(values.Remove("c"));
        Assert.Equal(["b", "a"], values.Names);
        Assert.Equal("again", Read(Written(values)).Get("b").AsString());
        Assert.Equal(2, values.Count);
    }

    [Fact]
    public void WhatCannotBeWrittenIsRefused()
    {
        Assert.Throws<ArgumentException>(() => new GgufValues().Set("", 1));
        Assert.Throws<ArgumentException>(() => new GgufValues().Set(new string('n', 65_536), 1));
        Assert.Throws<ArgumentException>(() => new GgufValues().Set("x", 'c'));
        Assert.Throws<ArgumentException>(() => new GgufValues().SetArray<decimal>("x", []));
        Assert.ThrowsAny<ArgumentException>(() => new GgufValues().Set("x", "\ud800"));
        Assert.ThrowsAny<ArgumentException>(() => new GgufValues().Set("\ud800", "x"));
        Assert.ThrowsAny<ArgumentException>(() => new GgufValues().SetTexts("x", ["\udc00"]));
    }

    [Theory]
    [InlineData("not finite", float.NaN)]
    [InlineData("not finite", float.NegativeInfinity)]
    public void ANumberThatIsNoneIsRefusedWhenItIsAskedFor(string said, float number) =>
        Assert.Contains(said, Assert.Throws<InkstoneFormatException>(() => Read(Written(new GgufValues().SetArray("x", [0, number]))).Get("x").AsSingles()).Message);

    /// <summary>Many small things take the most memory beside the bytes they stand in.</summary>
    [Fact]
    public void LargeHostileHeadsTakeBoundedMemory()
    {
        var values = new GgufDraft();
        for (var i = 0; i < GgufMetadata.MaximumCount; i++)
            values.Values.Add(new($"{i:x}") { Type = (uint)GgufType.UInt8, Parts = { (0, 1) } });
        var tensors = new GgufDraft { Alignment = 1, Values = { GgufDraft.Value.Alignment(1) } };
        for (var i = 0; i < 100_000; i++)
            tensors.Tensors.Add(new($"{i:x}", GgufTensorType.I8) { Bytes = 1 });
        var texts = new GgufDraft { Values = { new("texts") { Type = (uint)GgufType.Array, ElementType = (uint)GgufType.String, Count = 500_000 } } };
        for (var i = 0; i < 500_000; i++)
            texts.Values[0].AddText("");
        var bytes = new GgufDraft { Values = { new("bytes") { Type = (uint)GgufType.Array, Count = 5_000_000 } }, DataMore = 5_000_000 };
        foreach (var draft in (GgufDraft[])[values, tensors, texts, bytes])
        {
            var file = draft.ToArray();
            for (var cut = 0; cut < 2; cut++)
            {
                var stream = new MemoryStream(file, 0, file.Length - cut);
                var before = GC.GetAllocatedBytesForCurrentThread();
                try
                {
                    Assert.Equal(draft.Tensors.Count, GgufHeader.Read(stream, "large").Tensors.Count);
                    Assert.Equal(0, cut);
                }
                catch (InkstoneFormatException)
                {
                    Assert.Equal(1, cut);
                }
                Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, (16L * file.Length) + (1 << 20));
            }
        }
    }

    private static byte[] Written(GgufValues values)
    {
        var bytes = new MemoryStream();
        GgufWriter.Write(values, [], bytes);
        return bytes.ToArray();
    }

    private static GgufMetadata Read(byte[] bytes) => GgufMetadata.Read(new MemoryStream(bytes), "test");
}
