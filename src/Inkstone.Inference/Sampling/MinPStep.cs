namespace Inkstone.Inference;

/// <summary>Keeps tokens at least a share as probable as the most probable one (Nguyen et al. 2024).</summary>
public sealed class MinPStep : ISamplerStep
{
    /// <inheritdoc/>
    public void Apply(Candidates candidates, SamplingOptions options, ReadOnlySpan<int> history)
    {
        if (options.MinP <= 0)
            return;
        candidates.Sort();
        var lowest = candidates.Scores[0] + Math.Log(options.MinP);
        var count = 1;
        while (count < candidates.Count && candidates.Scores[count] >= lowest)
            count++;
        candidates.Keep(count);
    }
}
