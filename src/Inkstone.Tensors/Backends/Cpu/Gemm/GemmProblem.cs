namespace Inkstone.Tensors;

/// <summary>
/// One product, or a batch of products of one shape: <c>C[m,n] = (accumulate ? C : 0) + bias[n] + alpha·A[m,k]·B[k,n]</c>.
/// Strides count elements. A row of C, and the inner dimension of A and B as they are stored, are contiguous.
/// </summary>
internal unsafe struct GemmProblem
{
    public GemmProblem()
    {
        BatchCount = 1;
        Alpha = 1;
    }

    /// <summary>Rows of C, columns of C, and the length of each sum.</summary>
    public int M, N, K;

    /// <summary>A, stored [m,k], or [k,m] when <see cref="TransposeA"/>.</summary>
    public float* A;

    /// <summary>Elements from one stored row of A to the next.</summary>
    public nint AStride;

    public bool TransposeA;

    /// <summary>B, stored [k,n], or [n,k] when <see cref="TransposeB"/>.</summary>
    public float* B;

    /// <summary>Elements from one stored row of B to the next.</summary>
    public nint BStride;

    public bool TransposeB;

    /// <summary>C, stored [m,n].</summary>
    public float* C;

    public nint CStride;

    /// <summary>n numbers added to every row, or null.</summary>
    public float* Bias;

    public float Alpha;

    /// <summary>Whether the product is added to what C holds.</summary>
    public bool Accumulate;

    public int BatchCount;

    /// <summary>Elements from one product's matrix to the next's; zero shares the matrix.</summary>
    public nint ABatchStride, BBatchStride, CBatchStride;

    /// <summary>The product at an index of the batch.</summary>
    public readonly GemmProblem At(int index)
    {
        var one = this;
        one.BatchCount = 1;
        one.A = A + index * ABatchStride;
        one.B = B + index * BBatchStride;
        one.C = C + index * CBatchStride;
        return one;
    }
}
