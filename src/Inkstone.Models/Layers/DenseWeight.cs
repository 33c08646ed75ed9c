using Inkstone.Tensors;

namespace Inkstone.Models;

/// <summary>
/// A trainable matrix [output width, input width], as PyTorch lays it, or a stack of such matrices [experts, output width, input width] for
/// <see cref="MultiplyGrouped"/>.
/// </summary>
public sealed class DenseWeight(Parameter parameter) : LinearWeight
{
    /// <summary>The numbers.</summary>
    public Parameter Parameter { get; } = parameter;

    /// <inheritdoc/>
    public override int InputWidth => Parameter.Value.Shape[-1];

    /// <inheritdoc/>
    public override int OutputWidth => Parameter.Value.Shape[-2];

    /// <inheritdoc/>
    protected override IEnumerable<Parameter> OwnParameters => [Parameter];

    /// <inheritdoc/>
    public override Tensor Multiply(Tensor x, Pass pass, Tensor bias = default) =>
        pass.BatchInvariant ? x.LinearInvariant(Parameter.Value, bias) : x.Linear(Parameter.Value, bias);

    /// <inheritdoc/>
    public override Tensor MultiplyGrouped(Tensor x, Tensor expertOfRow, Pass pass) =>
        pass.BatchInvariant ? x.MatMulGroupedInvariant(Parameter.Value, expertOfRow) : x.MatMulGrouped(Parameter.Value, expertOfRow);

    /// <inheritdoc/>
    public override Tensor Rows(Tensor ids) => Parameter.Value.Rows(ids);

    /// <inheritdoc/>
    /// <remarks>With a bias, the logits of all rows are made at once.</remarks>
    public override Tensor CrossEntropy(Tensor x, Tensor targets, double scale, CrossEntropyOptions options, Tensor bias = default) =>
        bias.IsMissing ? x.HeadCrossEntropy(Parameter.Value, targets, scale, options) : x.Linear(Parameter.Value, bias).CrossEntropy(targets, options).Sum() * scale;
}
