namespace Inkstone.Inference;

/// <summary>Keeps the fewest most probable tokens whose probabilities sum to p or more (Holtzman et al. 2020, "nucleus sampling").</summary>
public sealed class TopPStep : ISamplerStep
{
    /// <inheritdoc/>
    public void Apply(Candidates candidates, in SamplerInput input)
    {
        var p = input.Options.TopP;
        if (p >= 1 || candidates.Count == 1)
            return;
        var sum = candidates.Weigh();
        // tokens below (1 − p) / count have together less than what may be left out: they need no order (half of it, to be clear of rounding)
        candidates.KeepFrom(candidates.Highest + Math.Log(0.5 * (1 - p) * sum / candidates.Count));
        candidates.Sort();
        candidates.Weigh();
        var (target, reached) = (p * sum, 0.0);
        for (var i = 0; i < candidates.Count; i++)
        {
            reached += candidates.Weights[i];
            if (reached >= target)
            {
                candidates.Keep(i + 1);
                return;
            }
        }
    }
}
