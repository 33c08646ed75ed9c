using System.IO.Compression;
using System.Text;
using Inkstone.Foundation.Errors;
using Inkstone.Foundation.Randomness;

namespace Inkstone.Evaluation.Tests;

public sealed class CompressionBaselineTests
{
    [Fact]
    public void CountsTheBytesOfOneStreamWithSeparators()
    {
        var documents = Enumerable.Range(0, 300).Select(i => Bytes($"Document {i} tells of the {i * i} ways to write a {i % 7}.")).ToArray();
        var joined = documents.SelectMany(d => d.ToArray().Append(CompressionBaseline.Separator)).ToArray();
        using var stream = new MemoryStream();
        using (var brotli = new BrotliStream(stream, CompressionLevel.SmallestSize, leaveOpen: true)) // the platform's name for level 11
            brotli.Write(joined);

        var score = CompressionBaseline.Measure(documents);
        Assert.Equal(documents.Sum(d => (long)d.Length), score.TextBytes);
        Assert.Equal(300, score.DocumentCount);
        Assert.Equal(8.0 * score.CompressedBytes / score.TextBytes, score.BitsPerByte, 1e-12);
        Assert.InRange(score.CompressedBytes, stream.Length * 0.98, stream.Length * 1.02); // the stream's window is smaller
    }

    [Fact]
    public void RandomBytesDoNotShrinkAndRepeatedOnesDo()
    {
        var rng = Rng.From(1);
        var random = Enumerable.Range(0, 100_000).Select(i => (byte)rng.WordAt((ulong)i)).ToArray();
        Assert.InRange(CompressionBaseline.Measure([random]).BitsPerByte, 8.0, 8.01);
        Assert.InRange(CompressionBaseline.Measure([new byte[100_000]]).BitsPerByte, 0, 0.01);
    }

    [Fact]
    public void TheWindowReachesFurtherThanFourMebibytes()
    {
        var rng = Rng.From(2);
        var random = Enumerable.Range(0, 200_000).Select(i => (byte)rng.WordAt((ulong)i)).ToArray();
        var filler = new byte[5 << 20]; // a window of 22 bits would have forgotten the first copy
        Assert.InRange(CompressionBaseline.Measure([random, filler, random]).CompressedBytes, 200_000, 202_000);
    }

    [Fact]
    public void DocumentEndsCost()
    {
        var rng = Rng.From(3);
        var pieces = Enumerable.Range(0, 2_000).Select(i => Bytes(new string((char)('a' + rng.WordAt((ulong)i) % 26), 1 + (int)(rng.WordAt((ulong)i) >> 8) % 9))).ToArray();
        var whole = pieces.SelectMany(p => p.ToArray()).ToArray();
        Assert.True(CompressionBaseline.Measure(pieces).CompressedBytes > CompressionBaseline.Measure([whole]).CompressedBytes);
    }

    [Fact]
    public void NoTextIsAnError()
    {
        Assert.Throws<InkstoneRequestException>(() => CompressionBaseline.Measure([]));
        Assert.Throws<InkstoneRequestException>(() => CompressionBaseline.Measure([ReadOnlyMemory<byte>.Empty]));
    }

    private static ReadOnlyMemory<byte> Bytes(string text) => Encoding.UTF8.GetBytes(text);
}
