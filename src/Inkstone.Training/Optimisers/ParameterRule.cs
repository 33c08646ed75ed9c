using Inkstone.Tensors;

namespace Inkstone.Training;

/// <summary>How some parameters are updated, and what is remembered of them from update to update.</summary>
internal abstract class ParameterRule
{
    /// <summary>The parameters it updates.</summary>
    public abstract IReadOnlyList<Parameter> Parameters { get; }

    /// <summary>The moments, by the parameter's name, a dot and their own; they live as long as the optimiser.</summary>
    public abstract IEnumerable<(string Name, Tensor Value)> State { get; }

    /// <summary>One update of every parameter that gathered a gradient.</summary>
    /// <param name="rate">The step size.</param>
    /// <param name="decay">Weight decay.</param>
    /// <param name="gradientScale">What gradients are multiplied with first (clipping).</param>
    /// <param name="update">The number of this update, from 1.</param>
    public abstract void Apply(double rate, double decay, double gradientScale, long update);

    /// <summary>A moment of zeros, of a parameter's shape.</summary>
    protected static Tensor NewMoment(Parameter parameter) => parameter.Value.ZerosLike().Keep();
}
