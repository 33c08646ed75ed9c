using Inkstone.Foundation.Errors;
using Inkstone.Foundation.Randomness;

namespace Inkstone.Tensors.Tests;

/// <summary>What is recorded, when, and where gradients go.</summary>
public class TapeTests
{
    private static readonly ReferenceBackend Exact = ReferenceBackend.Double;

    [Fact]
    public void NothingIsRecordedWithoutATape()
    {
        using var scope = PoolScope.Open();
        var w = new Parameter("w", Row(1, 2));
        Assert.False(Tape.IsRecording);
        Assert.Equal(0, (w.Value * 2).Node);
    }

    [Fact]
    public void NothingIsRecordedThatNobodyWants()
    {
        using var scope = PoolScope.Open();
        using var tape = Tape.Record();
        _ = Row(1, 2) * Row(3, 4) + 1;
        Assert.Empty(tape.Operations);
        _ = tape.Watch(Row(1, 2)) * 2;
        Assert.Single(tape.Operations);
    }

    [Fact]
    public void FrozenParametersAreNotRecorded()
    {
        using var scope = PoolScope.Open();
        var w = new Parameter("w", Row(1, 2)) { Trainable = false };
        using var tape = Tape.Record();
        _ = w.Value * 2;
        Assert.Empty(tape.Operations);
    }

    [Fact]
    public void WatchedTensorsGetTheirGradient()
    {
        using var scope = PoolScope.Open();
        using var tape = Tape.Record();
        var x = tape.Watch(Row(2, 3));
        var unused = tape.Watch(Row(5));
        tape.Backward((x * x).Sum());
        Assert.Equal([4.0, 6], tape.Gradient(x).ToDoubles());
        Assert.Equal([0.0], tape.Gradient(unused).ToDoubles());
        Assert.Throws<InkstoneRequestException>(() => tape.Gradient(Row(1)));
    }

    [Fact]
    public void GradientsOfWatchedTensorsLiveUntilTheSurroundingScopeEnds()
    {
        using var scope = PoolScope.Open();
        Tensor gradient;
        using (var tape = Tape.Record())
        {
            var x = tape.Watch(Row(2, 3));
            tape.Backward((x * x).Sum());
            gradient = tape.Gradient(x);
        }
        Assert.Equal([4.0, 6], gradient.ToDoubles());
    }

    [Fact]
    public void TheFirstGradientIsTheSeed()
    {
        using var scope = PoolScope.Open();
        var w = new Parameter("w", Row(1, 2));
        using (var tape = Tape.Record())
            tape.Backward(w.Value * 3, seed: 0.5);
        Assert.Equal([1.5, 1.5], w.Gradient.ToDoubles());
        w.ClearGradient();
        using (var tape = Tape.Record())
            tape.Backward(w.Value * 3, Row(10, 20));
        Assert.Equal([30.0, 60], w.Gradient.ToDoubles());
    }

    [Fact]
    public void ParametersGatherUntilCleared()
    {
        using var scope = PoolScope.Open();
        var w = new Parameter("w", Row(1, 2));
        Assert.False(w.HasGradient);
        Assert.Contains("w", Assert.Throws<InkstoneRequestException>(() => w.Gradient).Message);
        for (var i = 1; i <= 3; i++)
        {
            using var tape = Tape.Record();
            tape.Backward((w.Value * w.Value).Sum());
            Assert.Equal([2.0 * i, 4.0 * i], w.Gradient.ToDoubles());
        }
        w.ClearGradient();
        Assert.False(w.HasGradient);
    }

