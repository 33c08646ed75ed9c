using Inkstone.Foundation.Randomness;
using Inkstone.Tensors;

namespace Inkstone.Models;

/// <summary>
/// Makes a network's parameters: the name is the path through the parts, the random stream is split by that name, so that first values depend on the
/// seed and the name alone, never on the order of construction.
/// </summary>
/// <param name="Path">The names of the parts down to here, joined by dots.</param>
/// <param name="Rng">The root stream of initialisation.</param>
/// <param name="Backend">Where the parameters live.</param>
public sealed record ParameterSource(string Path, Rng Rng, Backend Backend)
{
    /// <summary>
    /// Whether the numbers are left as the memory has them, which costs nothing (untouched memory is not there yet): for a model that is loaded next.
    /// </summary>
    public bool IsEmpty { get; init; }

    /// <summary>The source of a whole network.</summary>
    internal static ParameterSource Root(Rng rng, Backend? backend) => new("", rng, backend ?? Backend.Default);

    /// <summary>The source of a named part.</summary>
    public ParameterSource In(string part) => this with { Path = Name(part) };

    /// <summary>The source of a numbered part.</summary>
    public ParameterSource In(int part) => In(part.ToString(System.Globalization.CultureInfo.InvariantCulture));

    /// <summary>Normal numbers of mean 0.</summary>
    public Parameter Normal(string name, Shape shape, double deviation) =>
        new(Name(name), IsEmpty ? Tensor.Empty(shape, null, Backend) : Tensor.RandomNormal(shape, Rng.Split(Name(name)), deviation, 0, Backend));

    /// <summary>Uniform numbers in [−limit, limit).</summary>
    public Parameter Uniform(string name, Shape shape, double limit) =>
        new(Name(name), IsEmpty ? Tensor.Empty(shape, null, Backend) : Tensor.RandomUniform(shape, Rng.Split(Name(name)), -limit, limit, Backend));

    /// <summary>One number everywhere.</summary>
    public Parameter Constant(string name, Shape shape, double value) => new(Name(name), Tensor.Full(shape, value, null, Backend));

    private string Name(string part) => Path.Length == 0 ? part : $"{Path}.{part}";
}
