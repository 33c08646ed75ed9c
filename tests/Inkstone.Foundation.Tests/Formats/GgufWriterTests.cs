using Inkstone.Foundation.Formats;

namespace Inkstone.Foundation.Tests.Formats;

public sealed class GgufWriterTests
{
    [Fact]
    public void TheBytesAreThoseOfTheFormat()
    {
        var stream = new MemoryStream();
        GgufWriter.Write(new GgufValues().Set("k", (ushort)513), [new("t", GgufTensorType.F16, [2, 3], data => data.Write(new byte[12]))], stream);
        byte[] head =
        [
            .. "GGUF"u8, 3, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0,
            1, 0, 0, 0, 0, 0, 0, 0, (byte)'k', 2, 0, 0, 0, 1, 2,
            1, 0, 0, 0, 0, 0, 0, 0, (byte)'t', 2, 0, 0, 0, 3, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
        ];
        Assert.Equal([.. head, .. new byte[96 - head.Length + 32]], stream.ToArray());
    }

    [Fact]
    public void TheWriterRefusesWhatAReaderWould()
    {
        var shapes = new (GgufTensorType Type, long[] Shape)[]
        {
            (GgufTensorType.F32, [0]), (GgufTensorType.F32, [-1]), (GgufTensorType.F32, [1, 1, 1, 1, 1]), (GgufTensorType.Q4_0, []), (GgufTensorType.Q4_K, [256, 32]),
            (GgufTensorType.F32, [1L << 40, 1L << 40]), (GgufTensorType.F64, [1L << 60]), ((GgufTensorType)GgufTensorTypes.Count, [1]), ((GgufTensorType)(-1), [1]),
        };
        foreach (var (type, shape) in shapes)
            Assert.Throws<ArgumentException>(() => Write(new(), new GgufSource("x", type, shape, _ => { })));
        foreach (var name in (string[])["", new('n', 64), new('é', 32)])
            Assert.Throws<ArgumentException>(() => Write(new(), GgufModel.Tensor(name, GgufTensorType.F32)));
        Assert.Throws<ArgumentException>(() => Write(new(), GgufModel.Tensor("x", GgufTensorType.F32), GgufModel.Tensor("x", GgufTensorType.F16)));
        Assert.Throws<ArgumentException>(() => Write(new GgufValues().Set(GgufHeader.AlignmentKey, 48u)));
        Assert.Throws<ArgumentException>(() => Write(new GgufValues().Set(GgufHeader.AlignmentKey, 4u)));
        Assert.Throws<ArgumentException>(() => Write(new GgufValues().Set(GgufHeader.AlignmentKey, 64)));
        Assert.Throws<InvalidOperationException>(() => Write(new(), new GgufSource("x", GgufTensorType.F32, [2], data => data.Write(new byte[7]))));
        Assert.Throws<InvalidOperationException>(() => Write(new(), new GgufSource("x", GgufTensorType.F32, [2], data => data.Write(new byte[9]))));
        Write(new(), GgufModel.Tensor(new('n', 63), GgufTensorType.F32));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(500)]
    [InlineData(3000)]
    [InlineData(7001)]
    [InlineData(1_000_000)]
    public void PartsAreNoLongerThanAllowed(int most)
    {
        var (values, tensors) = (GgufModel.Values.Set(GgufHeader.AlignmentKey, 64u), GgufModel.Tensors);
        var parts = GgufWriter.Split(values, tensors, most);
        Assert.Equal(tensors.Select(tensor => tensor.Name), parts.SelectMany(part => part.Tensors).Select(tensor => tensor.Name));
        for (var i = 0; i < parts.Count; i++)
        {
            var length = GgufWriter.LengthOf(parts[i].Values, parts[i].Tensors);
            Assert.True(length <= most || parts[i].Tensors.Count <= 1, $"part {i} takes {length} bytes");
            var written = new MemoryStream();
            GgufWriter.Write(parts[i].Values, parts[i].Tensors, written);
            Assert.Equal(length, written.Length);
            var header = GgufHeader.Read(written, "part", i);
            Assert.Equal(64, header.Alignment);
            if (parts.Count == 1)
                Assert.Null(header.Metadata.Find("split.count"));
            else
                Assert.Equal((i, parts.Count, tensors.Length), ((int)header.Metadata.Get("split.no").AsInt64(), (int)header.Metadata.Get("split.count").AsInt64(), (int)header.Metadata.Get("split.tensors.count").AsInt64()));
        }
        Assert.Equal(most >= 1_000_000, parts.Count == 1);
    }

    [Fact]
    public void PathsOfPartsAreTheUsualOnes()
    {
        Assert.Equal("a/m-00002-of-00011.gguf", GgufFile.PartPath("a/m.gguf", 2, 11));
        Assert.Equal("m.q8-00001-of-00001.gguf", GgufFile.PartPath("m.q8", 1, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => GgufFile.PartPath("m", 0, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => GgufFile.PartPath("m", 2, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => GgufFile.PartPath("m", 1, 100_000));
    }

    private static void Write(GgufValues values, params GgufSource[] tensors) => GgufWriter.Write(values, tensors, new MemoryStream());
}
