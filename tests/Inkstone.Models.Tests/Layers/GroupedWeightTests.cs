using Inkstone.Foundation.Errors;
using Inkstone.Foundation.Randomness;
using Inkstone.Tensors;
using Inkstone.TestKit;

namespace Inkstone.Models.Tests;

/// <summary>A stack of experts in one weight.</summary>
public sealed class GroupedWeightTests
{
    private const int Experts = 4;
    private const int InputWidth = 37;
    private const int OutputWidth = 21;

    // expert 1 gets nothing
    private static readonly int[] ExpertOfRow = [3, 0, 2, 3, 3, 0, 2, 3, 0, 3, 2];

    public static TheoryData<string> Backends => ["reference", .. Enum.GetNames<VectorWidth>()];

    [Theory, MemberData(nameof(Backends))]
    public void AgreesWithARowByRowLoop(string backendName)
    {
        using var scope = PoolScope.Open();
        var backend = On(backendName);
        var weight = Create(backend);
        var rows = ExpertOfRow.Length;
        var x = Tensor.RandomNormal([rows, InputWidth], Rng.From(2), backend: backend);
        var cotangent = Tensor.RandomNormal([rows, OutputWidth], Rng.From(3), backend: backend);
        var (xs, ws, gs) = (x.ToDoubles(), weight.Parameter.Value.ToDoubles(), cotangent.ToDoubles());
        var (ys, dxs, dws) = (new double[rows * OutputWidth], new double[xs.Length], new double[ws.Length]);
        for (var r = 0; r < rows; r++)
            for (var o = 0; o < OutputWidth; o++)
                for (var i = 0; i < InputWidth; i++)
                {
                    var place = (ExpertOfRow[r] * OutputWidth + o) * InputWidth + i;
                    ys[r * OutputWidth + o] += xs[r * InputWidth + i] * ws[place];
                    dxs[r * InputWidth + i] += gs[r * OutputWidth + o] * ws[place];
                    dws[place] += gs[r * OutputWidth + o] * xs[r * InputWidth + i];
                }
        using var tape = Tape.Record();
        var watched = tape.Watch(x);
        var y = weight.MultiplyGrouped(watched, Tensor.From(ExpertOfRow, [rows], backend), Pass(rows, backend));
        tape.Backward(y, cotangent);
        TensorAssert.Close(ys, y.ToDoubles(), 2e-6, "rows");
        TensorAssert.Close(dxs, tape.Gradient(watched).ToDoubles(), 2e-6, "gradient of the rows");
        TensorAssert.Close(dws, weight.Parameter.Gradient.ToDoubles(), 2e-6, "gradient of the experts");
    }

    [Theory, MemberData(nameof(Backends))]
    public void ARowHasTheSameBitsAloneAndAmongOthers(string backendName)
    {
        using var scope = PoolScope.Open();
        var backend = On(backendName);
        var weight = Create(backend);
        // more rows than a short product has
        int[] expertOfRow = [.. ExpertOfRow, .. Enumerable.Repeat(2, 40)];
        var rows = expertOfRow.Length;
        var x = Tensor.RandomNormal([rows, InputWidth], Rng.From(2), backend: backend);
        var together = x.MatMulGroupedInvariant(weight.Parameter.Value, Tensor.From(expertOfRow, [rows], backend));
        for (var r = 0; r < rows; r++)
        {
            var alone = x.Slice(0, r, 1).MatMulGroupedInvariant(weight.Parameter.Value, Tensor.From([expertOfRow[r]], [1], backend));
            Assert.Equal(alone.ToArray(), together.Slice(0, r, 1).ToArray());
        }
        using var tape = Tape.Record();
        Assert.Throws<InkstoneRequestException>(() => x.MatMulGroupedInvariant(tape.Watch(weight.Parameter.Value), Tensor.From(expertOfRow, [rows], backend)));
    }

    [Fact]
    public void WhatDoesNotFitIsRefused()
    {
        using var scope = PoolScope.Open();
        var backend = Backend.Default;
        var weight = Create(backend);
        var (pass, x) = (Pass(2, backend), Tensor.Zeros([2, InputWidth], backend: backend));
        Assert.Equal((InputWidth, OutputWidth), (weight.InputWidth, weight.OutputWidth));
        Assert.Throws<InkstoneRequestException>(() => weight.MultiplyGrouped(x, Tensor.From([0, Experts], [2], backend), pass));
        Assert.Throws<InkstoneShapeException>(() => weight.MultiplyGrouped(x, Tensor.From([0], [1], backend), pass));
        Assert.Throws<InkstoneShapeException>(() => weight.Multiply(x, pass));
        var matrix = new DenseWeight(new Parameter("matrix", Tensor.Zeros([OutputWidth, InputWidth], backend: backend)));
        Assert.Throws<InkstoneShapeException>(() => matrix.MultiplyGrouped(x, Tensor.From([0, 0], [2], backend), pass));
        var nothing = Tensor.Zeros([0, InputWidth], backend: backend);
        Assert.Equal([0, OutputWidth], weight.MultiplyGrouped(nothing, Tensor.From(ReadOnlySpan<int>.Empty, [0], backend), Pass(0, backend)).Shape);
    }

    private static DenseWeight Create(Backend backend) =>
        new(new Parameter("experts", Tensor.RandomNormal([Experts, OutputWidth, InputWidth], Rng.From(1), backend: backend)));

    private static Backend On(string name) => name == "reference" ? ReferenceBackend.Single : new CpuBackend(Enum.Parse<VectorWidth>(name), threads: 2);

    private static FullPass Pass(int rows, Backend backend) => FullPass.Over(new TokenLayout(0, rows), backend);
}