    [Fact]
    public void AParameterUsedThroughProductsAndRowsGathersDirectly()
    {
        using var scope = PoolScope.Open();
        // a tied table: rows taken at the bottom, product at the top, twice before clearing
        var table = new Parameter("table", Tensor.From([1.0, 2, 3, 4, 5, 6], [3, 2], Exact));
        for (var i = 1; i <= 2; i++)
        {
            using var tape = Tape.Record();
            var hidden = table.Value.Rows(Tensor.From([2, 0, 2], [3], Exact));
            tape.Backward(hidden.Linear(table.Value).Sum());
            // d Σ_r Σ_j h_r·t_j: every row gets Σ h, and rows taken get Σ t for each time
            Assert.Equal([(11 + 9.0) * i, (14 + 12.0) * i, 11.0 * i, 14.0 * i, (11 + 18.0) * i, (14 + 24.0) * i], table.Gradient.ToDoubles());
        }
    }

    [Fact]
    public void ParametersMadeOfPartsOfOneTensorAreApart()
    {
        using var scope = PoolScope.Open();
        var whole = Row(1, 2, 3, 4);
        var (a, b, c) = (new Parameter("a", whole.Slice(0, 0, 2)), new Parameter("b", whole.Slice(0, 2, 2)), new Parameter("c", whole.Slice(0, 0, 2)));
        using var tape = Tape.Record();
        tape.Backward((a.Value * 2 + b.Value * 3 + c.Value * 5).Sum());
        Assert.Equal([2.0, 2], a.Gradient.ToDoubles());
        Assert.Equal([3.0, 3], b.Gradient.ToDoubles());
        Assert.Equal([5.0, 5], c.Gradient.ToDoubles());
    }

    [Fact]
    public void AnInnerTapeTakesTheRecording()
    {
        using var scope = PoolScope.Open();
        var w = new Parameter("w", Row(3));
        using var outer = Tape.Record();
        var y = w.Value * 2;
        using (var inner = Tape.Record())
        {
            _ = y * 5; // y belongs to the outer tape, so this wants nothing here
            Assert.Empty(inner.Operations);
            inner.Backward(w.Value * 7);
        }
        Assert.Equal([7.0], w.Gradient.ToDoubles());
        outer.Backward(y);
        Assert.Equal([9.0], w.Gradient.ToDoubles());
    }

    [Fact]
    public void APauseRecordsNothing()
    {
        using var scope = PoolScope.Open();
        using var tape = Tape.Record();
        var x = tape.Watch(Row(3));
        Tensor constant;
        using (Tape.Pause())
        {
            Assert.False(Tape.IsRecording);
            constant = x * 2;
        }
        tape.Backward(x * constant);
        Assert.Equal([6.0], tape.Gradient(x).ToDoubles());
    }

    [Fact]
    public void ADetachedTensorHasNoPast()
    {
        using var scope = PoolScope.Open();
        using var tape = Tape.Record();
        var x = tape.Watch(Row(3));
        tape.Backward(x * (x * 2).Detach());
        Assert.Equal([6.0], tape.Gradient(x).ToDoubles());
    }

    [Fact]
    public void ATapeRunsOnceAndOnlyOnWhatItKnows()
    {
        using var scope = PoolScope.Open();
        using var tape = Tape.Record();
        var y = tape.Watch(Row(3)) * 2;
        using (var other = Tape.Record())
            Assert.Throws<InkstoneRequestException>(() => other.Backward(y));
        tape.Backward(y);
        Assert.Throws<InkstoneLifetimeException>(() => tape.Backward(y));
    }

    [Fact]
    public void TapesMustCloseInReverseOrder()
    {
        var outer = Tape.Record();
        using (Tape.Record())
            Assert.Throws<InkstoneLifetimeException>(outer.Dispose);
        outer.Dispose();
    }

    [Fact]
    public void ASharedGradientIsNotChangedByTheOtherReceiver()
    {
        using var scope = PoolScope.Open();
        using var tape = Tape.Record();
        // a + b sends one and the same gradient to both; a then gets more
        var (a, b) = (tape.Watch(Row(1, 2)), tape.Watch(Row(3, 4)));
        var doubled = a * 2;
        tape.Backward((doubled + b + doubled).Sum());
        Assert.Equal([4.0, 4], tape.Gradient(a).ToDoubles());
        Assert.Equal([1.0, 1], tape.Gradient(b).ToDoubles());
    }

