namespace Inkstone.Inference;

/// <summary>
/// Makes tokens that were drawn before less likely: s ← s − (presence + frequency · c), where c &gt; 0 is how often the token was drawn. The prompt does not
/// count. For one thread.
/// </summary>
public sealed class OutputPenaltyStep : ISamplerStep
{
    private readonly TokenMarks _counts = new();

    /// <inheritdoc/>
    public void Apply(Candidates candidates, in SamplerInput input)
    {
        var (presence, frequency) = (input.Options.PresencePenalty, input.Options.FrequencyPenalty);
        if (presence == 0 && frequency == 0)
            return;
        var scores = candidates.Scores;
        _counts.Clear(scores.Length);
        foreach (var token in input.Output)
            if ((uint)token < (uint)scores.Length)
                _counts[token]++;
        foreach (var token in input.Output)
            if ((uint)token < (uint)scores.Length && _counts[token] is > 0 and var count)
            {
                scores[token] -= presence + frequency * count;
                _counts[token] = 0;
            }
    }
}
