using Inkstone.Tensors;
using Inkstone.TestKit;

namespace Inkstone.Models.Tests;

/// <summary>PyTorch's answers for whole layers and for the encoder-decoder: results, and gradients of every input and parameter.</summary>
public sealed class GoldenLayerTests
{
    private const double Tolerance = 1e-5;

    private static readonly Golden Vectors = Golden.Load("layers.json");

    public static TheoryData<string> Names => [.. Vectors.Names];

    [Theory, MemberData(nameof(Names))]
    public void AgreesWithPyTorch(string name)
    {
        Backend[] backends = [ReferenceBackend.Single, ReferenceBackend.Double, .. Enum.GetValues<VectorWidth>().Select(w => new CpuBackend(w, threads: 2))];
        foreach (var backend in backends)
            Check(name, Vectors[name], backend);
    }

    private static void Check(string name, GoldenCase golden, Backend backend)
    {
        using var scope = PoolScope.Open();
        var network = GoldenNetwork.Of(name, backend);
        var values = golden.NamedTensors("params");
        Assert.Equal(values.Keys.Order(StringComparer.Ordinal), network.Names.Keys.Order(StringComparer.Ordinal));
        Assert.Equal(network.Module.Parameters.Count(), network.Names.Values.SelectMany(parameters => parameters).Distinct().Count());
        foreach (var (parameter, value) in values)
            Set(network.Names[parameter], value.ToTensor(backend));

        using var tape = Tape.Record();
        var inputs = golden.Tensors("inputs").Select(t => t!).ToArray();
        var rows = inputs.Select(t => tape.Watch(Flat(t, backend))).ToArray();
        var layouts = inputs.Select(t => TokenLayout.Uniform(t.Extents[0], t.Extents[1])).ToArray();
        var result = network.Run(rows, layouts);
        var where = $"{name}, {backend.Name}";
        Close(golden.Tensor("output"), result, $"{where}, output");
        tape.Backward(result, Flat(golden.Tensor("output_grad"), backend));
        var gradients = golden.Tensors("input_grads");
        for (var i = 0; i < gradients.Length; i++)
            Close(gradients[i]!, tape.Gradient(rows[i]), $"{where}, gradient of input {i}");
        foreach (var (parameter, gradient) in golden.NamedTensors("param_grads"))
            Close(gradient, Tensor.Concatenate(0, [.. network.Names[parameter].Select(p => p.Gradient)]), $"{where}, gradient of {parameter}");
    }

    /// <summary>PyTorch's [batch, length, width] as flat rows.</summary>
    private static Tensor Flat(GoldenTensor tensor, Backend backend) => tensor.ToTensor(backend).Reshape(-1, tensor.Extents[^1]);

    private static void Set(Parameter[] parameters, Tensor value)
    {
        var start = 0;
        foreach (var parameter in parameters)
        {
            var length = parameter.Value.Shape[0];
            parameter.Set(value.Slice(0, start, length));
            start += length;
        }
        Assert.Equal(value.Shape[0], start);
    }

    private static void Close(GoldenTensor expected, Tensor actual, string what) => TensorAssert.Close(expected.Data, actual.ToDoubles(), Tolerance, what);
}
