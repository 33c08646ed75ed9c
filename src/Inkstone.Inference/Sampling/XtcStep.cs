namespace Inkstone.Inference;

/// <summary>
/// "Exclude top choices" (p-e-w 2024): with a probability, drops all tokens at least as probable as the threshold but the least probable of them. For one thread.
/// </summary>
public sealed class XtcStep : ISamplerStep
{
    private bool[] _dropped = [];

    /// <inheritdoc/>
    public void Apply(Candidates candidates, in SamplerInput input)
    {
        var options = input.Options;
        if (options.XtcProbability == 0 || options.XtcThreshold > 0.5 || candidates.Count == 1
            || options.Stream("xtc").DoubleAt(input.Drawn) >= options.XtcProbability)
            return;
        if (_dropped.Length < candidates.Count)
            _dropped = new bool[candidates.Count];
        var least = candidates.Weigh() * options.XtcThreshold;
        var scores = candidates.Scores;
        var weights = candidates.Weights;
        var last = -1;
        for (var i = 0; i < weights.Length; i++)
        {
            _dropped[i] = weights[i] >= least;
            if (_dropped[i] && (last < 0 || scores[i] <= scores[last]))
                last = i;
        }
        if (last < 0)
            return;
        _dropped[last] = false;
        candidates.Drop(_dropped);
    }
}
