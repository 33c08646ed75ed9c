using Inkstone.Tensors;

namespace Inkstone.Models;

/// <summary>A table of vectors by number: ids [rows] → [rows, width].</summary>
public sealed class Embedding : Module, IWeightHolder
{
    /// <summary>Makes a table of normal numbers.</summary>
    public Embedding(ParameterSource source, int count, int width, double deviation) =>
        Weight = new DenseWeight(source.Normal("weight", [count, width], deviation));

    /// <summary>The table, in whatever format.</summary>
    public LinearWeight Weight { get; set; }

    /// <inheritdoc/>
    public override IEnumerable<Module> Children => [Weight];

    /// <summary>The rows of these ids.</summary>
    public Tensor Forward(Tensor ids) => Weight.Rows(ids);
}
