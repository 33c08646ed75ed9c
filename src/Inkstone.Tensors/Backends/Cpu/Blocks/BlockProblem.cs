namespace Inkstone.Tensors;

/// <summary>Rounded rows times a weight in panels: <c>C[m,n] = bias[n] + Σ activations[m,k] · W[n,k]</c>.</summary>
internal unsafe struct BlockProblem
{
    /// <summary>Rows of C, columns of C, and the length of each sum.</summary>
    public int M, N, K;

    /// <summary>The rows.</summary>
    public ActivationBlocks A;

    /// <summary>C, stored [m,n].</summary>
    public float* C;

    public nint CStride;

    /// <summary>n numbers added to every row, or null.</summary>
    public float* Bias;
}
