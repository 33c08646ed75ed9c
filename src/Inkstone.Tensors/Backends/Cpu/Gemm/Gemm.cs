namespace Inkstone.Tensors;

/// <summary>
/// Single-precision matrix products: <c>C = (accumulate ? C : 0) + bias + alpha·A·B</c>, each matrix transposed or not, with any row
/// strides, alone or in batches. The result of an element depends on its row of A, its column of B and k alone, bit for bit: not on m, n,
/// the place in C, the vector width (where the processor has fused multiply-add) or the number of threads; see <see cref="NaiveGemm"/>
/// for the order of the sum.
/// </summary>
/// <param name="team">The threads that do the work.</param>
/// <param name="width">The vector width of the kernel.</param>
internal sealed class Gemm(WorkerTeam team, VectorWidth width)
{
    /// <summary>Computes the problem; allocates nothing once its thread's packing buffers have grown.</summary>
    public void Multiply(in GemmProblem batch)
    {
        switch (width)
        {
            case VectorWidth.Bits512:
                GemmSchedule<GemmKernel512>.Multiply(team, batch);
                break;
            case VectorWidth.Bits256:
                GemmSchedule<GemmKernel256>.Multiply(team, batch);
                break;
            default:
                GemmSchedule<GemmKernel128>.Multiply(team, batch);
                break;
        }
    }
}
