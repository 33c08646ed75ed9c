namespace Inkstone.Tensors;

/// <summary>
/// A matrix w [rows, columns] that is not trained, in any weight format, kept as a backend wants it for products. Rows of activations that meet a block format
/// are rounded to blocks of 32 integers of eight bits first (<see cref="ActivationBlocks"/> says how); a row's result has the same bits alone and among others.
/// </summary>
public abstract class FrozenMatrix
{
    private protected FrozenMatrix(Backend backend, WeightFormat format, int rows, int columns) =>
        (Backend, Format, Rows, Columns) = (backend, format, rows, columns);

    /// <summary>Where it lives.</summary>
    public Backend Backend { get; }

    /// <summary>The format it was stored in.</summary>
    public WeightFormat Format { get; }

    /// <summary>The width of what a product gives.</summary>
    public int Rows { get; }

    /// <summary>The width of what a product is given.</summary>
    public int Columns { get; }

    /// <summary>Bytes of memory of its own, beside those of the file, once it has been used twice.</summary>
    public abstract long OwnBytes { get; }

    /// <summary>Prepares a stored matrix for products.</summary>
    /// <param name="source">The matrix.</param>
    /// <param name="backend">Where the products are made.</param>
    /// <param name="interleave">
    /// Whether block formats are laid out anew in memory of their own, which products read at the speed of memory; otherwise the stored form is read, slower.
    /// It is done when the matrix is used for the second time; where a block's scale is not finite, the first product says so. The results are the same.
    /// </param>
    public static FrozenMatrix Create(StoredMatrix source, Backend? backend = null, bool interleave = true) =>
        (backend ?? Backend.Default).Freeze(source, interleave);

    /// <summary>y = x·wᵀ (+ bias): x [m, columns], y [m, rows].</summary>
    internal abstract void Multiply(in Tensor x, in Tensor bias, in Tensor y);

    /// <summary>y[i] = w[ids[i]]: ids Int32 [n], y [n, columns]. Out-of-range ids throw.</summary>
    internal abstract void Gather(in Tensor ids, in Tensor y);
}
