namespace Inkstone.Inference;

/// <summary>Makes tokens that the sequence already holds less likely, each once however often it stands there.</summary>
public sealed class RepetitionPenaltyStep : ISamplerStep
{
    /// <inheritdoc/>
    public void Apply(Candidates candidates, SamplingOptions options, ReadOnlySpan<int> history)
    {
        if (options.RepetitionPenalty == 1)
            return;
        var seen = new HashSet<int>(history.Length);
        foreach (var token in history)
            seen.Add(token);
        var scores = candidates.Scores;
        for (var i = 0; i < scores.Length; i++)
            if (seen.Contains(candidates.Tokens[i]))
                scores[i] = scores[i] > 0 ? scores[i] / options.RepetitionPenalty : scores[i] * options.RepetitionPenalty;
    }
}
