using Inkstone.TestKit;

namespace Inkstone.Tensors.Tests;

/// <summary>The tests that follow from the rows of <see cref="OpTable"/>.</summary>
public class OpTests
{
    private static readonly MemoryLayout[] Layouts = Enum.GetValues<MemoryLayout>();

    // one backend a width, all alive at once in this process
    private static readonly CpuBackend[] Fast = [.. Enum.GetValues<VectorWidth>().Select(w => new CpuBackend(w, threads: 2))];
    private static readonly CpuBackend Alone = new(threads: 1);
    private static readonly CpuBackend InCompany = new(threads: 2);

    public static TheoryData<string> Names => [.. OpTable.Rows.Select(r => r.Name)];

    public static TheoryData<string> LargeNames => [.. OpTable.Rows.Where(r => r.Large.Length > 0).Select(r => r.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void GradientsEqualDifferences(string name)
    {
        var row = OpTable.Row(name);
        using var scope = PoolScope.Open();
        foreach (var inputs in row.Small)
            foreach (var layout in Layouts)
                GradientCheck.Run(
                    row.Run, row.Inputs(inputs, ReferenceBackend.Double), [.. inputs.Select(i => i.Differentiable)], layout, row.Step, row.CheckTolerance, $"{name} of {Describe(inputs)}");
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void EveryWidthAgreesWithTheReference(string name)
    {
        var row = OpTable.Row(name);
        foreach (var inputs in row.Small.Concat(row.Large))
        {
            var expected = Execute(row, inputs, ReferenceBackend.Double, MemoryLayout.Plain);
            foreach (var backend in Fast)
                foreach (var layout in backend.Width == VectorWidths.Widest ? Layouts : [MemoryLayout.Plain])
                {
                    var found = Execute(row, inputs, backend, layout);
                    var what = $"{name} of {Describe(inputs)}, {layout}, {backend.Name}";
                    TensorAssert.Close(expected.Result, found.Result, row.Tolerance, what);
                    for (var i = 0; i < inputs.Length; i++)
                        TensorAssert.Close(expected.Gradients[i], found.Gradients[i], row.GradientTolerance, $"{what}, gradient of input {i}");
                }
        }
    }

    [Theory]
    [MemberData(nameof(LargeNames))]
    public void OneAndTwoThreadsGiveTheSameBits(string name)
    {
        var row = OpTable.Row(name);
        foreach (var inputs in row.Large)
        {
            var expected = Execute(row, inputs, Alone, MemoryLayout.Plain);
            var found = Execute(row, inputs, InCompany, MemoryLayout.Plain);
            Assert.Equal(expected.Result, found.Result);
            Assert.Equal(expected.Gradients, found.Gradients);
        }
    }

    [Fact]
    public void EveryOperationHasARow()
    {
        var seen = new HashSet<Type>();
        foreach (var row in OpTable.Rows)
        {
            using var scope = PoolScope.Open();
            using var tape = Tape.Record();
            row.Run([.. row.Inputs(row.Small[0], ReferenceBackend.Double).Select(t => t.Type.IsFloat() ? tape.Watch(t) : t)]);
            seen.UnionWith(tape.Operations.Select(o => o.GetType()));
        }
        var all = typeof(Operation).Assembly.GetTypes().Where(t => t.IsSubclassOf(typeof(Operation)) && !t.IsAbstract);
        Assert.Empty(all.Except(seen).Select(t => t.Name));
    }

    private static (double[] Result, double[][] Gradients) Execute(OpRow row, OpInput[] inputs, Backend backend, MemoryLayout layout)
    {
        using var scope = PoolScope.Open();
        using var tape = Tape.Record();
        var tensors = row.Inputs(inputs, backend).Select((t, i) => inputs[i].Differentiable ? tape.Watch(GradientCheck.Lay(t, layout)) : GradientCheck.Lay(t, layout)).ToArray();
        var result = row.Run(tensors);
        if (!inputs.Any(i => i.Differentiable))
            return (result.ToDoubles(), new double[inputs.Length][]);
        var cotangent = Tensor.RandomNormal(result.Shape, Foundation.Randomness.Rng.From(13), backend: backend);
        tape.Backward(result, GradientCheck.Lay(cotangent, layout));
        return (result.ToDoubles(), [.. tensors.Select((t, i) => inputs[i].Differentiable ? tape.Gradient(t).ToDoubles() : [])]);
    }

    private static string Describe(OpInput[] inputs) => string.Join(" ", inputs.Select(i => $"[{string.Join(",", i.Extents)}]"));
}
