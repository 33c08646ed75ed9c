using System.Runtime.Intrinsics;

namespace Inkstone.Tensors;

/// <summary>
/// Fits w = scale·level + offset, levels 0 to a greatest, to a group: the pair with the least Σ importance·(w - scale·level - offset)². For levels
/// that stand, the best pair is that of weighted linear regression; which levels stand depends on the pair, so several are tried, from stretching
/// the group's span over all levels to cutting off its ends.
/// </summary>
internal static class AffineFit
{
    /// <summary>Spans tried, as levels more than there are; and how far the lower end is moved, in levels.</summary>
    private static ReadOnlySpan<float> Stretches => [-0.9f, -0.75f, -0.6f, -0.45f, -0.3f, -0.15f, 0, 0.15f, 0.3f, 0.45f, 0.6f, 0.8f, 1.1f, 1.5f, 2, 3, 5];

    /// <summary>The variance of levels, as a fraction of their mean square, below which regression is noise.</summary>
    private const float LeastVariance = 1e-5f;

    private static ReadOnlySpan<float> Shifts => [0, 0.5f];

    /// <summary>The best pair found, of any precision; of many that fit equal weights alike, the same for every group.</summary>
    /// <param name="weights">The group.</param>
    /// <param name="importance">Of each weight.</param>
    /// <param name="highest">The greatest level.</param>
    /// <param name="positive">Whether the offset may be positive.</param>
    public static (float Scale, float Offset) Search(ReadOnlySpan<float> weights, ReadOnlySpan<float> importance, float highest, bool positive)
    {
        var (least, greatest) = (weights[0], weights[0]);
        foreach (var weight in weights)
            (least, greatest) = (Math.Min(least, weight), Math.Max(greatest, weight));
        if (least == greatest)
            return least > 0 && !positive ? (least / highest, 0) : (0, least);
        var search = new Best(Totals(weights, importance), highest, positive);
        if (!positive)
            least = Math.Min(least, 0);
        foreach (var stretch in Stretches)
        {
            var inverse = (highest + stretch) / (greatest - least);
            foreach (var shift in Shifts)
                search.Regress(inverse, least + (shift / inverse), weights, importance);
        }
        for (var before = 0f; search.Score > before && search.Scale > 0;)
        {
            before = search.Score;
            search.Regress(1 / search.Scale, search.Offset, weights, importance);
        }
        return (search.Scale, search.Offset);
    }

    /// <summary>The best pair found that half precision holds, the offset of any sign: the nearest to the best of all, or one beside it.</summary>
    public static (float Scale, float Offset) SearchHalf(ReadOnlySpan<float> weights, ReadOnlySpan<float> importance, float highest)
    {
        var (scale, offset) = Search(weights, importance, highest, positive: true);
        var (nearestScale, nearestOffset) = (HalfScale.Nearest(scale), HalfScale.Nearest(offset));
        if (scale == 0)
            return Constant(offset);
        var (best, error) = ((nearestScale, nearestOffset), float.PositiveInfinity);
        for (var step = -1; step <= 1; step++)
        {
            for (var other = -1; other <= 1; other++)
            {
                var pair = (HalfScale.Step(nearestScale, step), HalfScale.Step(nearestOffset, other));
                var found = Error(weights, importance, pair.Item1, pair.Item2, highest);
                if (found < error)
                    (best, error) = (pair, found);
            }
        }
        return best;
    }

    /// <summary>Σ importance·(w - scale·level - offset)² with the nearest levels.</summary>
    public static float Error(ReadOnlySpan<float> weights, ReadOnlySpan<float> importance, float scale, float offset, float highest)
    {
        var levels = new LinearLevels(0, highest);
        var inverse = scale == 0 ? 0 : 1 / scale;
        var sum = Vector256<float>.Zero;
        var shift = Vector256.Create(offset);
        for (var i = 0; i <= weights.Length - Vector256<float>.Count; i += Vector256<float>.Count)
        {
            var w = Lanes.Load(weights, i);
            var difference = w - ((levels.Nearest((w - shift) * inverse) * scale) + shift);
            sum += Lanes.Load(importance, i) * (difference * difference);
        }
        return Lanes.Sum(sum);
    }

