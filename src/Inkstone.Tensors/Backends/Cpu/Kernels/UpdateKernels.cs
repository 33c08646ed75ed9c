using System.Runtime.CompilerServices;

namespace Inkstone.Tensors;

/// <summary>One rule of a first-order optimiser, its numbers already in every lane.</summary>
internal interface IUpdate<TVector> where TVector : struct, ISimd<TVector>
{
    /// <summary>Does the rule keep a first moment?</summary>
    static abstract bool UsesFirst { get; }

    /// <summary>Does the rule keep a second moment?</summary>
    static abstract bool UsesSecond { get; }

    /// <summary>The parameter after one update; the moments are changed in place.</summary>
    TVector Apply(TVector parameter, TVector gradient, ref TVector first, ref TVector second);
}

/// <summary>
/// Adam and AdamW as PyTorch has them: m = β₁m + (1 − β₁)g, v = β₂v + (1 − β₂)g²,
/// p ← p − (rate/(1 − β₁ᵗ))·m/(√v/√(1 − β₂ᵗ) + ε). AdamW first shrinks p by 1 − rate·decay, Adam adds decay·p to g.
/// </summary>
internal readonly struct AdamUpdate<TVector>(UpdateNumbers numbers, bool decoupled) : IUpdate<TVector> where TVector : struct, ISimd<TVector>
{
    private readonly TVector _shrink = TVector.Broadcast(decoupled ? (float)(1 - numbers.LearningRate * numbers.WeightDecay) : 1f);
    private readonly TVector _decay = TVector.Broadcast(decoupled ? 0f : (float)numbers.WeightDecay);
    private readonly TVector _beta1 = TVector.Broadcast((float)numbers.Beta1);
    private readonly TVector _rest1 = TVector.Broadcast((float)(1 - numbers.Beta1));
    private readonly TVector _beta2 = TVector.Broadcast((float)numbers.Beta2);
    private readonly TVector _rest2 = TVector.Broadcast((float)(1 - numbers.Beta2));
    private readonly TVector _epsilon = TVector.Broadcast((float)numbers.Epsilon);
    private readonly TVector _rate = TVector.Broadcast((float)(numbers.LearningRate / (1 - Math.Pow(numbers.Beta1, numbers.Step))));
    private readonly TVector _correction = TVector.Broadcast((float)(1 / Math.Sqrt(1 - Math.Pow(numbers.Beta2, numbers.Step))));

    public static bool UsesFirst => true;

    public static bool UsesSecond => true;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TVector Apply(TVector parameter, TVector gradient, ref TVector first, ref TVector second)
    {
        gradient = TVector.MultiplyAdd(_decay, parameter, gradient);
        first = TVector.MultiplyAdd(_beta1, first, _rest1 * gradient);
        second = TVector.MultiplyAdd(_beta2, second, _rest2 * gradient * gradient);
        var deviation = TVector.MultiplyAdd(TVector.Sqrt(second), _correction, _epsilon);
        return parameter * _shrink - _rate * first / deviation;
    }
}

/// <summary>Gradient descent with momentum: g += decay·p, m = μm + g, p ← p − rate·(Nesterov ? g + μm : m).</summary>
internal readonly struct MomentumUpdate<TVector>(UpdateNumbers numbers) : IUpdate<TVector> where TVector : struct, ISimd<TVector>
{
    private readonly TVector _decay = TVector.Broadcast((float)numbers.WeightDecay);
    private readonly TVector _momentum = TVector.Broadcast((float)numbers.Beta1);
    private readonly TVector _ofMoment = TVector.Broadcast(numbers.Nesterov ? (float)numbers.Beta1 : 1f);
    private readonly TVector _ofGradient = TVector.Broadcast(numbers.Nesterov ? 1f : 0f);
    private readonly TVector _rate = TVector.Broadcast((float)-numbers.LearningRate);

    public static bool UsesFirst => true;

    public static bool UsesSecond => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TVector Apply(TVector parameter, TVector gradient, ref TVector first, ref TVector second)
    {
        gradient = TVector.MultiplyAdd(_decay, parameter, gradient);
        first = TVector.MultiplyAdd(_momentum, first, gradient);
        return TVector.MultiplyAdd(_rate, TVector.MultiplyAdd(_ofMoment, first, _ofGradient * gradient), parameter);
    }
}

