namespace Inkstone.Tensors;

/// <summary>
/// The product in plain loops: the specification of <see cref="Gemm"/>. Each element sums along k in blocks of <see cref="BlockLength"/>,
/// a chain of multiply-adds in each block, and adds the block's sum to the element; that order depends on k alone, and every kernel keeps
/// it, so all give these bits.
/// </summary>
internal static unsafe class NaiveGemm
{
    /// <summary>Elements along k that are summed before the sum is added to C.</summary>
    public const int BlockLength = 384;

    /// <summary>Computes the problem.</summary>
    public static void Multiply(in GemmProblem batch)
    {
        for (var index = 0; index < batch.BatchCount; index++)
        {
            var one = batch.At(index);
            for (var i = 0; i < one.M; i++)
            {
                for (var j = 0; j < one.N; j++)
                    one.C[i * one.CStride + j] = Element(one, i, j);
            }
        }
    }

    private static float Element(in GemmProblem one, int i, int j)
    {
        var value = (one.Accumulate ? one.C[i * one.CStride + j] : 0f) + (one.Bias == null ? 0f : one.Bias[j]);
        for (var start = 0; start < one.K; start += BlockLength)
        {
            var sum = 0f;
            for (var p = start; p < Math.Min(start + BlockLength, one.K); p++)
                sum = float.MultiplyAddEstimate(ReadA(one, i, p), ReadB(one, p, j), sum);
            value = float.MultiplyAddEstimate(one.Alpha, sum, value);
        }
        return value;
    }

    private static float ReadA(in GemmProblem one, int i, int p) => one.A[one.TransposeA ? p * one.AStride + i : i * one.AStride + p];

    private static float ReadB(in GemmProblem one, int p, int j) => one.B[one.TransposeB ? j * one.BStride + p : p * one.BStride + j];
}
