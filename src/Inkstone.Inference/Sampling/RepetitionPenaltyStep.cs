namespace Inkstone.Inference;

/// <summary>Makes tokens that the sequence already holds less likely, each once however often it stands there. For one thread.</summary>
public sealed class RepetitionPenaltyStep : ISamplerStep
{
    private readonly HashSet<int> _seen = [];

    /// <inheritdoc/>
    public void Apply(Candidates candidates, SamplingOptions options, ReadOnlySpan<int> history)
    {
        if (options.RepetitionPenalty == 1)
            return;
        _seen.Clear();
        foreach (var token in history)
            _seen.Add(token);
        var scores = candidates.Scores;
        for (var i = 0; i < scores.Length; i++)
            if (_seen.Contains(candidates.Tokens[i]))
                scores[i] = scores[i] > 0 ? scores[i] / options.RepetitionPenalty : scores[i] * options.RepetitionPenalty;
    }
}
