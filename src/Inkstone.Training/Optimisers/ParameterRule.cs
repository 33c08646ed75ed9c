using Inkstone.Tensors;

namespace Inkstone.Training;

/// <summary>How one parameter is updated, and what is remembered of it from update to update.</summary>
internal abstract class ParameterRule(Parameter parameter)
{
    public Parameter Parameter { get; } = parameter;

    /// <summary>The moments, named for files; they live as long as the optimiser.</summary>
    public abstract IEnumerable<(string Name, Tensor Value)> State { get; }

    /// <summary>One update by the parameter's gathered gradient.</summary>
    /// <param name="rate">The step size.</param>
    /// <param name="decay">Weight decay.</param>
    /// <param name="gradientScale">What the gradient is multiplied with first (clipping).</param>
    /// <param name="update">The number of this update, from 1.</param>
    public abstract void Apply(double rate, double decay, double gradientScale, long update);

    /// <summary>A moment of zeros, of the parameter's shape.</summary>
    protected Tensor NewMoment() => Parameter.Value.ZerosLike().Keep();
}
