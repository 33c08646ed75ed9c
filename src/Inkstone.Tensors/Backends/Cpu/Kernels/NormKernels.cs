using System.Runtime.CompilerServices;

namespace Inkstone.Tensors;

/// <summary>A yes or no known when a kernel is compiled, so that it costs nothing inside a loop.</summary>
internal interface IFlag
{
    /// <summary>The answer.</summary>
    static abstract bool Value { get; }
}

/// <summary>Yes.</summary>
internal readonly struct Yes : IFlag
{
    public static bool Value => true;
}

/// <summary>No.</summary>
internal readonly struct No : IFlag
{
    public static bool Value => false;
}

/// <summary>
/// Layer normalisation and root-mean-square normalisation, one row at a time. With x̂ the normalised row, r the reciprocal deviation and
/// g = dy·weight, both gradients are dx = r·(g − x̂·mean(g·x̂) − mean(g)), the last term for layer normalisation alone.
/// </summary>
internal static unsafe class NormKernels
{
    private const MethodImplOptions Hot = MethodImplOptions.AggressiveOptimization;

    /// <summary>Σ (x − mean)².</summary>
    [MethodImpl(Hot)]
    public static float SquaredDeviations<TVector>(float* x, float mean, nint columns) where TVector : struct, ISimd<TVector>
    {
        TVector center = TVector.Broadcast(mean), a = default, b = default;
        nint i = 0;
        for (; i <= columns - 2 * TVector.Count; i += 2 * TVector.Count)
        {
            var first = TVector.Load(x + i) - center;
            var second = TVector.Load(x + i + TVector.Count) - center;
            a = TVector.MultiplyAdd(first, first, a);
            b = TVector.MultiplyAdd(second, second, b);
        }
        for (; i < columns; i += TVector.Count)
        {
            var last = SimdMemory.LoadPartial(x + i, columns - i, center) - center;
            a = TVector.MultiplyAdd(last, last, a);
        }
        return TVector.HorizontalSum(a + b);
    }

    /// <summary>y = (x − mean)·reciprocal·weight + bias.</summary>
    [MethodImpl(Hot)]
    public static void Normalise<TVector, TWeight, TBias>(
        float* x, float mean, float reciprocal, float* weight, float* bias, float* y, nint columns)
        where TVector : struct, ISimd<TVector>
        where TWeight : struct, IFlag
        where TBias : struct, IFlag
    {
        TVector center = TVector.Broadcast(mean), scale = TVector.Broadcast(reciprocal);
        nint i = 0;
        for (; i <= columns - TVector.Count; i += TVector.Count)
        {
            var value = (TVector.Load(x + i) - center) * scale;
            if (TBias.Value)
                value = TVector.MultiplyAdd(value, TWeight.Value ? TVector.Load(weight + i) : TVector.Broadcast(1f), TVector.Load(bias + i));
            else if (TWeight.Value)
                value *= TVector.Load(weight + i);
            TVector.Store(value, y + i);
        }
        for (; i < columns; i++)
        {
            var value = (x[i] - mean) * reciprocal;
            y[i] = (TWeight.Value ? value * weight[i] : value) + (TBias.Value ? bias[i] : 0f);
        }
    }

    /// <summary>
    /// The first half of a gradient: Σ g (0 when not centred) and Σ g·x̂ of a row; dweight += dy·x̂ and dbias += dy, each unless null.
    /// </summary>
    [MethodImpl(Hot)]
    public static (float Sum, float Product) GradientSums<TVector, TCentered, TWeight>(
        float* x, float mean, float reciprocal, float* weight, float* dy, float* dweight, float* dbias, nint columns)
        where TVector : struct, ISimd<TVector>
        where TCentered : struct, IFlag
        where TWeight : struct, IFlag
    {
        TVector center = TVector.Broadcast(mean), scale = TVector.Broadcast(reciprocal), sum = default, product = default;
        nint i = 0;
        for (; i <= columns - TVector.Count; i += TVector.Count)
        {
            var normalised = TCentered.Value ? (TVector.Load(x + i) - center) * scale : TVector.Load(x + i) * scale;
            var gradient = TVector.Load(dy + i);
            if (dweight != null)
                TVector.Store(TVector.MultiplyAdd(gradient, normalised, TVector.Load(dweight + i)), dweight + i);
            if (dbias != null)
                TVector.Store(TVector.Load(dbias + i) + gradient, dbias + i);
            if (TWeight.Value)
                gradient *= TVector.Load(weight + i);
            if (TCentered.Value)
                sum += gradient;
            product = TVector.MultiplyAdd(gradient, normalised, product);
        }
        float restSum = 0f, restProduct = 0f;
        for (; i < columns; i++)
        {
            var normalised = (x[i] - mean) * reciprocal;
            var gradient = dy[i];
            if (dweight != null)
                dweight[i] += gradient * normalised;
            if (dbias != null)
                dbias[i] += gradient;
            if (TWeight.Value)
                gradient *= weight[i];
            if (TCentered.Value)
                restSum += gradient;
            restProduct += gradient * normalised;
        }
        return (TVector.HorizontalSum(sum) + restSum, TVector.HorizontalSum(product) + restProduct);
    }

    /// <summary>The second half: dx = r·(g − x̂·<paramref name="meanProduct"/> − <paramref name="meanSum"/>). dx may be dy or x.</summary>
    [MethodImpl(Hot)]
    public static void Gradient<TVector, TCentered, TWeight>(
        float* x, float mean, float reciprocal, float* weight, float* dy, float meanSum, float meanProduct, float* dx, nint columns)
        where TVector : struct, ISimd<TVector>
        where TCentered : struct, IFlag
        where TWeight : struct, IFlag
    {
        TVector center = TVector.Broadcast(mean), scale = TVector.Broadcast(reciprocal);
        TVector minusProduct = TVector.Broadcast(-meanProduct), constant = TVector.Broadcast(meanSum);
        nint i = 0;
        for (; i <= columns - TVector.Count; i += TVector.Count)
        {
            var normalised = TCentered.Value ? (TVector.Load(x + i) - center) * scale : TVector.Load(x + i) * scale;
            var gradient = TWeight.Value ? TVector.Load(dy + i) * TVector.Load(weight + i) : TVector.Load(dy + i);
            if (TCentered.Value)
                gradient -= constant;
            TVector.Store(TVector.MultiplyAdd(normalised, minusProduct, gradient) * scale, dx + i);
        }
        for (; i < columns; i++)
        {
            var normalised = (x[i] - mean) * reciprocal;
            var gradient = TWeight.Value ? dy[i] * weight[i] : dy[i];
            dx[i] = (gradient - meanSum - normalised * meanProduct) * reciprocal;
        }
    }
}