/// <summary>Gradient descent: p ← p − rate·(g + decay·p).</summary>
internal readonly struct DescentUpdate<TVector>(UpdateNumbers numbers) : IUpdate<TVector> where TVector : struct, ISimd<TVector>
{
    private readonly TVector _decay = TVector.Broadcast((float)numbers.WeightDecay);
    private readonly TVector _rate = TVector.Broadcast((float)-numbers.LearningRate);

    public static bool UsesFirst => false;

    public static bool UsesSecond => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TVector Apply(TVector parameter, TVector gradient, ref TVector first, ref TVector second) =>
        TVector.MultiplyAdd(_rate, TVector.MultiplyAdd(_decay, parameter, gradient), parameter);
}

/// <summary>
/// Division by the root of a second moment: g += decay·p, v = keep·v + share·g², p ← p − rate·g/(√v + ε).
/// RMSprop keeps α and takes 1 − α; Adagrad keeps and takes all.
/// </summary>
internal readonly struct ScaledUpdate<TVector>(UpdateNumbers numbers, double keep, double share) : IUpdate<TVector>
    where TVector : struct, ISimd<TVector>
{
    private readonly TVector _decay = TVector.Broadcast((float)numbers.WeightDecay);
    private readonly TVector _keep = TVector.Broadcast((float)keep);
    private readonly TVector _share = TVector.Broadcast((float)share);
    private readonly TVector _epsilon = TVector.Broadcast((float)numbers.Epsilon);
    private readonly TVector _rate = TVector.Broadcast((float)numbers.LearningRate);

    public static bool UsesFirst => false;

    public static bool UsesSecond => true;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TVector Apply(TVector parameter, TVector gradient, ref TVector first, ref TVector second)
    {
        gradient = TVector.MultiplyAdd(_decay, parameter, gradient);
        second = TVector.MultiplyAdd(_keep, second, _share * gradient * gradient);
        return parameter - _rate * gradient / (TVector.Sqrt(second) + _epsilon);
    }
}

/// <summary>The loop that all rules share: each array is read once and written once.</summary>
internal static unsafe class UpdateKernels
{
    /// <summary>Applies a rule to every element.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run<TVector, TUpdate>(
        TUpdate update, float gradientScale, float* parameter, float* gradient, float* first, float* second, nint count)
        where TVector : struct, ISimd<TVector>
        where TUpdate : struct, IUpdate<TVector>
    {
        var scale = TVector.Broadcast(gradientScale);
        TVector m = default, v = default;
        nint i = 0;
        for (; i <= count - TVector.Count; i += TVector.Count)
        {
            if (TUpdate.UsesFirst)
                m = TVector.Load(first + i);
            if (TUpdate.UsesSecond)
                v = TVector.Load(second + i);
            TVector.Store(update.Apply(TVector.Load(parameter + i), TVector.Load(gradient + i) * scale, ref m, ref v), parameter + i);
            if (TUpdate.UsesFirst)
                TVector.Store(m, first + i);
            if (TUpdate.UsesSecond)
                TVector.Store(v, second + i);
        }
        if (i == count)
            return;
        var rest = count - i;
        if (TUpdate.UsesFirst)
            m = SimdMemory.LoadPartial<TVector>(first + i, rest);
        if (TUpdate.UsesSecond)
            v = SimdMemory.LoadPartial<TVector>(second + i, rest);
        var last = update.Apply(
            SimdMemory.LoadPartial<TVector>(parameter + i, rest), SimdMemory.LoadPartial<TVector>(gradient + i, rest) * scale, ref m, ref v);
        SimdMemory.StorePartial(last, parameter + i, rest);
        if (TUpdate.UsesFirst)
            SimdMemory.StorePartial(m, first + i, rest);
        if (TUpdate.UsesSecond)
            SimdMemory.StorePartial(v, second + i, rest);
    }
}
