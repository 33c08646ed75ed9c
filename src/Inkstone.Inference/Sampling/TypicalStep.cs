namespace Inkstone.Inference;

/// <summary>
/// Keeps the tokens whose information −ln p is nearest to the entropy H = −Σ p ln p, the fewest whose probabilities sum to the given mass or more (Meister et al.
/// 2023, "locally typical sampling", equation 5); ties go to the earlier candidate. For one thread.
/// </summary>
public sealed class TypicalStep : ISamplerStep
{
    private double[] _distances = [];
    private int[] _places = [];
    private bool[] _dropped = [];

    /// <inheritdoc/>
    public void Apply(Candidates candidates, in SamplerInput input)
    {
        if (input.Options.TypicalP >= 1 || candidates.Count == 1)
            return;
        if (_dropped.Length < candidates.Count)
            (_distances, _places, _dropped) = (new double[candidates.Count], new int[candidates.Count], new bool[candidates.Count]);
        var sum = candidates.Weigh();
        var normaliser = candidates.Highest + Math.Log(sum);
        var weights = candidates.Weights;
        var scores = candidates.Scores;
        var entropy = 0.0;
        for (var i = 0; i < weights.Length; i++)
            if (weights[i] > 0)
                entropy += weights[i] / sum * (normaliser - scores[i]);
        Array.Fill(_dropped, true, 0, candidates.Count);
        KeepNearest(weights, scores, normaliser, entropy, input.Options.TypicalP * sum);
        candidates.Drop(_dropped);
    }

    private void KeepNearest(ReadOnlySpan<double> weights, ReadOnlySpan<double> scores, double normaliser, double entropy, double mass)
    {
        // information is never negative, so that what has more than twice the entropy is further away than all the rest and seldom needs an order
        var count = Gather(weights, scores, normaliser, entropy, 2 * entropy, mass);
        if (count < 0)
            count = Gather(weights, scores, normaliser, entropy, double.PositiveInfinity, 0);
        Array.Sort(_distances, _places, 0, count);
        for (var i = 0; i < count;)
        {
            var end = i + 1;
            while (end < count && _distances[end] == _distances[i])
                end++;
            if (end - i > 1)
                Array.Sort(_places, i, end - i);
            i = end;
        }
        var reached = 0.0;
        for (var i = 0; i < count; i++)
        {
            _dropped[_places[i]] = false;
            reached += weights[_places[i]];
            if (reached >= mass)
                return;
        }
    }

    /// <summary>Lists the candidates of at most an information; −1 when they have not the mass.</summary>
    private int Gather(ReadOnlySpan<double> weights, ReadOnlySpan<double> scores, double normaliser, double entropy, double most, double mass)
    {
        var (count, gathered) = (0, 0.0);
        for (var i = 0; i < weights.Length; i++)
        {
            var information = normaliser - scores[i];
            if (weights[i] <= 0 || information > most)
                continue;
            gathered += weights[i];
            (_distances[count], _places[count++]) = (Math.Abs(information - entropy), i);
        }
        return gathered > mass ? count : -1;
    }
}
