namespace Inkstone.Tensors;

/// <summary>How many rows of A a <see cref="IStreamTile"/> takes at once, as a type, so that each count is compiled on its own.</summary>
internal interface IRowCount
{
    static abstract int Value { get; }
}

/// <summary>One row.</summary>
internal readonly struct OneRow : IRowCount
{
    public static int Value => 1;
}

/// <summary>Two rows.</summary>
internal readonly struct TwoRows : IRowCount
{
    public static int Value => 2;
}

/// <summary>Four rows.</summary>
internal readonly struct FourRows : IRowCount
{
    public static int Value => 4;
}

/// <summary>Eight rows.</summary>
internal readonly struct EightRows : IRowCount
{
    public static int Value => 8;
}

/// <summary>
/// A kernel for products of few rows by a weight W stored [n,k], which it reads once, straight from memory, and transposes in registers, so
/// that lanes hold columns of C and each sums along k in the one order of <see cref="NaiveGemm"/>.
/// </summary>
internal unsafe interface IStreamTile
{
    /// <summary>Columns of C, rows of W, that are summed at once.</summary>
    static abstract int Columns { get; }

    /// <summary>The most rows of A that are summed at once.</summary>
    static abstract int MostRows { get; }

    /// <summary><c>sums[r,c] = Σₚ x[p,r]·W[c,p]</c>, each sum a chain of multiply-adds in ascending p from zero.</summary>
    /// <param name="w">The first column's first element.</param>
    /// <param name="wStride">Bytes from one column to the next.</param>
    /// <param name="ahead">Where the same part of W begins that is read after this one: it is fetched meanwhile. May be what was read already.</param>
    /// <param name="x">Rows of A as [k, rows], so that what is multiplied by one element of W lies together.</param>
    /// <param name="k">Length of the sums.</param>
    /// <param name="sums">[rows, columns].</param>
    static abstract void Sum<TReader, TRows>(byte* w, nint wStride, byte* ahead, float* x, int k, float* sums)
        where TReader : struct, IWeightReader
        where TRows : struct, IRowCount;
}
