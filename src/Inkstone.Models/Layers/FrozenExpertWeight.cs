using Inkstone.Foundation.Errors;
using Inkstone.Tensors;

namespace Inkstone.Models;

/// <summary>A stack of experts that is not trained, in any format of a file; gradient flows through it to x alone.</summary>
public sealed class FrozenExpertWeight(FrozenExperts experts) : LinearWeight
{
    /// <summary>The numbers.</summary>
    public FrozenExperts Experts { get; } = experts;

    /// <inheritdoc/>
    public override int InputWidth => Experts.Columns;

    /// <inheritdoc/>
    public override int OutputWidth => Experts.Rows;

    /// <inheritdoc/>
    public override Tensor Multiply(Tensor x, Pass pass, Tensor bias = default) => throw NoMatrix("product");

    /// <inheritdoc/>
    public override Tensor MultiplyGrouped(Tensor x, Tensor expertOfRow, Pass pass) => x.MatMulGrouped(Experts, expertOfRow);

    /// <inheritdoc/>
    public override Tensor Rows(Tensor ids) => throw NoMatrix("rows");

    /// <inheritdoc/>
    public override Tensor CrossEntropy(Tensor x, Tensor targets, double scale, CrossEntropyOptions options, Tensor bias = default) => throw NoMatrix("cross-entropy");

    private InkstoneShapeException NoMatrix(string operation) =>
        new("the weight is a stack of experts", operation, "a single matrix", $"[{Experts.Count}, {OutputWidth}, {InputWidth}]");
}
