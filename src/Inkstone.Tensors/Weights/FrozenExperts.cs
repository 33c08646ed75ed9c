using Inkstone.Foundation.Errors;

namespace Inkstone.Tensors;

/// <summary>
/// A stack of experts w [experts, rows, columns] that is not trained: matrices of one shape and format, one of which each row of a product chooses. A row's result has the
/// same bits alone and among others.
/// </summary>
public sealed class FrozenExperts
{
    private readonly FrozenMatrix[] _matrices;

    private FrozenExperts(FrozenMatrix[] matrices) => _matrices = matrices;

    /// <summary>How many experts.</summary>
    public int Count => _matrices.Length;

    /// <summary>Where they live.</summary>
    public Backend Backend => _matrices[0].Backend;

    /// <summary>The format they were stored in.</summary>
    public WeightFormat Format => _matrices[0].Format;

    /// <summary>The width of what a product gives.</summary>
    public int Rows => _matrices[0].Rows;

    /// <summary>The width of what a product is given.</summary>
    public int Columns => _matrices[0].Columns;

    /// <summary>Bytes of memory of their own, beside those of the file.</summary>
    public long OwnBytes => _matrices.Sum(matrix => matrix.OwnBytes);

    /// <summary>One expert.</summary>
    public FrozenMatrix this[int expert] => _matrices[expert];

    /// <summary>Prepares experts whose rows lie under each other in a stored matrix, one expert's after another's.</summary>
    /// <param name="source">All rows.</param>
    /// <param name="count">How many experts they are of.</param>
    /// <param name="backend">Where the products are made.</param>
    /// <param name="interleave">As in <see cref="FrozenMatrix.Create"/>.</param>
    /// <exception cref="InkstoneShapeException">The rows are no whole number an expert.</exception>
    public static FrozenExperts Create(StoredMatrix source, int count, Backend? backend = null, bool interleave = true)
    {
        if (count < 1 || source.Rows % count != 0)
            throw new InkstoneShapeException("the rows of a stack of experts are no whole number an expert", "experts", $"a multiple of {count}", $"{source.Rows}");
        var rows = source.Rows / count;
        return new([.. Enumerable.Range(0, count).Select(expert => FrozenMatrix.Create(source.Slice(expert * rows, rows), backend, interleave))]);
    }
}
