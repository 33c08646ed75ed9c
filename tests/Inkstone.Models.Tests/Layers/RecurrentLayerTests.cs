using Inkstone.Foundation.Errors;
using Inkstone.Foundation.Randomness;
using Inkstone.Tensors;
using Inkstone.TestKit;

namespace Inkstone.Models.Tests;

/// <summary>Recurrent layers over ragged batches, and the state that passes hand on.</summary>
public sealed class RecurrentLayerTests
{
    private const int InputWidth = 5;
    private const int Width = 6;

    // lengths 4, 0, 1, 7, 4: unsorted, one empty, two alike
    private static readonly TokenLayout Ragged = new(0, 4, 4, 5, 12, 16);

    public static TheoryData<string, bool> Layers()
    {
        var rows = new TheoryData<string, bool>();
        foreach (var kind in (string[])["tanh", "relu", "lstm", "gru"])
        {
            rows.Add(kind, false);
            rows.Add(kind, true);
        }
        return rows;
    }

    public static TheoryData<string> Kinds => ["tanh", "relu", "lstm", "gru"];

    [Theory, MemberData(nameof(Layers))]
    public void ARaggedBatchIsEachSequenceAlone(string kind, bool backwards)
    {
        using var scope = PoolScope.Open();
        var layer = Create(kind, ReferenceBackend.Double, backwards);
        var (x, cotangent) = (Normal([16, InputWidth], 1), Normal([16, Width], 2));
        var (together, dx, parameters) = Gradients(layer, x, cotangent, Ragged);
        var (alone, dxAlone) = (new List<double>(), new List<double>());
        var sums = parameters.Select(p => new double[p.Length]).ToArray();
        for (var s = 0; s < Ragged.SequenceCount; s++)
        {
            var (start, length) = (Ragged.Starts[s], Ragged.Length(s));
            if (length == 0)
                continue;
            var (y, d, ps) = Gradients(layer, x.Slice(0, start, length), cotangent.Slice(0, start, length), new TokenLayout(0, length));
            alone.AddRange(y);
            dxAlone.AddRange(d);
            for (var p = 0; p < sums.Length; p++)
                for (var i = 0; i < sums[p].Length; i++)
                    sums[p][i] += ps[p][i];
        }
        TensorAssert.Close([.. alone], together, 1e-13, "rows");
        TensorAssert.Close([.. dxAlone], dx, 1e-13, "gradient of the rows");
        for (var p = 0; p < sums.Length; p++)
            TensorAssert.Close(sums[p], parameters[p], 1e-13, $"gradient of parameter {p}");
    }

    [Theory, MemberData(nameof(Layers))]
    public void GradientsOfRowsAndOfTheStateAreRight(string kind, bool backwards)
    {
        var layer = Create(kind, ReferenceBackend.Double, backwards);
        // both results side by side, so that the gradient through the state is checked too
        GradientCheck.Run(
            t =>
            {
                var (y, state) = layer.Run(t[0], t[1], FullPass.Over(Ragged, ReferenceBackend.Double));
                return Tensor.Concatenate(0, y.Reshape(-1), state.Reshape(-1));
            },
            [Normal([16, InputWidth], 3), Normal([Ragged.SequenceCount, layer.StateWidth], 4)], what: kind);
    }

    [Theory, MemberData(nameof(Kinds))]
    public void SegmentsWithMemoryAreTheWholeSequence(string kind)
    {
        using var scope = PoolScope.Open();
        var layer = Create(kind, ReferenceBackend.Double);
        var (x, cotangent) = (Normal([10, InputWidth], 5), Normal([10, Width], 6));
        var (whole, dx, parameters) = Gradients(layer, x, cotangent, new TokenLayout(0, 10));

        Clear(layer);
        using var tape = Tape.Record();
        var memory = new PassMemory(differentiable: true);
        var rows = tape.Watch(x);
        var first = layer.Forward(rows.Slice(0, 0, 4), FullPass.Over(new TokenLayout(0, 4), x.Backend, memory: memory));
        var second = layer.Forward(rows.Slice(0, 4, 6), FullPass.Over(new TokenLayout(0, 6), x.Backend, memory: memory));
        var y = Tensor.Concatenate(0, first, second);
        TensorAssert.Close(whole, y.ToDoubles(), 1e-14, "rows");
        tape.Backward(y, cotangent);
        TensorAssert.Close(dx, tape.Gradient(rows).ToDoubles(), 1e-13, "gradient of the rows");
        foreach (var (expected, parameter) in parameters.Zip(layer.Parameters))
            TensorAssert.Close(expected, parameter.Gradient.ToDoubles(), 1e-13, $"gradient of {parameter.Name}");
        Assert.Equal([0], memory.Layers);
    }

    [Theory, MemberData(nameof(Kinds))]
    public void MemoryThatIsCutOffCarriesValuesAndNoGradient(string kind)
    {
        using var outer = PoolScope.Open();
        var layer = Create(kind, ReferenceBackend.Double);
        var x = Normal([10, InputWidth], 5);
        var whole = layer.Forward(x, FullPass.Over(new TokenLayout(0, 10), x.Backend)).ToDoubles();
        var memory = new PassMemory();
        // the first segment's scope ends before the second begins, as a training step's does
        using (PoolScope.Open())
        {
            using var ended = Tape.Record();
            layer.Forward(x.Slice(0, 0, 4), FullPass.Over(new TokenLayout(0, 4), x.Backend, memory: memory));
        }
        using var tape = Tape.Record();
        var first = tape.Watch(x.Slice(0, 0, 4));
        var again = new PassMemory();
        layer.Forward(first, FullPass.Over(new TokenLayout(0, 4), x.Backend, memory: again));
        var second = layer.Forward(x.Slice(0, 4, 6), FullPass.Over(new TokenLayout(0, 6), x.Backend, memory: again));
        var later = layer.Forward(x.Slice(0, 4, 6), FullPass.Over(new TokenLayout(0, 6), x.Backend, memory: memory));
        Assert.Equal(second.ToDoubles(), later.ToDoubles());
        TensorAssert.Close(whole.AsSpan(4 * Width), second.ToDoubles(), 1e-14, "second segment");
        tape.Backward(second);
        Assert.All(tape.Gradient(first).ToDoubles(), d => Assert.Equal(0, d));
    }

