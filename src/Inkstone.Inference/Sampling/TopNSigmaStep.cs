namespace Inkstone.Inference;

/// <summary>Keeps tokens whose score is at most n standard deviations of all scores below the highest (Tang et al. 2024, "Top-nσ"): s ≥ max − n · σ.</summary>
public sealed class TopNSigmaStep : ISamplerStep
{
    /// <inheritdoc/>
    public void Apply(Candidates candidates, in SamplerInput input)
    {
        if (input.Options.TopNSigma == 0)
            return;
        var (sum, count, highest) = (0.0, 0, double.NegativeInfinity);
        foreach (var score in candidates.Scores)
            if (double.IsFinite(score))
                (sum, count, highest) = (sum + score, count + 1, Math.Max(highest, score));
        var (mean, squares) = (sum / count, 0.0);
        foreach (var score in candidates.Scores)
            if (double.IsFinite(score))
                squares += (score - mean) * (score - mean);
        candidates.KeepFrom(highest - input.Options.TopNSigma * Math.Sqrt(squares / count));
    }
}
