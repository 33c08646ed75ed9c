namespace Inkstone.Tensors;

/// <summary>
/// Fits w = (d·s)·level to a block of groups: first a scale for each group, then a half-precision d with an integer s for each, tried as they
/// will be stored; then s of each group one step up and down, and d by least squares over the whole block, as long as the error falls.
/// </summary>
internal ref struct SymmetricBlockFit<TLevels>(
    ReadOnlySpan<float> weights, ReadOnlySpan<float> importance, TLevels levels, int lowestScale, int highestScale, Span<sbyte> scales)
    where TLevels : struct, ILevels
{
    private const int Ends = 4;
    private const int Rounds = 3;

    private readonly ReadOnlySpan<float> _weights = weights;
    private readonly ReadOnlySpan<float> _importance = importance;
    private readonly Span<sbyte> _scales = scales;
    private readonly int _length = weights.Length / scales.Length;

    /// <summary>Finds d and writes the integers s; d comes back, and is 0 if all weights are.</summary>
    public readonly float Run()
    {
        Span<float> wanted = stackalloc float[_scales.Length];
        for (var group = 0; group < wanted.Length; group++)
            wanted[group] = SymmetricFit.Search(Weights(group), Importance(group), levels);
        _scales.Clear();
        var peak = Lanes.Peak(wanted);
        if (peak == 0)
            return 0;
        Span<sbyte> trial = stackalloc sbyte[_scales.Length];
        var (best, error) = (0f, float.PositiveInfinity);
        for (var end = 0; end < Ends; end++)
        {
            Take(HalfScale.Nearest(peak / (lowestScale + end)), wanted, trial, ref best, ref error);
            Take(HalfScale.Nearest(peak / (highestScale - end)), wanted, trial, ref best, ref error);
        }
        for (var round = 0; round < Rounds && best != 0; round++)
        {
            var before = error;
            error = StepScales(best, _scales);
            var refit = Refit(best);
            _scales.CopyTo(trial);
            var refitted = StepScales(refit, trial);
            if (refitted < error)
            {
                (best, error) = (refit, refitted);
                trial.CopyTo(_scales);
            }
            if (!(error < before))
                break;
        }
        return best;
    }

    private readonly ReadOnlySpan<float> Weights(int group) => _weights.Slice(group * _length, _length);

    private readonly ReadOnlySpan<float> Importance(int group) => _importance.Slice(group * _length, _length);

    private readonly void Take(float d, ReadOnlySpan<float> wanted, Span<sbyte> trial, ref float best, ref float error)
    {
        if (d == 0)
            return;
        var found = 0f;
        for (var group = 0; group < wanted.Length; group++)
        {
            trial[group] = (sbyte)Math.Clamp(MathF.Round(wanted[group] / d), lowestScale, highestScale);
            found += SymmetricFit.Error(Weights(group), Importance(group), d * trial[group], levels);
        }
        if (found < error)
        {
            (best, error) = (d, found);
            trial.CopyTo(_scales);
        }
    }

    /// <summary>Moves each scale by one where that is better; the error of the block.</summary>
    private readonly float StepScales(float d, Span<sbyte> scales)
    {
        var sum = 0f;
        for (var group = 0; group < scales.Length; group++)
        {
            int from = scales[group];
            var error = SymmetricFit.Error(Weights(group), Importance(group), d * from, levels);
            for (var scale = Math.Max(from - 1, lowestScale); scale <= Math.Min(from + 1, highestScale); scale++)
            {
                var found = SymmetricFit.Error(Weights(group), Importance(group), d * scale, levels);
                if (found < error)
                    (scales[group], error) = ((sbyte)scale, found);
            }
            sum += error;
        }
        return sum;
    }

    /// <summary>The d of least squares for the levels that stand.</summary>
    private readonly float Refit(float d)
    {
        var (products, squares) = (0f, 0f);
        for (var group = 0; group < _scales.Length; group++)
        {
            float scale = _scales[group];
            if (scale == 0)
                continue;
            var (product, square) = SymmetricFit.Project(Weights(group), Importance(group), 1 / (d * scale), levels);
            products += product * scale;
            squares += square * (scale * scale);
        }
        return squares > 0 ? HalfScale.Nearest(products / squares) : d;
    }
}
