namespace Inkstone.Inference;

/// <summary>Keeps tokens at least a share as probable as the most probable one: p ≥ share · max p (Nguyen et al. 2024).</summary>
public sealed class MinPStep : ISamplerStep
{
    /// <inheritdoc/>
    public void Apply(Candidates candidates, in SamplerInput input)
    {
        if (input.Options.MinP > 0)
            candidates.KeepFrom(candidates.Highest + Math.Log(input.Options.MinP));
    }
}
