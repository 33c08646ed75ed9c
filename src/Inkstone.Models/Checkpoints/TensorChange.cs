using Inkstone.Tensors;

namespace Inkstone.Models;

/// <summary>One way in which a file's tensor differs from ours, with its inverse: loading goes one way, saving the other.</summary>
public abstract record TensorChange
{
    /// <summary>From the file's form to ours.</summary>
    public abstract Tensor Load(Tensor stored);

    /// <summary>From our form to the file's.</summary>
    public abstract Tensor Save(Tensor own);

    /// <summary>The file's shape of a tensor of ours.</summary>
    public virtual Shape StoredShape(Shape own) => own;

    /// <summary>Whether loading only puts whole rows into another order, so that a matrix may stay in the format of its file.</summary>
    public virtual bool KeepsRows => false;

    /// <summary>Whether only the shape differs, the numbers lying in the same order, so that they can be copied as they come.</summary>
    public virtual bool KeepsOrder => false;

    /// <summary>Where <see cref="KeepsRows"/>: the row of the file that is row i of ours, for each i.</summary>
    public virtual IReadOnlyList<int> RowOrder(int rows) => throw new NotSupportedException();
}

/// <summary>A matrix that the file holds turned (GPT-2's Conv1D).</summary>
public sealed record Transposed : TensorChange
{
    /// <inheritdoc/>
    public override Tensor Load(Tensor stored) => stored.Transpose();

    /// <inheritdoc/>
    public override Tensor Save(Tensor own) => own.Transpose();

    /// <inheritdoc/>
    public override Shape StoredShape(Shape own) => [own[1], own[0]];
}

/// <summary>A number that the file leaves out of every element (norms stored as their distance from one).</summary>
/// <param name="Amount">What is added in loading.</param>
public sealed record Offset(double Amount) : TensorChange
{
    /// <inheritdoc/>
    public override Tensor Load(Tensor stored) => stored + Amount;

    /// <inheritdoc/>
    public override Tensor Save(Tensor own) => own - Amount;
}

/// <summary>
/// Rows of a query or key projection, or elements of its bias, whose heads pair elements 2i and 2i + 1 in the file, and i and i + half here (Meta's own files, and GGUF's of Llama, against
/// Hugging Face's); or the other way round.
/// </summary>
/// <param name="HeadWidth">Rows of one head.</param>
/// <param name="Reversed">Whether the file has the halves.</param>
public sealed record RotaryPermuted(int HeadWidth, bool Reversed = false) : TensorChange
{
    /// <inheritdoc/>
    public override Tensor Load(Tensor stored) => Reversed ? ToPairs(stored) : ToHalves(stored);

    /// <inheritdoc/>
    public override Tensor Save(Tensor own) => Reversed ? ToHalves(own) : ToPairs(own);

    /// <inheritdoc/>
    public override bool KeepsRows => true;

    /// <inheritdoc/>
    public override IReadOnlyList<int> RowOrder(int rows)
    {
        var half = HeadWidth / 2;
        return [.. Enumerable.Range(0, rows).Select(row => row / HeadWidth * HeadWidth + (Reversed
            ? row % 2 * half + row % HeadWidth / 2
            : row % half * 2 + row % HeadWidth / half))];
    }

    private Tensor ToHalves(Tensor x) => Turn(x, HeadWidth / 2, 2);

    private Tensor ToPairs(Tensor x) => Turn(x, 2, HeadWidth / 2);

    private Tensor Turn(Tensor x, int first, int second) =>
        x.Reshape(x.Shape[0] / HeadWidth, first, second, x.Rank == 1 ? 1 : x.Shape[1]).Transpose(1, 2).Reshape(x.Shape);
}