    [Fact]
    public void TheCallersGradientIsNotChanged()
    {
        using var scope = PoolScope.Open();
        using var tape = Tape.Record();
        var x = tape.Watch(Row(1, 2));
        var gradient = Row(5, 6);
        var y = x * 1;
        tape.Backward(y + y + y, gradient);
        Assert.Equal([5.0, 6], gradient.ToDoubles());
        Assert.Equal([15.0, 18], tape.Gradient(x).ToDoubles());
    }

    [Fact]
    public void GradientMemoryIsGivenBackDuringTheBackwardPass()
    {
        var backend = new CpuBackend(threads: 1);
        const int size = 1 << 16, depth = 40;
        using (PoolScope.Open())
        {
            using var tape = Tape.Record();
            var x = tape.Watch(Tensor.Full([size], 0.1, backend: backend));
            var y = x;
            for (var i = 0; i < depth; i++)
                y += (y * 1.01).Tanh(); // a residual stream: each link receives two gradients
            var forward = backend.BytesInUse;
            tape.Backward(y);
            var extra = backend.BytesInUse + backend.BytesPooled - forward;
            Assert.InRange(extra, 1, 6L * size * sizeof(float)); // a few gradients at a time, not one for each of the links
        }
        Assert.Equal(0, backend.BytesInUse);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void RecomputingEqualsPlainBitForBit(bool dropout)
    {
        var backend = new CpuBackend(threads: 2);
        var (plain, plainWeight) = Train(recompute: false);
        var (again, againWeight) = Train(recompute: true);
        Assert.Equal(plain, again);
        Assert.Equal(plainWeight, againWeight);
        Assert.Equal(0, backend.BytesInUse);

        (float[] Input, float[] Weight) Train(bool recompute)
        {
            using var scope = PoolScope.Open();
            var weight = new Parameter("w", Tensor.RandomNormal([64, 64], Rng.From(1), backend: backend));
            using var tape = Tape.Record();
            var x = tape.Watch(Tensor.RandomNormal([300, 64], Rng.From(2), backend: backend));
            Tensor Block(ReadOnlyMemory<Tensor> inputs)
            {
                var h = inputs.Span[0].Linear(weight.Value).GeluTanh();
                return inputs.Span[0] + (dropout ? h.Dropout(0.3, Rng.From(3)) : h);
            }
            var y = recompute ? Recompute.Run(Block, x) : Block(new[] { x });
            y = recompute ? Recompute.Run(Block, y) : Block(new[] { y });
            tape.Backward(y.Square().Mean());
            return (tape.Gradient(x).ToArray(), weight.Gradient.ToArray());
        }
    }

    [Fact]
    public void RecomputingWhatNobodyTrainsIsHarmless()
    {
        using var scope = PoolScope.Open();
        using var tape = Tape.Record();
        var x = tape.Watch(Row(3));
        var frozen = Recompute.Run(inputs => inputs.Span[0] * 2, Row(5));
        tape.Backward(x * frozen);
        Assert.Equal([10.0], tape.Gradient(x).ToDoubles());
    }

    [Fact]
    public void RecomputingHoldsNoIntermediateResults()
    {
        var backend = new CpuBackend(threads: 1);
        const int size = 1 << 16;
        Assert.True(Held(recompute: true) < Held(recompute: false) / 4);

        long Held(bool recompute)
        {
            using var scope = PoolScope.Open();
            using var tape = Tape.Record();
            var x = tape.Watch(Tensor.Full([size], 0.1, backend: backend));
            Tensor Deep(ReadOnlyMemory<Tensor> inputs)
            {
                var y = inputs.Span[0];
                for (var i = 0; i < 10; i++)
                    y = (y * 1.1).Tanh();
                return y;
            }
            _ = recompute ? Recompute.Run(Deep, x) : Deep(new[] { x });
            return backend.BytesInUse;
        }
    }

    private static Tensor Row(params double[] values) => Tensor.From(values, [values.Length], Exact);
}
