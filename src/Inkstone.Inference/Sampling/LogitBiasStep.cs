namespace Inkstone.Inference;

/// <summary>Adds a number to the scores of given tokens: s ← s + bias.</summary>
public sealed class LogitBiasStep : ISamplerStep
{
    /// <inheritdoc/>
    public void Apply(Candidates candidates, in SamplerInput input)
    {
        foreach (var (token, bias) in input.Options.Biases)
            if ((uint)token < (uint)candidates.Count)
                candidates.Scores[token] += bias;
    }
}
