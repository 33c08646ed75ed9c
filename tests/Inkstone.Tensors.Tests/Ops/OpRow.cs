using Inkstone.Foundation.Randomness;

namespace Inkstone.Tensors.Tests;

/// <summary>What numbers an input of a row is filled with.</summary>
internal enum Filling
{
    /// <summary>Standard normal.</summary>
    Normal,

    /// <summary>Uniform in [0.5, 2).</summary>
    Positive,

    /// <summary>Eighths between −4 and 4, which half precision holds exactly.</summary>
    Eighths,

    /// <summary>Whole numbers in [0, bound); no gradient.</summary>
    Integers,
}

/// <summary>One input of an operation under test.</summary>
internal sealed record OpInput(int[] Extents, Filling Filling = Filling.Normal, int Bound = 0, bool Differentiable = true)
{
    /// <summary>The input's numbers, single-precision ones, so that every backend holds the same.</summary>
    public float[] Values(Rng rng)
    {
        var values = new float[Shape.Create(Extents).Count];
        for (var i = 0UL; i < (ulong)values.Length; i++)
            values[i] = Filling switch
            {
                Filling.Positive => 0.5f + 1.5f * rng.UniformAt(i),
                Filling.Eighths => MathF.Floor(64 * rng.UniformAt(i)) / 8 - 4,
                Filling.Integers => MathF.Floor(Bound * rng.UniformAt(i)),
                _ => rng.NormalAt(i),
            };
        return values;
    }

    public Tensor On(Backend backend, Rng rng)
    {
        var values = Values(rng);
        return Filling == Filling.Integers
            ? Tensor.From(values.Select(v => (int)v).ToArray(), Shape.Create(Extents), backend)
            : Tensor.From(values, Shape.Create(Extents), backend);
    }
}

/// <summary>
/// One row of the op table: a function of tensors, and the inputs it is tried on. All tests of an operation follow from its rows.
/// </summary>
internal sealed record OpRow(string Name, Func<Tensor[], Tensor> Run)
{
    /// <summary>Inputs small enough for a gradient check of every element; sizes of one and zero belong here.</summary>
    public required OpInput[][] Small { get; init; }

    /// <summary>Inputs large enough for several chunks of work and odd enough for every kernel's tail.</summary>
    public OpInput[][] Large { get; init; } = [];

    /// <summary>The allowed relative error of the fast backend's result.</summary>
    public double Tolerance { get; init; } = 2e-6;

    /// <summary>The allowed relative error of the fast backend's gradients.</summary>
    public double GradientTolerance { get; init; } = 1e-5;

    /// <summary>The allowed relative error of the gradient check.</summary>
    public double CheckTolerance { get; init; } = 1e-6;

    /// <summary>The step of the gradient check.</summary>
    public double Step { get; init; } = 1e-5;

    /// <summary>The inputs of a case, the same numbers on every backend.</summary>
    public Tensor[] Inputs(OpInput[] inputs, Backend backend) =>
        [.. inputs.Select((input, i) => input.On(backend, Rng.From(1).Split(Name).Split(i)))];

    public override string ToString() => Name;
}
