namespace Inkstone.Tensors;

/// <summary>Which keys a query may see, before window, stride and segments narrow it.</summary>
public enum AttentionMask
{
    /// <summary>Every key of its sequence (encoders, cross-attention).</summary>
    Bidirectional,

    /// <summary>Keys whose position is not after the query's.</summary>
    Causal,

    /// <summary>As causal, and every key in the sequence's prefix (prefix language models).</summary>
    Prefix,

    /// <summary>Keys whose rank in the permutation is lower than the query's (XLNet's query stream).</summary>
    PermutedBefore,

    /// <summary>Keys whose rank in the permutation is not higher than the query's (XLNet's content stream).</summary>
    PermutedUpTo,
}

/// <summary>What is added to a score before the softmax.</summary>
public enum ScoreBias
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>−slope[head] · |q − k| over positions (ALiBi, Press et al. 2022); the tensor is [heads].</summary>
    Slopes,

    /// <summary>table[bucket(k − q), head] (T5, Raffel et al. 2020, section 2.1); the tensor is [buckets, heads].</summary>
    Buckets,

    /// <summary>query · table[clip(k − q, −R, R) + R] · scale (Shaw et al. 2018, equation 5, shared by the heads); the tensor is [2R + 1, key width].</summary>
    RelativeKeys,
}

/// <summary>
/// All that is constant of a layer's attention. Scores are s = scale · q·k + bias, then c · tanh(s / c) with a soft cap c,
/// then masked, then a softmax over the visible keys (and the head's sink, an extra score without a value), then dropout, then
/// the sum of values. A query that sees no key gives zeros.
/// </summary>
public sealed record AttentionForm
{
    /// <summary>The factor of q·k; null means 1 / √(key width).</summary>
    public float? Scale { get; init; }

    /// <summary>Which keys are visible.</summary>
    public AttentionMask Mask { get; init; } = AttentionMask.Causal;

    /// <summary>Keys this many positions or more away are not visible (0: no limit); |q − k| &lt; window.</summary>
    public int Window { get; init; }

    /// <summary>
    /// Above 1, only keys whose distance |q − k| is a multiple of it are visible (Child et al. 2019); with a window as well, a key is
    /// visible when either lets it be.
    /// </summary>
    public int Stride { get; init; } = 1;

    /// <summary>Scores are squeezed into (−cap, cap) by cap · tanh(s / cap) (0: no cap).</summary>
    public float SoftCap { get; init; }

    /// <summary>What is added to the scores; its tensor is handed over with the keys.</summary>
    public ScoreBias Bias { get; init; }

    /// <summary>For <see cref="ScoreBias.Buckets"/>: whether keys before and after the query have buckets of their own.</summary>
    public bool BidirectionalBuckets { get; init; }

    /// <summary>For <see cref="ScoreBias.Buckets"/>: the distance from which all keys share the last bucket.</summary>
    public int MaximumBucketDistance { get; init; } = 128;

    /// <summary>The share of attention weights dropped in training.</summary>
    public float Dropout { get; init; }

    /// <summary>T5's bucket of a key <paramref name="relative"/> = k − q positions away, among <paramref name="buckets"/>.</summary>
    public int BucketOf(int relative, int buckets)
    {
        var bucket = 0;
        int distance;
        if (BidirectionalBuckets)
        {
            buckets /= 2;
            if (relative > 0)
                bucket = buckets;
            distance = Math.Abs(relative);
        }
        else
        {
            distance = Math.Max(-relative, 0);
        }
        var exact = buckets / 2;
        if (distance < exact)
            return bucket + distance;
        var logarithmic = exact + (int)(MathF.Log((float)distance / exact) / MathF.Log((float)MaximumBucketDistance / exact) * (buckets - exact));
        return bucket + Math.Min(logarithmic, buckets - 1);
    }
}
