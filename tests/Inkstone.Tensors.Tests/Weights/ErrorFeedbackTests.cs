using Inkstone.Foundation.Errors;
using Inkstone.Foundation.Randomness;

namespace Inkstone.Tensors.Tests;

/// <summary>Rounding that makes up for its errors.</summary>
public sealed class ErrorFeedbackTests
{
    private const int Columns = 512;

    public static TheoryData<WeightFormat> BlockFormats => WeightFormatsTests.BlockFormats;

    [Theory, MemberData(nameof(BlockFormats))]
    public void WithAnIdentityItIsPlainRoundingBitForBit(WeightFormat format)
    {
        foreach (var kind in WeightSamples.Kinds)
        {
            var weights = WeightSamples.RowsOf(kind).AsMemory(0, 12 * Columns);
            var plain = new byte[format.ByteLength(weights.Length)];
            WeightFormats.Quantize(format, weights.Span, [], plain);
            foreach (var factor in (float[])[1, 0.37f, 0])
            {
                var moments = new float[Columns * Columns];
                for (var i = 0; i < Columns; i++)
                    moments[i * Columns + i] = factor;
                foreach (var byActivation in (bool[])[false, true])
                    Assert.Equal(plain, Rounded(ErrorFeedback.Create(moments, Columns, byActivation: byActivation), format, weights));
            }
        }
    }

    [Theory, MemberData(nameof(BlockFormats))]
    public void TheErrorOfTheOutputFalls(WeightFormat format)
    {
        var moments = Moments(1_024);
        var weights = WeightSamples.RowsOf("normal").AsMemory(0, 16 * Columns);
        var plain = new byte[format.ByteLength(weights.Length)];
        WeightFormats.Quantize(format, weights.Span, [], plain);
        var before = OutputError(format, weights.Span, plain, moments);
        foreach (var byActivation in (bool[])[false, true])
        {
            var after = OutputError(format, weights.Span, Rounded(ErrorFeedback.Create(moments, Columns, byActivation: byActivation), format, weights), moments);
            Assert.True(after < 0.85 * before, FormattableString.Invariant($"{format}, by activation {byActivation}: {after} after {before}"));
        }
    }

    [Fact]
    public void RoundingIsThatOfTheDefinition()
    {
        const int N = 64;
        var rng = Rng.From(3);
        var inputs = WeightSamples.Normals(rng.Split("x"), 200 * N);
        var moments = new float[N * N];
        for (var i = 0; i < N; i++)
            for (var j = 0; j < N; j++)
                moments[i * N + j] = (float)Enumerable.Range(0, 200).Sum(row => (double)inputs[row * N + i] * inputs[row * N + j] * (1 + i % 3) * (1 + j % 3));
        var weights = WeightSamples.Normals(rng.Split("w"), 3 * N);
        var blocks = Rounded(ErrorFeedback.Create(moments, N), WeightFormat.Q8_0, weights);
        var read = new float[weights.Length];
        WeightFormats.Dequantize(WeightFormat.Q8_0, blocks, read);
        var upper = UnitUpper(moments, N);
        for (var row = 0; row < 3; row++)
            for (var k = 0; k < N; k++)
            {
                var target = weights[row * N + k] + Enumerable.Range(0, k).Sum(j => (weights[row * N + j] - (double)read[row * N + j]) * upper[j, k]);
                var scale = (double)BitConverter.ToHalf(blocks.AsSpan((row * N + k) / 32 * 34, 2));
                // a value at the end of the levels may be cut
                Assert.True(Math.Abs(target - read[row * N + k]) <= 0.5001 * scale || Math.Abs(read[row * N + k]) >= 126.9 * scale, $"{row}, {k}");
            }
    }

    [Fact]
    public void MomentsOfFewInputsAreFactorisedToo()
    {
        var moments = Moments(5);
        var weights = WeightSamples.RowsOf("normal").AsMemory(0, 8 * Columns);
        var plain = new byte[WeightFormat.Q4_0.ByteLength(weights.Length)];
        WeightFormats.Quantize(WeightFormat.Q4_0, weights.Span, [], plain);
        var found = Rounded(ErrorFeedback.Create(moments, Columns), WeightFormat.Q4_0, weights);
        Assert.True(OutputError(WeightFormat.Q4_0, weights.Span, found, moments) < 0.1 * OutputError(WeightFormat.Q4_0, weights.Span, plain, moments));
    }

    [Fact]
    public void WhatDoesNotFitIsRefused()
    {
        Assert.Throws<InkstoneShapeException>(() => ErrorFeedback.Create(new float[5], 2));
        Assert.Throws<InkstoneNumericException>(() => ErrorFeedback.Create(new float[] { 1, float.NaN, 0, 1 }, 2));
        var feedback = ErrorFeedback.Create(new float[64 * 64], 64);
        Assert.Throws<InkstoneShapeException>(() => feedback.Quantize(WeightFormat.Q4_0, new float[32], new byte[18]));
        Assert.Throws<InkstoneShapeException>(() => feedback.Quantize(WeightFormat.Q4_K, new float[256], new byte[144]));
        Assert.Throws<InkstoneRequestException>(() => feedback.Quantize(WeightFormat.F16, new float[64], new byte[128]));
        Assert.Throws<InkstoneNumericException>(() => feedback.Quantize(WeightFormat.Q4_0, Enumerable.Repeat(float.NaN, 64).ToArray(), new byte[36]));
    }

    private static byte[] Rounded(ErrorFeedback feedback, WeightFormat format, ReadOnlyMemory<float> weights)
    {
        var bytes = new byte[format.ByteLength(weights.Length)];
        feedback.Quantize(format, weights, bytes);
        return bytes;
    }

    /// <summary>Σ x·xᵀ of inputs whose neighbouring columns go together, some of them large.</summary>
    private static float[] Moments(int count)
    {
        var draws = WeightSamples.Normals(Rng.From(17), count * Columns);
        var x = Tensor.From([.. draws.Select((value, i) => (i % 37 == 5 ? 4 : 1) * (value + (i % Columns < 3 ? 0 : draws[i - 1] + draws[i - 2])))], [count, Columns]);
        return x.MatMul(x, transposeThis: true).ToArray();
    }

    private static double OutputError(WeightFormat format, ReadOnlySpan<float> weights, byte[] blocks, float[] moments)
    {
        var read = new float[weights.Length];
        WeightFormats.Dequantize(format, blocks, read);
        for (var i = 0; i < read.Length; i++)
            read[i] -= weights[i];
        var error = Tensor.From(read, [read.Length / Columns, Columns]);
        return (error.MatMul(Tensor.From(moments, [Columns, Columns])) * error).Sum().ToScalar();
    }

    /// <summary>U of H = U·D·Uᵀ, from the last column on, as it is defined.</summary>
    private static double[,] UnitUpper(float[] moments, int n)
    {
        var (upper, pivots) = (new double[n, n], new double[n]);
        var added = ErrorFeedback.DefaultDamping * Enumerable.Range(0, n).Average(i => (double)moments[i * n + i]);
        for (var k = n - 1; k >= 0; k--)
        {
            pivots[k] = moments[k * n + k] + added - Enumerable.Range(k + 1, n - k - 1).Sum(m => upper[k, m] * upper[k, m] * pivots[m]);
            for (var j = 0; j < k; j++)
                upper[j, k] = (moments[j * n + k] - Enumerable.Range(k + 1, n - k - 1).Sum(m => upper[j, m] * upper[k, m] * pivots[m])) / pivots[k];
        }
        return upper;
    }
}
