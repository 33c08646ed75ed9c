using Inkstone.Foundation.Errors;
using Inkstone.Foundation.Randomness;
using Inkstone.Tensors;
using Inkstone.TestKit;

namespace Inkstone.Models.Tests;

/// <summary>A stack of experts that stays in the format of its file.</summary>
public sealed unsafe class FrozenExpertTests
{
    private const int Experts = 4;
    private const int Columns = 256;
    private const int OutputWidth = 21; // no whole panel

    // expert 1 gets nothing, expert 3 more rows than a short product has
    private static readonly int[] ExpertOfRow = [3, 0, 2, 3, 3, 0, 2, 3, 0, 3, 2, .. Enumerable.Repeat(3, 20)];

    public static TheoryData<string, WeightFormat, bool> Cases()
    {
        var cases = new TheoryData<string, WeightFormat, bool>();
        foreach (var format in WeightFormats.All)
        {
            cases.Add("reference", format, true);
            cases.Add(nameof(VectorWidth.Bits256), format, true);
        }
        cases.Add(nameof(VectorWidth.Bits128), WeightFormat.Q8_0, true);
        cases.Add(nameof(VectorWidth.Bits512), WeightFormat.Q4_K, true);
        cases.Add(nameof(VectorWidth.Bits256), WeightFormat.Q4_0, false);
        return cases;
    }

    [Theory, MemberData(nameof(Cases))]
    public void ARowHasTheBitsOfItsExpertAlone(string backendName, WeightFormat format, bool interleave)
    {
        using var scope = PoolScope.Open();
        var backend = On(backendName);
        var (bytes, _) = Stored(format);
        fixed (byte* data = bytes)
        {
            var source = StoredMatrix.At(format, Experts * OutputWidth, Columns, data, bytes);
            var experts = FrozenExperts.Create(source, Experts, backend, interleave);
            Assert.Equal((Experts, OutputWidth, Columns, format), (experts.Count, experts.Rows, experts.Columns, experts.Format));
            var rows = ExpertOfRow.Length;
            var x = Tensor.RandomNormal([rows, Columns], Rng.From(2), backend: backend);
            var weight = new FrozenExpertWeight(experts);
            var together = weight.MultiplyGrouped(x, Tensor.From(ExpertOfRow, [rows], backend), Pass(rows, backend));
            for (var r = 0; r < rows; r++)
            {
                var row = x.Slice(0, r, 1).Contiguous();
                var alone = weight.MultiplyGrouped(row, Tensor.From([ExpertOfRow[r]], [1], backend), Pass(1, backend));
                Assert.Equal(alone.ToArray(), together.Slice(0, r, 1).ToArray());
                var matrix = FrozenMatrix.Create(source.Slice(ExpertOfRow[r] * OutputWidth, OutputWidth), backend, interleave);
                Assert.Equal(row.Linear(matrix).ToArray(), alone.ToArray());
            }
        }
    }

    [Theory, InlineData("reference"), InlineData(nameof(VectorWidth.Bits256))]
    public void GradientReachesTheRows(string backendName)
    {
        using var scope = PoolScope.Open();
        var backend = On(backendName);
        var (bytes, numbers) = Stored(WeightFormat.Q8_0);
        fixed (byte* data = bytes)
        {
            var experts = FrozenExperts.Create(StoredMatrix.At(WeightFormat.Q8_0, Experts * OutputWidth, Columns, data, bytes), Experts, backend);
            var rows = ExpertOfRow.Length;
            var x = Tensor.RandomNormal([rows, Columns], Rng.From(2), backend: backend);
            var cotangent = Tensor.RandomNormal([rows, OutputWidth], Rng.From(3), backend: backend);
            using var tape = Tape.Record();
            var watched = tape.Watch(x);
            tape.Backward(watched.MatMulGrouped(experts, Tensor.From(ExpertOfRow, [rows], backend)), cotangent);
            var gs = cotangent.ToDoubles();
            var expected = new double[rows * Columns];
            for (var r = 0; r < rows; r++)
                for (var o = 0; o < OutputWidth; o++)
                    for (var i = 0; i < Columns; i++)
                        expected[r * Columns + i] += gs[r * OutputWidth + o] * numbers[(ExpertOfRow[r] * OutputWidth + o) * Columns + i];
            TensorAssert.Close(expected, tape.Gradient(watched).ToDoubles(), 2e-6, "gradient of the rows");
        }
    }

    [Fact]
    public void WhatDoesNotFitIsRefused()
    {
        using var scope = PoolScope.Open();
        var backend = Backend.Default;
        var (bytes, _) = Stored(WeightFormat.Q8_0);
        fixed (byte* data = bytes)
        {
            var source = StoredMatrix.At(WeightFormat.Q8_0, Experts * OutputWidth, Columns, data, bytes);
            Assert.Throws<InkstoneShapeException>(() => FrozenExperts.Create(source, 5, backend));
            var weight = new FrozenExpertWeight(FrozenExperts.Create(source, Experts, backend));
            var (pass, x) = (Pass(1, backend), Tensor.Zeros([1, Columns], backend: backend));
            Assert.Throws<InkstoneRequestException>(() => weight.MultiplyGrouped(x, Tensor.From([Experts], [1], backend), pass));
            Assert.Throws<InkstoneShapeException>(() => weight.MultiplyGrouped(Tensor.Zeros([1, 32], backend: backend), Tensor.From([0], [1], backend), pass));
            Assert.Throws<InkstoneShapeException>(() => weight.Multiply(x, pass));
            Assert.Throws<InkstoneShapeException>(() => weight.Rows(Tensor.From([0], [1], backend)));
        }
    }

    private static (byte[] Bytes, float[] Numbers) Stored(WeightFormat format)
    {
        var cursor = Rng.From(9).Cursor();
        var numbers = Enumerable.Range(0, Experts * OutputWidth * Columns).Select(_ => (float)(cursor.NextInt(2_001) - 1_000) / 16_000).ToArray();
        var bytes = new byte[WeightFormats.ByteLength(format, numbers.Length)];
        WeightFormats.Quantize(format, numbers, [], bytes);
        WeightFormats.Dequantize(format, bytes, numbers);
        return (bytes, numbers);
    }

    private static Backend On(string name) => name == "reference" ? ReferenceBackend.Single : new CpuBackend(Enum.Parse<VectorWidth>(name), threads: 2);

    private static FullPass Pass(int rows, Backend backend) => FullPass.Over(new TokenLayout(0, rows), backend);
}
