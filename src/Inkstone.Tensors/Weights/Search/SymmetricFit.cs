using System.Runtime.Intrinsics;

namespace Inkstone.Tensors;

/// <summary>
/// Fits w = scale·level to a group: the scale with the least Σ importance·(w - scale·level)². For levels that stand, the best scale is
/// Σ importance·w·level / Σ importance·level² (least squares); which levels stand depends on the scale, so scales are tried around the one
/// that puts the greatest weight at either end of the levels, and beyond it some that cut off the greatest.
/// </summary>
internal static class SymmetricFit
{
    /// <summary>Scales tried on each side of the natural one.</summary>
    private const int Steps = 8;

    private static ReadOnlySpan<float> Cuts => [1.25f, 1.5f, 2, 3];

    /// <summary>The best scale found, of any precision; of many that fit equal weights alike, the same for every group.</summary>
    public static float Search<TLevels>(ReadOnlySpan<float> weights, ReadOnlySpan<float> importance, TLevels levels)
        where TLevels : struct, ILevels
    {
        var peak = Lanes.Peak(weights);
        if (peak == 0)
            return 0;
        if (Lanes.AllEqual(weights))
            return peak / levels.Lowest;
        var search = default(Best);
        for (var side = 0; side < (levels.Lowest == -levels.Highest ? 1 : 2); side++)
        {
            var end = (side == 0 ? levels.Lowest : levels.Highest) / peak;
            for (var step = -Steps; step <= Steps; step++)
                search.Take(end * (1 + (step * levels.Reach / Steps)), weights, importance, levels);
            foreach (var cut in Cuts)
                search.Take(end * cut, weights, importance, levels);
        }
        for (var before = 0f; search.Scale != before;)
        {
            before = search.Scale;
            search.Take(1 / before, weights, importance, levels);
        }
        return search.Scale;
    }

    /// <summary>The best scale found that half precision holds: the nearest to the best of all, or one beside it.</summary>
    public static float SearchHalf<TLevels>(ReadOnlySpan<float> weights, ReadOnlySpan<float> importance, TLevels levels)
        where TLevels : struct, ILevels
    {
        var found = Search(weights, importance, levels);
        var nearest = HalfScale.Nearest(found);
        var (best, error) = (nearest, Error(weights, importance, nearest, levels));
        for (var step = -1; step <= 1; step += 2)
            Try(HalfScale.Step(nearest, step), weights, importance, levels, ref best, ref error);
        for (var level = levels.Lowest; level <= levels.Highest && Lanes.AllEqual(weights); level++)
        {
            if (level != 0)
                Try(HalfScale.Nearest(weights[0] / level), weights, importance, levels, ref best, ref error);
        }
        return best;
    }

    /// <summary>Σ importance·(w - scale·level)² with the nearest levels.</summary>
    public static float Error<TLevels>(ReadOnlySpan<float> weights, ReadOnlySpan<float> importance, float scale, TLevels levels)
        where TLevels : struct, ILevels
    {
        var inverse = scale == 0 ? 0 : 1 / scale;
        var sum = Vector256<float>.Zero;
        for (var i = 0; i <= weights.Length - Vector256<float>.Count; i += Vector256<float>.Count)
        {
            var w = Lanes.Load(weights, i);
            var difference = w - (levels.Nearest(w * inverse) * scale);
            sum += Lanes.Load(importance, i) * (difference * difference);
        }
        return Lanes.Sum(sum);
    }

    /// <summary>Takes a scale if it is better than the best so far.</summary>
    public static void Try<TLevels>(
        float scale, ReadOnlySpan<float> weights, ReadOnlySpan<float> importance, TLevels levels, ref float best, ref float error)
        where TLevels : struct, ILevels
    {
        var found = Error(weights, importance, scale, levels);
        if (found < error)
            (best, error) = (scale, found);
    }

    /// <summary>Σ importance·w·level and Σ importance·level² with the levels nearest to w·inverse.</summary>
    public static (float Product, float Square) Project<TLevels>(
        ReadOnlySpan<float> weights, ReadOnlySpan<float> importance, float inverse, TLevels levels)
        where TLevels : struct, ILevels
    {
        var (products, squares) = (Vector256<float>.Zero, Vector256<float>.Zero);
        for (var i = 0; i <= weights.Length - Vector256<float>.Count; i += Vector256<float>.Count)
        {
            var w = Lanes.Load(weights, i);
            var level = levels.Nearest(w * inverse);
            var weighted = Lanes.Load(importance, i) * level;
            products += weighted * w;
            squares += weighted * level;
        }
        return (Lanes.Sum(products), Lanes.Sum(squares));
    }

    /// <summary>The nearest levels.</summary>
    public static void Levels<TLevels>(ReadOnlySpan<float> weights, float scale, TLevels levels, Span<sbyte> found)
        where TLevels : struct, ILevels
    {
        var inverse = scale == 0 ? 0 : 1 / scale;
        for (var i = 0; i <= weights.Length - Vector256<float>.Count; i += Vector256<float>.Count)
            Lanes.Narrow(levels.Nearest(Lanes.Load(weights, i) * inverse), found[i..]);
    }

    /// <summary>The best scale so far; its score is what the error has lost to it.</summary>
    private struct Best
    {
        public float Scale;
        private float _score;

        public void Take<TLevels>(float inverse, ReadOnlySpan<float> weights, ReadOnlySpan<float> importance, TLevels levels)
            where TLevels : struct, ILevels
        {
            var (product, square) = Project(weights, importance, inverse, levels);
            var scale = product / square;
            if (product * scale > _score)
                (Scale, _score) = (scale, product * scale);
        }
    }
}
