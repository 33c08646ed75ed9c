using Inkstone.Foundation.Errors;
using Inkstone.Foundation.Randomness;

namespace Inkstone.Tensors.Tests;

/// <summary>The product that fast kernels are measured by.</summary>
public sealed class ReferenceBlockProductTests
{
    public static TheoryData<WeightFormat> Formats => WeightFormatsTests.BlockFormats;

    [Theory, MemberData(nameof(Formats))]
    public void IsTheProductOfWeightsWithRoundedActivations(WeightFormat format)
    {
        var (weights, activations) = (WeightSamples.RowsOf("normal")[..1024], WeightSamples.Normals(Rng.From(3), 1024));
        var blocks = new byte[format.ByteLength(1024)];
        WeightFormats.Quantize(format, weights, [], blocks);
        WeightFormats.Dequantize(format, blocks, weights);
        var (expected, magnitude) = (0.0, 0.0);
        var rounded = new sbyte[32];
        for (var i = 0; i < weights.Length; i++)
        {
            var scale = ReferenceBlockProduct.Round(activations.AsSpan(i / 32 * 32, 32), rounded);
            var product = (double)weights[i] * scale * rounded[i % 32];
            (expected, magnitude) = (expected + product, magnitude + Math.Abs(product));
            Assert.True(Math.Abs((scale * rounded[i % 32]) - activations[i]) <= 0.501f * scale);
        }
        Assert.True(Math.Abs(expected - ReferenceBlockProduct.Multiply(format, blocks, activations)) <= 2e-6 * magnitude);
    }

    [Fact]
    public void HalvesAreRoundedToTheEvenOne()
    {
        var rounded = new sbyte[32];
        float[] activations = [127, 0.5f, -0.5f, 1.5f, -2.5f, 0.49f, -127, .. new float[25]];
        Assert.Equal(1, ReferenceBlockProduct.Round(activations, rounded));
        Assert.Equal([127, 0, 0, 2, -2, 0, -127, 0], rounded[..8]);
        Assert.Equal(0, ReferenceBlockProduct.Round(new float[32], rounded));
        Assert.All(rounded, value => Assert.Equal(0, value));
    }

    [Theory, MemberData(nameof(Formats))]
    public void WhatIsNotFiniteShows(WeightFormat format)
    {
        var blocks = new byte[format.BlockBytes()];
        WeightFormats.Quantize(format, WeightSamples.RowsOf("normal").AsSpan(0, format.BlockLength()), [], blocks);
        foreach (var bad in (float[])[float.NaN, float.NegativeInfinity])
        {
            var activations = new float[format.BlockLength()];
            activations[5] = bad;
            Assert.False(float.IsFinite(ReferenceBlockProduct.Multiply(format, blocks, activations)));
        }
    }

    [Fact]
    public void WrongLengthsAndDenseFormatsAreRefused()
    {
        Assert.Throws<InkstoneShapeException>(() => ReferenceBlockProduct.Multiply(WeightFormat.Q4_0, new byte[18], new float[64]));
        Assert.Throws<InkstoneRequestException>(() => ReferenceBlockProduct.Multiply(WeightFormat.F16, new byte[2], new float[1]));
    }
}
