namespace Inkstone.Inference;

/// <summary>Keeps the fewest most probable tokens whose probabilities sum to p or more (Holtzman et al. 2020, "nucleus sampling").</summary>
public sealed class TopPStep : ISamplerStep
{
    /// <inheritdoc/>
    public void Apply(Candidates candidates, SamplingOptions options, ReadOnlySpan<int> history)
    {
        if (options.TopP >= 1)
            return;
        candidates.Sort();
        var (sum, highest) = candidates.ExponentialSum();
        var target = options.TopP * sum;
        var reached = 0.0;
        for (var i = 0; i < candidates.Count; i++)
        {
            reached += Math.Exp(candidates.Scores[i] - highest);
            if (reached >= target)
            {
                candidates.Keep(i + 1);
                return;
            }
        }
    }
}