    [Theory, MemberData(nameof(Kinds))]
    public void ARecomputedBlockBeginsWhereItBeganTheFirstTime(string kind)
    {
        var plain = SecondSegment(recompute: false);
        Assert.Equal(plain, SecondSegment(recompute: true));

        double[] SecondSegment(bool recompute)
        {
            using var scope = PoolScope.Open();
            var layer = Create(kind, ReferenceBackend.Double);
            var stack = new BlockStack([layer]) { RecomputeBlocks = recompute };
            var (memory, x) = (new PassMemory(), Normal([16, InputWidth], 7));
            stack.Forward(x, FullPass.Over(Ragged, x.Backend, memory: memory));
            using var tape = Tape.Record();
            var watched = tape.Watch(x);
            var y = stack.Forward(watched, FullPass.Over(Ragged, x.Backend, memory: memory));
            tape.Backward(y, Normal(y.Shape, 8));
            return [.. y.ToDoubles(), .. tape.Gradient(watched).ToDoubles(), .. memory[0].ToDoubles(), .. layer.Parameters.SelectMany(p => p.Gradient.ToDoubles())];
        }
    }

    [Fact]
    public void MemoryThatCannotBeRightIsRefused()
    {
        using var scope = PoolScope.Open();
        var x = Normal([16, InputWidth], 9);
        var memory = new PassMemory();
        var layer = Create("gru", ReferenceBackend.Double);
        layer.Forward(x, FullPass.Over(Ragged, x.Backend, memory: memory));
        Assert.Throws<InkstoneShapeException>(() => layer.Forward(x, FullPass.Over(new TokenLayout(0, 16), x.Backend, memory: memory)));
        memory.Clear();
        layer.Forward(x, FullPass.Over(new TokenLayout(0, 16), x.Backend, memory: memory));
        var backwards = Create("gru", ReferenceBackend.Double, backwards: true);
        Assert.Throws<InkstoneRequestException>(() => backwards.Forward(x, FullPass.Over(Ragged, x.Backend, memory: new PassMemory())));

        var stack = new BlockStack([layer]) { RecomputeBlocks = true };
        using var tape = Tape.Record();
        var y = stack.Forward(x, FullPass.Over(Ragged, x.Backend, memory: new PassMemory(differentiable: true)));
        Assert.Throws<InkstoneRequestException>(() => tape.Backward(y));
    }

    [Fact]
    public void ABidirectionalLayerIsOneOfEach()
    {
        using var scope = PoolScope.Open();
        var (forwards, backwards) = (Create("lstm", ReferenceBackend.Double), Create("lstm", ReferenceBackend.Double, backwards: true));
        Assert.Throws<InkstoneRequestException>(() => new BidirectionalLayer(forwards, forwards));
        Assert.Throws<InkstoneRequestException>(() => new BidirectionalLayer(backwards, forwards));
        var x = Normal([16, InputWidth], 1);
        var y = new BidirectionalLayer(forwards, backwards).Forward(x, FullPass.Over(Ragged, x.Backend));
        Assert.Equal([16, 2 * Width], y.Shape);
    }

    [Theory, MemberData(nameof(Layers))]
    public void NoRowsGiveNoRows(string kind, bool backwards)
    {
        using var scope = PoolScope.Open();
        var layer = Create(kind, ReferenceBackend.Double, backwards);
        var state = Normal([2, layer.StateWidth], 1);
        var (y, after) = layer.Run(Normal([0, InputWidth], 1), state, FullPass.Over(new TokenLayout(0, 0, 0), ReferenceBackend.Double));
        Assert.Equal([0, Width], y.Shape);
        Assert.Equal(state.ToDoubles(), after.ToDoubles());
    }

    private static RecurrentLayer Create(string kind, Backend backend, bool backwards = false)
    {
        var source = new ParameterSource("", Rng.From(11), backend);
        return kind switch
        {
            "tanh" => new ElmanLayer(source, 0, InputWidth, Width, readsBackwards: backwards),
            "relu" => new ElmanLayer(source, 0, InputWidth, Width, UnaryFunction.Relu, readsBackwards: backwards),
            "lstm" => new LstmLayer(source, 0, InputWidth, Width, readsBackwards: backwards),
            _ => new GruLayer(source, 0, InputWidth, Width, readsBackwards: backwards),
        };
    }

    private static (double[] Rows, double[] Gradient, double[][] Parameters) Gradients(RecurrentLayer layer, Tensor x, Tensor cotangent, TokenLayout layout)
    {
        Clear(layer);
        using var tape = Tape.Record();
        var watched = tape.Watch(x);
        var y = layer.Forward(watched, FullPass.Over(layout, x.Backend));
        tape.Backward(y, cotangent);
        return (y.ToDoubles(), tape.Gradient(watched).ToDoubles(), [.. layer.Parameters.Select(p => p.Gradient.ToDoubles())]);
    }

    private static void Clear(Module module)
    {
        foreach (var parameter in module.Parameters)
            parameter.ClearGradient();
    }

    private static Tensor Normal(Shape shape, long seed) => Tensor.RandomNormal(shape, Rng.From(seed), backend: ReferenceBackend.Double);
}
