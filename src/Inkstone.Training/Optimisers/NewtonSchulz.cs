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

    /// <summary>
    /// The nearly orthogonal matrices of the same singular vectors: [count, rows, columns] → the same. Wide matrices cost least: M is made of the rows.
    /// </summary>
    public static Tensor Orthogonalise(in Tensor stack)
    {
        var x = stack / (stack.SumOfSquares([1, 2], keep: true).Sqrt() + 1e-7);
        // with n rows and l columns the steps take 5(4n²l + 2n³) operations on X itself and 4n²l + 34n³ on M alone
        return 2L * x.Shape[2] > 3L * x.Shape[1] ? StepOnProduct(x) : StepOnMatrix(x);
    }

    /// <summary>The steps as they are written.</summary>
    internal static Tensor StepOnMatrix(Tensor x)
    {
        for (var step = 0; step < Steps; step++)
        {
            var factor = Factor(x.MatMul(x, transposeOther: true));
            x = Blend(factor.MatMul(x), A, x);
        }
        return x;
    }

    /// <summary>
    /// The same steps on M: each multiplies X with P = aI + H, H = bM + cM², a polynomial of the first M, and all such commute. So Q = αI + R, the product of all P so
    /// far, and M ← P²M are kept, and X is met twice only, at the beginning and at the end.
    /// </summary>
    internal static Tensor StepOnProduct(Tensor x)
    {
        var m = x.MatMul(x, transposeOther: true);
        var rest = Factor(m);
        var share = A;
        var last = rest;
        for (var step = 1; step < Steps; step++)
        {
            // M ← P(PM), by the P of the step before
            var once = Blend(last.MatMul(m), A, m);
            m = Blend(last.MatMul(once), A, once);
            last = Factor(m);
            // (aI + H)(αI + R) = aαI + αH + aR + HR
            rest = Blend(Blend(last.MatMul(rest), A, rest), share, last);
            share *= A;
        }
        return Blend(rest.MatMul(x), share, x);
    }

    /// <summary>H = bM + cM².</summary>
    private static Tensor Factor(in Tensor m)
    {
        var factor = m.MatMul(m);
        InPlace.Scale(factor, C);
        return Blend(factor, B, m);
    }

    /// <summary>target += factor · source.</summary>
    private static Tensor Blend(in Tensor target, double factor, in Tensor source)
    {
        InPlace.AddScaled(source, factor, target);
        return target;
    }
}
