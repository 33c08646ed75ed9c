using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Inkstone.Tensors;

/// <summary>
/// H = U·D·Uᵀ, U unit upper triangular, in double precision: the factorisation L·D·Lᵀ of H read from its last row and column to its first, a panel of columns at a time
/// (Golub and Van Loan, "Matrix computations", 4.2). Sums run in one order, whatever the processor and the number of threads.
/// </summary>
internal static class TriangularFactor
{
    private const int Panel = 64;

    /// <summary>Factorises; false if a pivot is not safely positive.</summary>
    /// <param name="moments">H, row-major.</param>
    /// <param name="order">The rows and columns of H in the order of U's.</param>
    /// <param name="added">What is added to the diagonal.</param>
    /// <param name="factor">U above its diagonal, column after column: U[0, 1], U[0, 2], U[1, 2], and so on.</param>
    /// <param name="pivots">D.</param>
    public static bool TryMake(ReadOnlyMemory<float> moments, int[] order, double added, out float[] factor, out double[] pivots)
    {
        var n = order.Length;
        var rows = new double[n][];
        for (var i = 0; i < n; i++)
        {
            rows[i] = new double[i + 1];
            for (var j = 0; j <= i; j++)
                rows[i][j] = moments.Span[(order[n - 1 - i] * n) + order[n - 1 - j]];
            rows[i][i] += added;
        }
        factor = [];
        pivots = new double[n];
        if (!Factorise(rows, added))
            return false;
        // L[i, j] = U[n - 1 - i, n - 1 - j], and L's columns stand divided by the roots of D
        factor = new float[checked((int)((long)n * (n - 1) / 2))];
        for (var time = 0; time < n; time++)
        {
            var root = rows[n - 1 - time][^1];
            pivots[time] = root * root;
            var start = (int)((long)time * (time - 1) / 2);
            for (var j = 0; j < time; j++)
                factor[start + j] = (float)(rows[n - 1 - j][n - 1 - time] / root);
        }
        return true;
    }

    /// <summary>Cholesky's factorisation in place: each row minus what the panels before it explain.</summary>
    private static bool Factorise(double[][] rows, double added)
    {
        for (var start = 0; start < rows.Length; start += Panel)
        {
            var (first, end) = (start, Math.Min(start + Panel, rows.Length));
            if (first > 0)
                Parallel.For(first, rows.Length, i =>
                {
                    for (var j = first; j < Math.Min(end, i + 1); j++)
                        rows[i][j] -= Dot(rows[i].AsSpan(0, first), rows[j].AsSpan(0, first));
                });
            for (var i = first; i < end; i++)
            {
                Solve(rows, first, i, i);
                var pivot = rows[i][i] - Dot(rows[i].AsSpan(first, i - first), rows[i].AsSpan(first, i - first));
                // what was added is part of every pivot; less means that rounding has eaten it
                if (!(pivot > added / 2))
                    return false;
                rows[i][i] = Math.Sqrt(pivot);
            }
            Parallel.For(end, rows.Length, i => Solve(rows, first, i, end));
        }
        return true;
    }

    /// <summary>A row's numbers of a panel, up to a column.</summary>
    private static void Solve(double[][] rows, int first, int row, int end)
    {
        for (var j = first; j < end; j++)
            rows[row][j] = (rows[row][j] - Dot(rows[row].AsSpan(first, j - first), rows[j].AsSpan(first, j - first))) / rows[j][j];
    }

    private static double Dot(ReadOnlySpan<double> a, ReadOnlySpan<double> b)
    {
        ref var left = ref MemoryMarshal.GetReference(a);
        ref var right = ref MemoryMarshal.GetReference(b);
        var (one, two, i) = (Vector256<double>.Zero, Vector256<double>.Zero, 0);
        for (; i <= a.Length - (2 * Vector256<double>.Count); i += 2 * Vector256<double>.Count)
        {
            one += Vector256.LoadUnsafe(ref left, (nuint)i) * Vector256.LoadUnsafe(ref right, (nuint)i);
            two += Vector256.LoadUnsafe(ref left, (nuint)(i + Vector256<double>.Count)) * Vector256.LoadUnsafe(ref right, (nuint)(i + Vector256<double>.Count));
        }
        one += two;
        var sum = one[0] + one[1] + (one[2] + one[3]);
        for (; i < a.Length; i++)
            sum += a[i] * b[i];
        return sum;
    }
}
