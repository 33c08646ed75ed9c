using Inkstone.Tensors;

namespace Inkstone.Training;

/// <summary>
/// Moves the singular values of a matrix towards one by five steps of X ← aX + (bM + cM²)X, M = XXᵀ, with Jordan's coefficients, which trade exactness (values
/// end between about 0.7 and 1.2) for speed of approach.
/// </summary>
internal static class NewtonSchulz
{
    private const int Steps = 5;
    private const double A = 3.4445;
    private const double B = -4.7750;
    private const double C = 2.0315;

    /// <summary>The nearly orthogonal matrix of the same singular vectors: [rows, columns] → the same.</summary>
    public static Tensor Orthogonalise(in Tensor matrix)
    {
        // M is made on the shorter side; a tall matrix goes in transposed, as a view
        var isTall = matrix.Shape[0] > matrix.Shape[1];
        var x = isTall ? matrix.Transpose() : matrix;
        x /= x.SumOfSquares().Sqrt() + 1e-7;
        for (var step = 0; step < Steps; step++)
        {
            var m = x.MatMul(x, transposeOther: true);
            var factor = m.MatMul(m);
            InPlace.Scale(factor, C);
            InPlace.AddScaled(m, B, factor);
            var next = factor.MatMul(x);
            InPlace.AddScaled(x, A, next);
            x = next;
        }
        return isTall ? x.Transpose() : x;
    }
}
