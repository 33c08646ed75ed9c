using Inkstone.Foundation.Randomness;

namespace Inkstone.Tensors.Tests;

/// <summary>Random operands of one product by a weight, whose rows are longer than the product needs; the spare elements of A and W are NaN.</summary>
internal sealed unsafe class DotCase
{
    private const int Spare = 5;
    private readonly float[] _a, _w, _c, _bias;
    private readonly ushort[] _narrow;
    private readonly DotProblem _shape;
    private readonly bool _hasBias;

    public DotCase(int m, int n, int k, WeightElement element = WeightElement.Single, bool bias = false, bool accumulate = false)
    {
        var rng = Rng.From(m * 1000003L + n * 1009 + k).Cursor();
        _hasBias = bias;
        _a = Fill(m, k, rng, float.NaN);
        _w = Fill(n, k, rng, float.NaN);
        _c = Fill(m, n, rng, 77f);
        _bias = Fill(1, n, rng, float.NaN);
        _narrow = element == WeightElement.Single ? [] : [.. _w.Select(value => Narrow(value, element))];
        for (var i = 0; i < _narrow.Length; i++)
            _w[i] = Widen(_narrow[i], element);
        _shape = new DotProblem
        {
            M = m,
            N = n,
            K = k,
            AStride = k + Spare,
            WStride = k + Spare,
            CStride = n + Spare,
            Element = element,
            Accumulate = accumulate,
        };
    }

    public delegate void Multiplication(in DotProblem problem);

    /// <summary>Elements from one row of C to the next.</summary>
    public int RowStride => (int)_shape.CStride;

    /// <summary>What C holds after the product, its spare elements too.</summary>
    public float[] Run(Multiplication multiply) => RunRows(0, _shape.M, multiply);

    /// <summary>Only rows [row, row + count): what they hold after the product.</summary>
    public float[] RunRows(int row, int count, Multiplication multiply)
    {
        var result = (float[])_c.Clone();
        fixed (float* a = _a, w = _w, c = result, bias = _bias)
        fixed (ushort* narrow = _narrow)
        {
            var problem = _shape;
            problem.M = count;
            problem.A = a + row * _shape.AStride;
            problem.W = _narrow.Length == 0 ? w : narrow;
            problem.C = c + row * _shape.CStride;
            problem.Bias = _hasBias ? bias : null;
            multiply(problem);
        }
        return result.AsSpan(row * RowStride, count * RowStride).ToArray();
    }

    /// <summary>The largest difference from the product in double precision, in units of what single-precision sums may differ by.</summary>
    public double Error(float[] found)
    {
        var worst = 0.0;
        for (var i = 0; i < _shape.M; i++)
        {
            for (var j = 0; j < _shape.N; j++)
            {
                var at = i * RowStride + j;
                double sum = (_shape.Accumulate ? _c[at] : 0) + (_hasBias ? _bias[j] : 0), size = Math.Abs(sum);
                for (var p = 0; p < _shape.K; p++)
                {
                    var product = (double)_a[i * (int)_shape.AStride + p] * _w[j * (int)_shape.WStride + p];
                    sum += product;
                    size += Math.Abs(product);
                }
                var error = Math.Abs(found[at] - sum);
                worst = Math.Max(worst, error == 0 ? 0 : double.IsNaN(error) ? double.PositiveInfinity : error / (size * 1e-6));
            }
        }
        return worst;
    }

    private static ushort Narrow(float value, WeightElement element) => element == WeightElement.Half
        ? BitConverter.HalfToUInt16Bits((Half)value)
        : (ushort)(BitConverter.SingleToUInt32Bits(value) >> 16);

    private static float Widen(ushort bits, WeightElement element) => element == WeightElement.Half
        ? (float)BitConverter.UInt16BitsToHalf(bits)
        : BitConverter.UInt32BitsToSingle((uint)bits << 16);

    private static float[] Fill(int rows, int columns, RngCursor rng, float spare)
    {
        var values = new float[rows * (columns + Spare) + 1];
        for (var i = 0; i < values.Length; i++)
            values[i] = i % (columns + Spare) < columns && i < values.Length - 1 ? rng.NextUniform() * 2 - 1 : spare;
        return values;
    }
}
