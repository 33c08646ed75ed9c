using Inkstone.Foundation.Randomness;
using Inkstone.Tensors;

namespace Inkstone.TestKit;

/// <summary>How a test tensor lies in memory.</summary>
public enum MemoryLayout
{
    /// <summary>Row-major, without gaps.</summary>
    Plain,

    /// <summary>Stored with the axes in reverse order.</summary>
    Turned,

    /// <summary>A part of a wider tensor, so that rows have gaps and the first element is not the storage's.</summary>
    Gapped,
}

/// <summary>
/// Compares a function's recorded gradient with central differences, (f(x + h) − f(x − h)) / 2h, in double precision on the
/// reference backend.
/// </summary>
public static class GradientCheck
{
    /// <summary>Checks the gradient of Σ g · function(inputs), g random, by every element of every input that is wanted.</summary>
    /// <param name="function">A function of tensors on <see cref="ReferenceBackend.Double"/>.</param>
    /// <param name="inputs">The places where the gradient is taken.</param>
    /// <param name="wanted">Which inputs are differentiated; null means all.</param>
    /// <param name="layout">How the inputs lie in memory.</param>
    /// <param name="step">The h of the differences.</param>
    /// <param name="tolerance">The allowed relative error.</param>
    /// <param name="what">A name for messages.</param>
    public static void Run(
        Func<Tensor[], Tensor> function, IReadOnlyList<Tensor> inputs, bool[]? wanted = null, MemoryLayout layout = MemoryLayout.Plain, double step = 1e-5,
        double tolerance = 1e-6, string what = "function")
    {
        using var scope = PoolScope.Open();
        var values = inputs.Select(t => t.Type.IsFloat() ? t.ToDoubles() : null).ToArray();
        Tensor cotangent;
        var analytic = new double[inputs.Count][];
        using (var tape = Tape.Record())
        {
            var watched = inputs.Select((t, i) => values[i] is null ? t : Wanted(i) ? tape.Watch(Lay(t, layout)) : Lay(t, layout)).ToArray();
            var result = function(watched);
            cotangent = Tensor.RandomNormal(result.Shape, Rng.From(71), backend: result.Backend);
            if (Enumerable.Range(0, inputs.Count).Any(Wanted))
                tape.Backward(result, cotangent);
            for (var i = 0; i < inputs.Count; i++)
                if (Wanted(i))
                    analytic[i] = tape.Gradient(watched[i]).ToDoubles();
        }
        var cotangents = cotangent.ToDoubles();
        for (var i = 0; i < inputs.Count; i++)
        {
            if (!Wanted(i))
                continue;
            var numeric = new double[analytic[i].Length];
            for (var element = 0; element < numeric.Length; element++)
                numeric[element] = (Sum(i, element, step) - Sum(i, element, -step)) / (2 * step);
            TensorAssert.Close(numeric, analytic[i], tolerance, $"{what}, {layout}, gradient of input {i} {inputs[i].Shape}");
        }

        bool Wanted(int input) => values[input] is not null && (wanted is null || wanted[input]);

        double Sum(int input, int element, double change)
        {
            using var inner = PoolScope.Open();
            var moved = (double[])values[input]!.Clone();
            moved[element] += change;
            var all = inputs.Select((t, i) => i == input ? Tensor.From(moved, t.Shape, t.Backend) : t).ToArray();
            var result = function(all).ToDoubles();
            var sum = 0.0;
            for (var i = 0; i < result.Length; i++)
                sum += result[i] * cotangents[i];
            return sum;
        }
    }

    /// <summary>The same numbers, lying in memory another way.</summary>
    public static Tensor Lay(in Tensor tensor, MemoryLayout layout)
    {
        if (tensor.Rank == 0 || layout == MemoryLayout.Plain)
            return tensor;
        if (layout == MemoryLayout.Turned)
        {
            var reversed = Enumerable.Range(0, tensor.Rank).Reverse().ToArray();
            return tensor.Permute(reversed).Contiguous().Permute(reversed);
        }
        var extents = tensor.Shape.ToArray();
        extents[^1] = 1;
        var margin = Tensor.Full(Shape.Create(extents), 77, tensor.Type, tensor.Backend);
        return Tensor.Concatenate(-1, margin, tensor, margin).Slice(-1, 1, tensor.Shape[-1]);
    }
}
