namespace Inkstone.Inference;

/// <summary>Keeps the k most probable tokens (Fan et al. 2018).</summary>
public sealed class TopKStep : ISamplerStep
{
    /// <inheritdoc/>
    public void Apply(Candidates candidates, SamplingOptions options, ReadOnlySpan<int> history)
    {
        if (options.TopK <= 0 || options.TopK >= candidates.Count)
            return;
        candidates.Sort();
        candidates.Keep(options.TopK);
    }
}