    /// <summary>The nearest levels.</summary>
    public static void Levels(ReadOnlySpan<float> weights, float scale, float offset, float highest, Span<sbyte> found)
    {
        var levels = new LinearLevels(0, highest);
        var inverse = scale == 0 ? 0 : 1 / scale;
        for (var i = 0; i <= weights.Length - Vector256<float>.Count; i += Vector256<float>.Count)
            Lanes.Narrow(levels.Nearest((Lanes.Load(weights, i) - Vector256.Create(offset)) * inverse), found[i..]);
    }

    /// <summary>Σ importance·level, ·level² and ·level·w with the levels nearest to (w - offset)·inverse.</summary>
    public static (float Level, float Square, float Product) Project(
        ReadOnlySpan<float> weights, ReadOnlySpan<float> importance, float inverse, float offset, float highest)
    {
        var nearest = new LinearLevels(0, highest);
        var (levels, squares, products) = (Vector256<float>.Zero, Vector256<float>.Zero, Vector256<float>.Zero);
        for (var i = 0; i <= weights.Length - Vector256<float>.Count; i += Vector256<float>.Count)
        {
            var w = Lanes.Load(weights, i);
            var level = nearest.Nearest((w - Vector256.Create(offset)) * inverse);
            var weighted = Lanes.Load(importance, i) * level;
            levels += weighted;
            squares += weighted * level;
            products += weighted * w;
        }
        return (Lanes.Sum(levels), Lanes.Sum(squares), Lanes.Sum(products));
    }

    /// <summary>Σ importance, and Σ importance·w.</summary>
    public static (float Importance, float Weight) Totals(ReadOnlySpan<float> weights, ReadOnlySpan<float> importance)
    {
        var (total, weighted) = (Vector256<float>.Zero, Vector256<float>.Zero);
        for (var i = 0; i <= weights.Length - Vector256<float>.Count; i += Vector256<float>.Count)
        {
            var each = Lanes.Load(importance, i);
            total += each;
            weighted += each * Lanes.Load(weights, i);
        }
        return (Lanes.Sum(total), Lanes.Sum(weighted));
    }

    /// <summary>A constant: the half-precision number below it, and one level of what that leaves.</summary>
    private static (float Scale, float Offset) Constant(float value)
    {
        var offset = HalfScale.Nearest(value);
        if (offset > value)
            offset = HalfScale.Step(offset, value > 0 ? -1 : 1);
        return (HalfScale.Nearest(value - offset), offset);
    }

    /// <summary>The best pair so far; its score is what the error has lost to it.</summary>
    private struct Best((float Importance, float Weight) totals, float highest, bool positive)
    {
        public float Scale;
        public float Offset = positive || totals.Weight < 0 ? totals.Weight / totals.Importance : 0;
        public float Score = positive || totals.Weight < 0 ? totals.Weight * (totals.Weight / totals.Importance) : 0;

        public void Regress(float inverse, float offset, ReadOnlySpan<float> weights, ReadOnlySpan<float> importance)
        {
            var (level, square, product) = Project(weights, importance, inverse, offset, highest);
            var determinant = (totals.Importance * square) - (level * level);
            var (scale, found) = (product / square, 0f);
            if (determinant > LeastVariance * totals.Importance * square)
            {
                var free = ((square * totals.Weight) - (level * product)) / determinant;
                if (positive || free <= 0)
                    (scale, found) = (((totals.Importance * product) - (totals.Weight * level)) / determinant, free);
            }
            var score = (scale * product) + (found * totals.Weight);
            if (score > Score && scale > 0)
                (Scale, Offset, Score) = (scale, found, score);
        }
    }
}
