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

    /// <summary>The best pair found, of any precision.</summary>
    /// <param name="weights">The group.</param>
    /// <param name="importance">Of each weight.</param>
    /// <param name="highest">The greatest level.</param>
    /// <param name="positive">Whether the offset may be positive.</param>
    public static (float Scale, float Offset) Search(ReadOnlySpan<float> weights, ReadOnlySpan<float> importance, float highest, bool positive)
    {
        var search = new Best(highest, positive, half: false);
        return search.Run(weights, importance);
    }

    /// <summary>The best pair found that half precision holds, the offset of any sign; each is tried as it will be stored.</summary>
    public static (float Scale, float Offset) SearchHalf(ReadOnlySpan<float> weights, ReadOnlySpan<float> importance, float highest)
    {
        var search = new Best(highest, positive: true, half: true);
        return search.Run(weights, importance);
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
            var w = Vector256.Create(weights[i..]);
            var difference = w - ((levels.Nearest((w - shift) * inverse) * scale) + shift);
            sum += Vector256.Create(importance[i..]) * (difference * difference);
        }
        return Lanes.Sum(sum);
    }

    /// <summary>The nearest levels.</summary>
    public static void Levels(ReadOnlySpan<float> weights, float scale, float offset, float highest, Span<sbyte> found)
    {
        var levels = new LinearLevels(0, highest);
        var inverse = scale == 0 ? 0 : 1 / scale;
        for (var i = 0; i <= weights.Length - Vector256<float>.Count; i += Vector256<float>.Count)
            Lanes.Narrow(levels.Nearest((Vector256.Create(weights[i..]) - Vector256.Create(offset)) * inverse), found[i..]);
    }

    /// <summary>Σ importance·level, ·level² and ·level·w with the levels nearest to (w - offset)·inverse.</summary>
    public static (float Level, float Square, float Product) Project(
        ReadOnlySpan<float> weights, ReadOnlySpan<float> importance, float inverse, float offset, float highest)
    {
        var nearest = new LinearLevels(0, highest);
        var (levels, squares, products) = (Vector256<float>.Zero, Vector256<float>.Zero, Vector256<float>.Zero);
        for (var i = 0; i <= weights.Length - Vector256<float>.Count; i += Vector256<float>.Count)
        {
            var w = Vector256.Create(weights[i..]);
            var level = nearest.Nearest((w - Vector256.Create(offset)) * inverse);
            var weighted = Vector256.Create(importance[i..]) * level;
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
            var each = Vector256.Create(importance[i..]);
            total += each;
            weighted += each * Vector256.Create(weights[i..]);
        }
        return (Lanes.Sum(total), Lanes.Sum(weighted));
    }

    /// <summary>The best pair so far.</summary>
    private struct Best(float highest, bool positive, bool half)
    {
        private float _scale;
        private float _offset;
        private float _error = float.PositiveInfinity;
        private (float Importance, float Weight) _totals;

        public (float Scale, float Offset) Run(ReadOnlySpan<float> weights, ReadOnlySpan<float> importance)
        {
            var (least, greatest) = (weights[0], weights[0]);
            foreach (var weight in weights)
                (least, greatest) = (Math.Min(least, weight), Math.Max(greatest, weight));
            if (least == greatest)
                return Constant(least);
            _totals = Totals(weights, importance);
            Offer(0, _totals.Weight / _totals.Importance, weights, importance);
            if (!positive)
                least = Math.Min(least, 0);
            var span = greatest - least;
            foreach (var stretch in Stretches)
            {
                var inverse = (highest + stretch) / span;
                foreach (var shift in Shifts)
                    Regress(inverse, least + (shift / inverse), weights, importance);
            }
            for (var before = float.PositiveInfinity; _error < before && _scale > 0;)
            {
                before = _error;
                Regress(1 / _scale, _offset, weights, importance);
            }
            return (_scale, _offset);
        }

        /// <summary>
        /// A constant: the half-precision number below it and one level of what that leaves; or the one pair that every group of a block shall
        /// choose of many that fit alike.
        /// </summary>
        private readonly (float Scale, float Offset) Constant(float value)
        {
            if (!half)
                return value > 0 ? (value / highest, 0) : (0, value);
            var offset = HalfScale.Nearest(value);
            if (offset > value)
                offset = HalfScale.Step(offset, value > 0 ? -1 : 1);
            return (HalfScale.Nearest(value - offset), offset);
        }

        private void Regress(float inverse, float offset, ReadOnlySpan<float> weights, ReadOnlySpan<float> importance)
        {
            var (level, square, product) = Project(weights, importance, inverse, offset, highest);
            var determinant = (_totals.Importance * square) - (level * level);
            if (!(square > 0))
                return;
            var found = determinant > 0 ? ((square * _totals.Weight) - (level * product)) / determinant : 0;
            if (determinant > LeastVariance * _totals.Importance * square && (positive || found <= 0))
                Offer(((_totals.Importance * product) - (_totals.Weight * level)) / determinant, found, weights, importance);
            else
                Offer(product / square, 0, weights, importance);
        }

        private void Offer(float scale, float offset, ReadOnlySpan<float> weights, ReadOnlySpan<float> importance)
        {
            if (scale < 0)
                return;
            if (!positive)
                offset = Math.Min(offset, 0);
            if (half)
                (scale, offset) = (HalfScale.Nearest(scale), HalfScale.Nearest(offset));
            var error = Error(weights, importance, scale, offset, highest);
            if (error < _error)
                (_scale, _offset, _error) = (scale, offset, error);
        }
    }
}
