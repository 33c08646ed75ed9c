using Inkstone.Foundation.Errors;
using Inkstone.Foundation.Randomness;

namespace Inkstone.Tensors.Tests;

/// <summary>Facts of formats, bounds of lengths, and what is refused.</summary>
public sealed class WeightFormatsTests
{
    public static TheoryData<WeightFormat> Formats => [.. WeightFormats.All];

    public static TheoryData<WeightFormat> BlockFormats => [.. WeightFormats.All.Where(format => format.BlockLength() > 1)];

    [Theory, MemberData(nameof(Formats))]
    public void NamesAndNumbersLeadBack(WeightFormat format)
    {
        Assert.True(WeightFormats.TryParse(format.Name().ToLowerInvariant(), out var named));
        Assert.True(WeightFormats.TryFromGgufId(format.GgufId(), out var numbered));
        Assert.Equal((format, format), (named, numbered));
    }

    [Fact]
    public void TableIsInOrderAndSizesAreThoseOfGguf()
    {
        Assert.Equal(Enum.GetValues<WeightFormat>(), WeightFormats.All);
        Assert.Equal(
            [(0, 1, 4), (1, 1, 2), (30, 1, 2), (8, 32, 34), (2, 32, 18), (3, 32, 20), (6, 32, 22), (7, 32, 24), (10, 256, 84), (11, 256, 110),
             (12, 256, 144), (13, 256, 176), (14, 256, 210), (20, 32, 18), (23, 256, 136), (39, 32, 17)],
            WeightFormats.All.Select(format => (format.GgufId(), format.BlockLength(), format.BlockBytes())));
    }

    [Fact]
    public void UnknownNamesAndNumbersAreNone()
    {
        Assert.False(WeightFormats.TryParse("IQ2_XS", out _));
        Assert.False(WeightFormats.TryFromGgufId(17, out _));
        Assert.False(WeightFormats.TryFromGgufId(-1, out _));
        Assert.Throws<InkstoneRequestException>(() => ((WeightFormat)200).Name());
    }

    [Fact]
    public void ByteLengthIsChecked()
    {
        Assert.Equal(0, WeightFormat.Q4_K.ByteLength(0));
        Assert.Equal(1L << 40, WeightFormat.F16.ByteLength(1L << 39));
        Assert.Throws<InkstoneShapeException>(() => WeightFormat.Q4_K.ByteLength(32));
        Assert.Throws<InkstoneShapeException>(() => WeightFormat.Q8_0.ByteLength(-32));
        Assert.Throws<InkstoneResourceException>(() => WeightFormat.F32.ByteLength(long.MaxValue));
    }

    [Theory, MemberData(nameof(Formats))]
    public void WrongLengthsAreRefused(WeightFormat format)
    {
        var (length, bytes) = (format.BlockLength(), format.BlockBytes());
        Assert.Throws<InkstoneShapeException>(() => WeightFormats.Dequantize(format, new byte[bytes - 1], new float[length]));
        Assert.Throws<InkstoneShapeException>(() => WeightFormats.Dequantize(format, new byte[bytes], new float[2 * length]));
        Assert.Throws<InkstoneShapeException>(() => WeightFormats.Quantize(format, new float[length], [], new byte[bytes + 1]));
        Assert.Throws<InkstoneShapeException>(() => WeightFormats.Quantize(format, new float[2 * length], new float[3 * length], new byte[2 * bytes]));
        WeightFormats.Dequantize(format, [], []);
        WeightFormats.Quantize(format, [], [], []);
    }

    [Theory, MemberData(nameof(BlockFormats))]
    public void WhatIsNoNumberIsRefused(WeightFormat format)
    {
        var bytes = new byte[format.BlockBytes()];
        foreach (var bad in (float[])[float.NaN, float.PositiveInfinity, -1e20f])
        {
            var weights = new float[format.BlockLength()];
            float[] importance = [.. weights[1..], Math.Abs(bad)];
            Assert.Throws<InkstoneNumericException>(() => WeightFormats.Quantize(format, weights, importance, bytes));
            importance[^1] = -1;
            Assert.Throws<InkstoneNumericException>(() => WeightFormats.Quantize(format, weights, importance, bytes));
            weights[^1] = bad;
            Assert.Throws<InkstoneNumericException>(() => WeightFormats.Quantize(format, weights, [], bytes));
        }
    }

    [Theory, MemberData(nameof(BlockFormats))]
    public void WrittenBlocksAreFiniteWhateverTheWeights(WeightFormat format)
    {
        var rng = Rng.From(8);
        foreach (var size in (float[])[0, float.Epsilon, 1e-38f, 1e-20f, 1e-9f, 1e-6f, 1, 1e5f, 1e8f, 7e16f])
        {
            var weights = WeightSamples.Normals(rng, 256).Select(value => Math.Clamp(value, -1, 1) * size).ToArray();
            var importance = WeightSamples.Normals(rng.Split(1), 256).Select(value => Math.Clamp(value, 0, 1) * size).ToArray();
            foreach (var counted in (float[][])[[], importance, new float[256]])
                Assert.All(WeightSamples.RoundTrip(format, weights, counted), read => Assert.True(float.IsFinite(read)));
        }
    }

    [Theory, MemberData(nameof(BlockFormats))]
    public void WhatWasReadIsWrittenAgainWithoutLoss(WeightFormat format)
    {
        var rows = WeightSamples.RowsOf("normal")[..1024];
        var once = WeightSamples.RoundTrip(format, rows, []);
        var twice = WeightSamples.RoundTrip(format, once, []);
        Assert.True(WeightSamples.Error(once, twice, []) <= 0.25 * WeightSamples.Error(rows, once, []));
    }

    [Theory, MemberData(nameof(BlockFormats))]
    public void ImportanceRepeatsForEachRow(WeightFormat format)
    {
        var (row, importance) = (WeightSamples.RowsOf("heavy")[..1024], WeightSamples.Importance());
        var one = WeightSamples.RoundTrip(format, row, importance);
        Assert.Equal([.. one, .. one], WeightSamples.RoundTrip(format, [.. row, .. row], importance));
        Assert.Equal(WeightSamples.RoundTrip(format, row, []), WeightSamples.RoundTrip(format, row, new float[1024]));
    }
}
