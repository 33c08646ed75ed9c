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

    /// <summary>The blocks of all types that ggml still has, as tests/oracles/ggml-types.py prints them.</summary>
    [Fact]
    public void BlocksAreThoseOfGgml()
    {
        const string Ggml = "F32 1 4, F16 1 2, Q4_0 32 18, Q4_1 32 20, Q5_0 32 22, Q5_1 32 24, Q8_0 32 34, Q8_1 32 36, Q2_K 256 84, Q3_K 256 110, Q4_K 256 144, Q5_K 256 176, Q6_K 256 210, Q8_K 256 292, "
            + "IQ2_XXS 256 66, IQ2_XS 256 74, IQ3_XXS 256 98, IQ1_S 256 50, IQ4_NL 32 18, IQ3_S 256 110, IQ2_S 256 82, IQ4_XS 256 136, I8 1 1, I16 1 2, I32 1 4, I64 1 8, F64 1 8, IQ1_M 256 56, BF16 1 2, "
            + "TQ1_0 256 54, TQ2_0 256 66, MXFP4 32 17, NVFP4 64 36, Q1_0 128 18, Q2_0 64 18";
        int[] withdrawn = [4, 5, 31, 32, 33, 36, 37, 38];
        var types = Enum.GetValues<GgufTensorType>();
        Assert.Equal(Enumerable.Range(0, GgufTensorTypes.Count), types.Select(type => (int)type));
        Assert.Equal(Ggml, string.Join(", ", types.Where(type => !withdrawn.Contains((int)type)).Select(type => $"{type} {type.BlockLength()} {type.BlockBytes()}")));
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
