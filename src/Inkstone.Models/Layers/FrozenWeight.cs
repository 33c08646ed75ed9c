using Inkstone.Foundation.Errors;
using Inkstone.Tensors;

namespace Inkstone.Models;

/// <summary>A matrix that is not trained, in any format of a file; gradient flows through it to x alone.</summary>
public sealed class FrozenWeight(FrozenMatrix matrix) : LinearWeight
{
    /// <summary>The numbers.</summary>
    public FrozenMatrix Matrix { get; } = matrix;

    /// <inheritdoc/>
    public override int InputWidth => Matrix.Columns;

    /// <inheritdoc/>
    public override int OutputWidth => Matrix.Rows;

    /// <inheritdoc/>
    public override Tensor Multiply(Tensor x, Pass pass, Tensor bias = default) => x.Linear(Matrix, bias);

    /// <inheritdoc/>
    public override Tensor MultiplyGrouped(Tensor x, Tensor expertOfRow, Pass pass) =>
        throw new InkstoneShapeException("the weight is a single matrix", "grouped product", "a stack of experts", $"[{OutputWidth}, {InputWidth}]");

    /// <inheritdoc/>
    public override Tensor Rows(Tensor ids) => ids.RowsOf(Matrix);

    /// <inheritdoc/>
    /// <remarks>The logits of all rows are made at once.</remarks>
    public override Tensor CrossEntropy(Tensor x, Tensor targets, double scale, CrossEntropyOptions options, Tensor bias = default) =>
        x.Linear(Matrix, bias).CrossEntropy(targets, options).Sum() * scale;
}
