namespace Inkstone.Tensors;

/// <summary>
/// The product in plain loops: the specification of <see cref="DotProducts"/>. Along k go blocks of <see cref="BlockLength"/>. In a block, with zeros to fill up the
/// last eight, lane l of eight is the chain of multiply-adds over the elements at l, l + 8, l + 16, …; then the lanes are folded, the upper half onto the lower,
/// three times, and the block's sum is added to the element. That order depends on k alone.
/// </summary>
internal static unsafe class NaiveDot
{
    /// <summary>Elements along k that are summed before the sum is added to C.</summary>
    public const int BlockLength = 512;

    /// <summary>Chains of sums that run side by side.</summary>
    public const int Lanes = 8;

    /// <summary>Computes the problem.</summary>
    public static void Multiply(in DotProblem problem)
    {
        for (var i = 0; i < problem.M; i++)
        {
            for (var j = 0; j < problem.N; j++)
                problem.C[i * problem.CStride + j] = Element(problem, i, j);
        }
    }

    private static float Element(in DotProblem problem, int i, int j)
    {
        var value = (problem.Accumulate ? problem.C[i * problem.CStride + j] : 0f) + (problem.Bias == null ? 0f : problem.Bias[j]);
        var lanes = stackalloc float[Lanes];
        for (var start = 0; start < problem.K; start += BlockLength)
        {
            new Span<float>(lanes, Lanes).Clear();
            var length = Math.Min(BlockLength, problem.K - start);
            for (var p = 0; p < length || p % Lanes != 0; p++)
            {
                var (a, w) = p < length ? (problem.A[i * problem.AStride + start + p], Weight(problem, j, start + p)) : (0f, 0f);
                lanes[p % Lanes] = float.MultiplyAddEstimate(a, w, lanes[p % Lanes]);
            }
            for (var half = Lanes / 2; half > 0; half /= 2)
            {
                for (var lane = 0; lane < half; lane++)
                    lanes[lane] += lanes[lane + half];
            }
            value += lanes[0];
        }
        return value;
    }

    private static float Weight(in DotProblem problem, int row, int p)
    {
        var index = row * problem.WStride + p;
        return problem.Element switch
        {
            WeightElement.Single => ((float*)problem.W)[index],
            WeightElement.Half => HalfReader.ReadOne((byte*)problem.W + index * HalfReader.Size),
            _ => BFloat16Reader.ReadOne((byte*)problem.W + index * BFloat16Reader.Size),
        };
    }
}
