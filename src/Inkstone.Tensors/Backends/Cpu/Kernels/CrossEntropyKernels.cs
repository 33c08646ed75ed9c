using System.Runtime.CompilerServices;

namespace Inkstone.Tensors;

/// <summary>
/// Cross-entropy of one row of logits z against a target t with smoothing ε over n classes:
/// loss = ln Σ e^z − (1 − ε)·z(t) − ε·mean(z), and its gradient softmax(z) − (1 − ε)·[i = t] − ε/n.
/// With a soft cap k, z is first k·tanh(z/k), and the gradient is multiplied with 1 − tanh²(z/k).
/// </summary>
internal static unsafe class CrossEntropyKernels
{
    private const MethodImplOptions Hot = MethodImplOptions.AggressiveOptimization;

    /// <summary>The loss alone; the logits stay as they are. The target must be a class.</summary>
    public static float Loss<TVector>(float* logits, int target, CrossEntropyOptions options, nint columns)
        where TVector : struct, ISimd<TVector>
    {
        var maximum = ReductionKernels.Fold<TVector, QuickMaximumFold>(logits, columns);
        if (options.SoftCap > 0)
        {
            var cap = (float)options.SoftCap;
            maximum = cap * MathF.Tanh(maximum / cap); // the cap keeps order, so this is the largest capped logit
            var (capped, total) = CappedSums<TVector>(logits, maximum, cap, columns);
            return Loss(options, maximum, capped, cap * MathF.Tanh(logits[target] / cap), total / columns);
        }
        var sum = SoftmaxKernels.ExpSum<TVector>(logits, maximum, columns);
        return Loss(options, maximum, sum, logits[target], MeanIfSmoothed<TVector>(logits, options, columns));
    }

    /// <summary>The loss, and scale·gradient in place of the logits. The target must be a class.</summary>
    public static float Gradient<TVector>(float* logits, int target, CrossEntropyOptions options, float scale, nint columns)
        where TVector : struct, ISimd<TVector>
    {
        var cap = (float)options.SoftCap;
        if (cap > 0)
            SoftCap<TVector>(logits, cap, logits, columns);
        var maximum = ReductionKernels.Fold<TVector, QuickMaximumFold>(logits, columns);
        var wanted = scale * (float)(options.Smoothing / columns);
        float loss;
        if (cap > 0)
        {
            // The slope of the cap needs the capped logits after the sum is known, so they are kept and the exponential is taken twice.
            var sum = SoftmaxKernels.ExpSum<TVector>(logits, maximum, columns);
            loss = Loss(options, maximum, sum, logits[target], MeanIfSmoothed<TVector>(logits, options, columns));
            var slope = logits[target] / cap;
            CappedGradient<TVector>(logits, maximum, scale / sum, wanted, cap, columns);
            logits[target] -= scale * (float)(1 - options.Smoothing) * (1 - slope * slope);
        }
        else
        {
            // Σz and z(t) are read before the exponentials overwrite the logits.
            var (targetLogit, mean) = (logits[target], MeanIfSmoothed<TVector>(logits, options, columns));
            var sum = SoftmaxKernels.ExpAndSum<TVector>(logits, maximum, logits, columns);
            loss = Loss(options, maximum, sum, targetLogit, mean);
            BinaryKernels.Affine<TVector>(logits, scale / sum, -wanted, logits, columns);
            logits[target] -= scale * (float)(1 - options.Smoothing);
        }
        return loss;
    }

    private static float MeanIfSmoothed<TVector>(float* z, CrossEntropyOptions options, nint columns) where TVector : struct, ISimd<TVector> =>
        options.Smoothing > 0 ? ReductionKernels.Fold<TVector, SumFold>(z, columns) / columns : 0f;

    private static float Loss(CrossEntropyOptions options, float maximum, float sum, float targetLogit, float mean)
    {
        var smoothed = options.Smoothing > 0 ? options.Smoothing * ((double)maximum - mean) : 0;
        return (float)(Math.Log(sum) + (1 - options.Smoothing) * ((double)maximum - targetLogit) + smoothed);
    }

    /// <summary>y = k·tanh(x/k).</summary>
    [MethodImpl(Hot)]
    private static void SoftCap<TVector>(float* x, float cap, float* y, nint columns) where TVector : struct, ISimd<TVector>
    {
        TVector factor = TVector.Broadcast(cap), reciprocal = TVector.Broadcast(1f / cap);
        nint i = 0;
        for (; i <= columns - TVector.Count; i += TVector.Count)
            TVector.Store(SimdMath.Tanh(TVector.Load(x + i) * reciprocal) * factor, y + i);
        if (i < columns)
            SimdMemory.StorePartial(
                SimdMath.Tanh(SimdMemory.LoadPartial<TVector>(x + i, columns - i) * reciprocal) * factor, y + i, columns - i);
    }

    /// <summary>Σ e^(k·tanh(x/k) − maximum) and Σ k·tanh(x/k).</summary>
    [MethodImpl(Hot)]
    private static (float Exponentials, float Values) CappedSums<TVector>(float* x, float maximum, float cap, nint columns)
        where TVector : struct, ISimd<TVector>
    {
        TVector factor = TVector.Broadcast(cap), reciprocal = TVector.Broadcast(1f / cap), largest = TVector.Broadcast(maximum);
        TVector exponentials = default, values = default;
        nint i = 0;
        for (; i <= columns - TVector.Count; i += TVector.Count)
        {
            var capped = SimdMath.Tanh(TVector.Load(x + i) * reciprocal) * factor;
            values += capped;
            exponentials += SimdMath.ExpOfSmall(capped - largest);
        }
        float restExponentials = 0f, restValues = 0f;
        for (; i < columns; i++)
        {
            var capped = MathF.Tanh(x[i] / cap) * cap;
            restValues += capped;
            restExponentials += MathF.Exp(capped - maximum);
        }
        return (TVector.HorizontalSum(exponentials) + restExponentials, TVector.HorizontalSum(values) + restValues);
    }

    /// <summary>z ← (e^(z − maximum)·factor − wanted)·(1 − (z/k)²).</summary>
    [MethodImpl(Hot)]
    private static void CappedGradient<TVector>(float* z, float maximum, float factor, float wanted, float cap, nint columns)
        where TVector : struct, ISimd<TVector>
    {
        TVector largest = TVector.Broadcast(maximum), scale = TVector.Broadcast(factor), spread = TVector.Broadcast(-wanted);
        TVector reciprocal = TVector.Broadcast(1f / cap), one = TVector.Broadcast(1f);
        nint i = 0;
        for (; i <= columns - TVector.Count; i += TVector.Count)
        {
            var value = TVector.Load(z + i);
            var slope = value * reciprocal;
            var gradient = TVector.MultiplyAdd(SimdMath.ExpOfSmall(value - largest), scale, spread);
            TVector.Store(gradient * (one - slope * slope), z + i);
        }
        for (; i < columns; i++)
        {
            var slope = z[i] / cap;
            z[i] = (MathF.Exp(z[i] - maximum) * factor - wanted) * (1 - slope * slope);
        }
    }
}
