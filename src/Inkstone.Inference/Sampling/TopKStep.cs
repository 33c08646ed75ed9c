namespace Inkstone.Inference;

/// <summary>Keeps the k most probable tokens (Fan et al. 2018).</summary>
public sealed class TopKStep : ISamplerStep
{
    /// <inheritdoc/>
    public void Apply(Candidates candidates, in SamplerInput input)
    {
        if (input.Options.TopK > 0 && input.Options.TopK < candidates.Count)
            candidates.KeepHighest(input.Options.TopK);
    }
}
