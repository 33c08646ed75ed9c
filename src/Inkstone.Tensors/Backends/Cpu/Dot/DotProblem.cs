namespace Inkstone.Tensors;

/// <summary>The element type of a weight that a product reads.</summary>
internal enum WeightElement
{
    /// <summary>Single precision.</summary>
    Single,

    /// <summary>IEEE half precision.</summary>
    Half,

    /// <summary>bfloat16: the upper half of a single.</summary>
    BFloat16,
}

/// <summary>
/// Rows times a weight stored row by row: <c>C[m,n] = (accumulate ? C : 0) + bias[n] + Σₖ A[m,k]·W[n,k]</c>. Strides count elements; rows of A, W and C are
/// contiguous.
/// </summary>
internal unsafe struct DotProblem
{
    /// <summary>Rows of C, columns of C, and the length of each sum.</summary>
    public int M, N, K;

    /// <summary>A, stored [m,k].</summary>
    public float* A;

    public nint AStride;

    /// <summary>The weight, stored [n,k].</summary>
    public void* W;

    public nint WStride;

    public WeightElement Element;

    /// <summary>C, stored [m,n].</summary>
    public float* C;

    public nint CStride;

    /// <summary>n numbers added to every row, or null.</summary>
    public float* Bias;

    /// <summary>Whether the product is added to what C holds.</summary>
    public bool Accumulate;
}
