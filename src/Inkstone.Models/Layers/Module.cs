using Inkstone.Tensors;

namespace Inkstone.Models;

/// <summary>A part of a network: parameters of its own, and smaller parts.</summary>
public abstract class Module
{
    /// <summary>The parts, in the order data meets them.</summary>
    public virtual IEnumerable<Module> Children => [];

    /// <summary>Parameters that belong to this part itself.</summary>
    protected virtual IEnumerable<Parameter> OwnParameters => [];

    /// <summary>Every parameter of this part and of its parts, each once (a tied table is one object).</summary>
    public IEnumerable<Parameter> Parameters => AllParameters().Distinct();

    /// <summary>How many numbers are trained.</summary>
    public long ParameterCount => Parameters.Sum(p => p.Value.Count);

    private IEnumerable<Parameter> AllParameters() => OwnParameters.Concat(Children.SelectMany(child => child.AllParameters()));
}
