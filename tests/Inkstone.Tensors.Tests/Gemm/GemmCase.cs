using Inkstone.Foundation.Randomness;

namespace Inkstone.Tensors.Tests;

/// <summary>Random operands of one product, whose rows are longer than the product needs; the spare elements of A and B are NaN.</summary>
internal sealed unsafe class GemmCase
{
    private const int Spare = 5;
    private readonly float[] _a, _b, _c, _bias;
    private readonly GemmProblem _shape;
    private readonly bool _hasBias;

    public GemmCase(
        int m, int n, int k, bool transposeA = false, bool transposeB = false, int batch = 1, bool bias = false, bool accumulate = false, float alpha = 1)
    {
        var rng = Rng.From(m * 1000003L + n * 1009 + k).Cursor();
        _hasBias = bias;
        var (aRows, aColumns) = transposeA ? (k, m) : (m, k);
        var (bRows, bColumns) = transposeB ? (n, k) : (k, n);
        _a = Fill(batch * aRows, aColumns, rng, float.NaN);
        _b = Fill(batch * bRows, bColumns, rng, float.NaN);
        _c = Fill(batch * m, n, rng, 77f);
        _bias = Fill(1, n, rng, float.NaN);
        _shape = new GemmProblem
        {
            M = m,
            N = n,
            K = k,
            AStride = aColumns + Spare,
            BStride = bColumns + Spare,
            CStride = n + Spare,
            TransposeA = transposeA,
            TransposeB = transposeB,
            Alpha = alpha,
            Accumulate = accumulate,
            BatchCount = batch,
            ABatchStride = (nint)aRows * (aColumns + Spare),
            BBatchStride = (nint)bRows * (bColumns + Spare),
            CBatchStride = (nint)m * (n + Spare),
        };
    }

    public delegate void Multiplication(in GemmProblem problem);

    /// <summary>What C holds after the product, its spare elements too.</summary>
    public float[] Run(Multiplication multiply)
    {
        var result = (float[])_c.Clone();
        fixed (float* a = _a, b = _b, c = result, bias = _bias)
        {
            var problem = _shape;
            problem.A = a;
            problem.B = b;
            problem.C = c;
            problem.Bias = _hasBias ? bias : null;
            multiply(problem);
        }
        return result;
    }

    /// <summary>Only rows [row, row + count) of a product of one.</summary>
    public float[] RunRows(int row, int count, Multiplication multiply)
    {
        var result = Run((in GemmProblem whole) =>
        {
            var part = whole;
            part.M = count;
            part.A += whole.TransposeA ? row : row * whole.AStride;
            part.C += row * whole.CStride;
            multiply(part);
        });
        return result.AsSpan(row * (int)_shape.CStride, count * (int)_shape.CStride).ToArray();
    }

    /// <summary>The largest difference from the product in double precision, in units of what single-precision sums may differ by.</summary>
    public double Error(float[] found)
    {
        var worst = 0.0;
        for (var index = 0; index < _shape.BatchCount; index++)
        {
            for (var i = 0; i < _shape.M; i++)
            {
                for (var j = 0; j < _shape.N; j++)
                {
                    var at = index * (int)_shape.CBatchStride + i * (int)_shape.CStride + j;
                    double sum = (_shape.Accumulate ? _c[at] : 0) + (_hasBias ? _bias[j] : 0), size = Math.Abs(sum);
                    for (var p = 0; p < _shape.K; p++)
                    {
                        var a = _a[index * (int)_shape.ABatchStride + (_shape.TransposeA ? p * (int)_shape.AStride + i : i * (int)_shape.AStride + p)];
                        var b = _b[index * (int)_shape.BBatchStride + (_shape.TransposeB ? j * (int)_shape.BStride + p : p * (int)_shape.BStride + j)];
                        sum += (double)_shape.Alpha * a * b;
                        size += Math.Abs((double)_shape.Alpha * a * b);
                    }
                    var error = Math.Abs(found[at] - sum);
                    worst = Math.Max(worst, error == 0 ? 0 : double.IsNaN(error) ? double.PositiveInfinity : error / (size * 1e-6));
                }
            }
        }
        return worst;
    }

    private static float[] Fill(int rows, int columns, RngCursor rng, float spare)
    {
        var values = new float[rows * (columns + Spare) + 1];
        for (var i = 0; i < values.Length; i++)
            values[i] = i % (columns + Spare) < columns && i < values.Length - 1 ? rng.NextUniform() * 2 - 1 : spare;
        return values;
    }
}
