using Inkstone.Tensors;

namespace Inkstone.Models;

/// <summary>One matrix of a stack that the file holds matrix by matrix: of rank two there, [1, rows, columns] here.</summary>
public sealed record Stacked : TensorChange
{
    /// <inheritdoc/>
    public override bool KeepsOrder => true;

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
    public override bool KeepsOrder => true;

    /// <inheritdoc/>
    public override Tensor Load(Tensor stored) => stored.Unsqueeze(0);

    /// <inheritdoc/>
    public override Tensor Save(Tensor own) => own.Squeeze(0);

    /// <inheritdoc/>
    public override Shape StoredShape(Shape own) => own.Without(0);
}

/// <summary>A vector that the file holds as a matrix of one row.</summary>
public sealed record UnderOneRow : TensorChange
{
    /// <inheritdoc/>
    public override bool KeepsOrder => true;

    /// <inheritdoc/>
    public override Tensor Load(Tensor stored) => stored.Squeeze(0);

    /// <inheritdoc/>
    public override Tensor Save(Tensor own) => own.Unsqueeze(0);

    /// <inheritdoc/>
    public override Shape StoredShape(Shape own) => [1, own[0]];
}

/// <summary>A table whose first rows the file leaves out; loading makes them zeros.</summary>
/// <param name="Count">How many.</param>
public sealed record WithoutFirstRows(int Count) : TensorChange
{
    /// <inheritdoc/>
    public override bool KeepsRows => Count == 0;

    /// <inheritdoc/>
    public override Tensor Load(Tensor stored) =>
        Count == 0 ? stored : Tensor.Concatenate(0, Tensor.Zeros(stored.Shape.With(0, Count), stored.Type, stored.Backend), stored);

    /// <inheritdoc/>
    public override Tensor Save(Tensor own) => own.Slice(0, Count, own.Shape[0] - Count);

    /// <inheritdoc/>
    public override Shape StoredShape(Shape own) => own.With(0, own[0] - Count);

    /// <inheritdoc/>
    public override IReadOnlyList<int> RowOrder(int rows) => [.. Enumerable.Range(0, rows)];
}

/// <summary>A stack of matrices that the file holds turned: [experts, columns, rows] there.</summary>
public sealed record ExpertsTransposed : TensorChange
{
    /// <inheritdoc/>
    public override Tensor Load(Tensor stored) => stored.Transpose();

    /// <inheritdoc/>
    public override Tensor Save(Tensor own) => own.Transpose();

    /// <inheritdoc/>
    public override Shape StoredShape(Shape own) => [own[0], own[2], own[1]];
}

/// <summary>Two things that take turns along the second axis in the file, and lie one after the other here.</summary>
/// <param name="Rows">How many there are of both, where each is a row; 0 elsewhere.</param>
public sealed record PairsToHalves(int Rows = 0) : TensorChange
{
    /// <inheritdoc/>
    public override bool KeepsRows => Rows > 0;

    /// <inheritdoc/>
    public override IReadOnlyList<int> RowOrder(int rows) =>
        [.. Enumerable.Range(0, rows).Select(row => row / Rows * Rows + (row % Rows < Rows / 2 ? row % Rows * 2 : (row % Rows - Rows / 2) * 2 + 1))];

    /// <inheritdoc/>
    public override Tensor Load(Tensor stored) => Turn(stored, stored.Shape[1] / 2, 2);

    /// <inheritdoc/>
    public override Tensor Save(Tensor own) => Turn(own, 2, own.Shape[1] / 2);

    private static Tensor Turn(Tensor x, int first, int second) =>
        x.Reshape(x.Shape[0], first, second, x.Rank == 2 ? 1 : x.Shape[2]).Transpose(1, 2).Reshape(x.Shape);
}

/// <summary>A stack of matrices that the file holds under each other: [matrices · rows, columns] there.</summary>
/// <param name="Count">How many matrices.</param>
public sealed record UnderEachOther(int Count) : TensorChange
{
    /// <inheritdoc/>
    public override bool KeepsOrder => true;

    /// <inheritdoc/>
    public override Tensor Load(Tensor stored) => stored.Reshape(Count, stored.Shape[0] / Count, stored.Shape[1]);

    /// <inheritdoc/>
    public override Tensor Save(Tensor own) => own.Contiguous().Reshape(own.Shape[0] * own.Shape[1], own.Shape[2]);

    /// <inheritdoc/>
    public override Shape StoredShape(Shape own) => [own[0] * own[1], own[2]];
}
