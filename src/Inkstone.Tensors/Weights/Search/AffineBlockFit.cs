namespace Inkstone.Tensors;

/// <summary>
/// Fits w = (d·s)·level - m·n to a block of groups: first a scale and an offset for each group, then half-precision d and m with integers s and n for
/// each, tried as they will be stored; then s and n of each group one step up and down, and d and m by least squares over the whole block, as long
/// as the error falls.
/// </summary>
internal ref struct AffineBlockFit(
    ReadOnlySpan<float> weights, ReadOnlySpan<float> importance, float highest, int highestScale, Span<sbyte> scales, Span<sbyte> offsets)
{
    private const int Ends = 3;
    private const int Rounds = 3;

    /// <summary>Steps of s and n; to raise one and lower the other would move all weights one way.</summary>
    private static ReadOnlySpan<sbyte> Neighbours => [-1, 0, 1, 0, 0, -1, 0, 1, -1, -1, 1, 1];

    private readonly ReadOnlySpan<float> _weights = weights;
    private readonly ReadOnlySpan<float> _importance = importance;
    private readonly Span<sbyte> _scales = scales;
    private readonly Span<sbyte> _offsets = offsets;
    private readonly int _length = weights.Length / scales.Length;

    /// <summary>Finds d and m, and writes the integers s and n.</summary>
    public readonly (float Scale, float Offset) Run()
    {
        Span<float> wantedScales = stackalloc float[_scales.Length];
        Span<float> wantedOffsets = stackalloc float[_scales.Length];
        var (greatestScale, greatestOffset) = (0f, 0f);
        for (var group = 0; group < _scales.Length; group++)
        {
            var (scale, offset) = AffineFit.Search(Weights(group), Importance(group), highest, positive: false);
            (wantedScales[group], wantedOffsets[group]) = (scale, -offset);
            (greatestScale, greatestOffset) = (Math.Max(greatestScale, scale), Math.Max(greatestOffset, -offset));
        }
        Span<sbyte> trialScales = stackalloc sbyte[_scales.Length];
        Span<sbyte> trialOffsets = stackalloc sbyte[_scales.Length];
        var (best, error) = ((Scale: 0f, Offset: 0f), float.PositiveInfinity);
        for (var end = 0; end < Ends; end++)
        {
            var d = HalfScale.Nearest(greatestScale / (highestScale - end));
            for (var other = 0; other < Ends; other++)
            {
                var m = HalfScale.Nearest(greatestOffset / (highestScale - other));
                Round(wantedScales, d, trialScales);
                Round(wantedOffsets, m, trialOffsets);
                Accept((d, m), Error(d, m, trialScales, trialOffsets), trialScales, trialOffsets, ref best, ref error);
            }
        }
        for (var round = 0; round < Rounds; round++)
        {
            var before = error;
            error = Step(best.Scale, best.Offset, _scales, _offsets);
            var refit = Refit(best.Scale, best.Offset);
            _scales.CopyTo(trialScales);
            _offsets.CopyTo(trialOffsets);
            Accept(refit, Step(refit.Scale, refit.Offset, trialScales, trialOffsets), trialScales, trialOffsets, ref best, ref error);
            if (!(error < before))
                break;
        }
        return best;
    }

    private readonly ReadOnlySpan<float> Weights(int group) => _weights.Slice(group * _length, _length);

    private readonly ReadOnlySpan<float> Importance(int group) => _importance.Slice(group * _length, _length);

    private readonly void Round(ReadOnlySpan<float> wanted, float unit, Span<sbyte> integers)
    {
        for (var group = 0; group < wanted.Length; group++)
            integers[group] = unit == 0 ? (sbyte)0 : (sbyte)Math.Clamp(MathF.Round(wanted[group] / unit), 0, highestScale);
    }

    private readonly void Accept(
        (float Scale, float Offset) pair, float found, ReadOnlySpan<sbyte> scales, ReadOnlySpan<sbyte> offsets,
        ref (float Scale, float Offset) best, ref float error)
    {
        if (!(found < error))
            return;
        (best, error) = (pair, found);
        scales.CopyTo(_scales);
        offsets.CopyTo(_offsets);
    }

    private readonly float Error(float d, float m, ReadOnlySpan<sbyte> scales, ReadOnlySpan<sbyte> offsets)
    {
        var sum = 0f;
        for (var group = 0; group < scales.Length; group++)
            sum += AffineFit.Error(Weights(group), Importance(group), d * scales[group], -(m * offsets[group]), highest);
        return sum;
    }

    /// <summary>Moves the integers of each group by one where that is better; the error of the block.</summary>
    private readonly float Step(float d, float m, Span<sbyte> scales, Span<sbyte> offsets)
    {
        var sum = 0f;
        for (var group = 0; group < scales.Length; group++)
        {
            var (fromScale, fromOffset) = ((int)scales[group], (int)offsets[group]);
            var error = AffineFit.Error(Weights(group), Importance(group), d * fromScale, -(m * fromOffset), highest);
            for (var i = 0; i < Neighbours.Length; i += 2)
            {
                var (scale, offset) = (fromScale + Neighbours[i], fromOffset + Neighbours[i + 1]);
                if (Math.Min(scale, offset) < 0 || Math.Max(scale, offset) > highestScale)
                    continue;
                var found = AffineFit.Error(Weights(group), Importance(group), d * scale, -(m * offset), highest);
                if (found < error)
                    (scales[group], offsets[group], error) = ((sbyte)scale, (sbyte)offset, found);
            }
            sum += error;
        }
        return sum;
    }

    /// <summary>The d and m of least squares for the levels that stand: w ≈ d·(s·level) - m·n.</summary>
    private readonly (float Scale, float Offset) Refit(float d, float m)
    {
        var (scaleSquare, cross, offsetSquare, scaleProduct, offsetProduct) = (0f, 0f, 0f, 0f, 0f);
        for (var group = 0; group < _scales.Length; group++)
        {
            var (scale, offset) = ((float)_scales[group], (float)_offsets[group]);
            var step = d * scale;
            var (level, square, product) = AffineFit.Project(Weights(group), Importance(group), step == 0 ? 0 : 1 / step, -(m * offset), highest);
            var (importance, weight) = AffineFit.Totals(Weights(group), Importance(group));
            scaleSquare += scale * scale * square;
            cross += scale * offset * level;
            offsetSquare += offset * offset * importance;
            scaleProduct += scale * product;
            offsetProduct += offset * weight;
        }
        var determinant = (scaleSquare * offsetSquare) - (cross * cross);
        if (determinant > 1e-6f * scaleSquare * offsetSquare)
        {
            return (HalfScale.Nearest(((scaleProduct * offsetSquare) - (offsetProduct * cross)) / determinant),
                HalfScale.Nearest(((scaleProduct * cross) - (offsetProduct * scaleSquare)) / determinant));
        }
        return scaleSquare > 0 ? (HalfScale.Nearest(scaleProduct / scaleSquare), m)
            : (d, offsetSquare > 0 ? HalfScale.Nearest(-offsetProduct / offsetSquare) : m);
    }
}
