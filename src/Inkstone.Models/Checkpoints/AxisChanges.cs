using Inkstone.Tensors;

namespace Inkstone.Models;

/// <summary>One matrix of a stack that the file holds matrix by matrix: of rank two there, [1, rows, columns] here.</summary>
public sealed record Stacked : TensorChange
{
    /// <inheritdoc/>
    public override bool KeepsRows => true;

    /// <inheritdoc/>
    public override Tensor Load(Tensor stored) => stored.Unsqueeze(0);

    /// <inheritdoc/>
    public override Tensor Save(Tensor own) => own.Squeeze(0);

    /// <inheritdoc/>
    public override Shape StoredShape(Shape own) => own.Without(0);

    /// <inheritdoc/>
    public override IReadOnlyList<int> RowOrder(int rows) => [.. Enumerable.Range(0, rows)];
}

/// <summary>A matrix of one row that the file holds as a vector.</summary>
public sealed record OneRow : TensorChange
{
    /// <inheritdoc/>
    public override Tensor Load(Tensor stored) => stored.Unsqueeze(0);

    /// <inheritdoc/>
    public override Tensor Save(Tensor own) => own.Squeeze(0);

    /// <inheritdoc/>
    public override Shape StoredShape(Shape own) => own.Without(0);
}
