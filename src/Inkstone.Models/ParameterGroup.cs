using Inkstone.Tensors;

namespace Inkstone.Models;

/// <summary>What a parameter is to the network, which decides how an optimiser treats it.</summary>
public enum ParameterRole
{
    /// <summary>A matrix between hidden widths: what Muon takes.</summary>
    Matrix,

    /// <summary>A table of vectors by token or position.</summary>
    Embedding,

    /// <summary>The output projection, when it is not the embedding's.</summary>
    Head,

    /// <summary>Gains, biases and other small vectors.</summary>
    Vector,
}

/// <summary>Parameters that are treated alike.</summary>
/// <param name="Role">What they are.</param>
/// <param name="Decays">Whether weight decay applies.</param>
/// <param name="Parameters">The parameters; the groups of a model partition its parameters.</param>
public sealed record ParameterGroup(ParameterRole Role, bool Decays, IReadOnlyList<Parameter> Parameters);
