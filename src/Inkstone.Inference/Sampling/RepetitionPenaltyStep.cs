namespace Inkstone.Inference;

/// <summary>
/// Makes tokens that the sequence already holds, prompt included, less likely, each once however often it stands there: s ← s / r where s is positive, s · r
/// where it is not (Keskar et al. 2019, section 4.1, with the sign minded). For one thread.
/// </summary>
public sealed class RepetitionPenaltyStep : ISamplerStep
{
    private readonly TokenMarks _seen = new();

    /// <inheritdoc/>
    public void Apply(Candidates candidates, in SamplerInput input)
    {
        var options = input.Options;
        if (options.RepetitionPenalty == 1)
            return;
        var scores = candidates.Scores;
        _seen.Clear(scores.Length);
        foreach (var token in SamplingOptions.Window(input.Tokens, options.RepetitionWindow))
        {
            if ((uint)token >= (uint)scores.Length || _seen[token] != 0)
                continue;
            _seen[token] = 1;
            scores[token] = scores[token] > 0 ? scores[token] / options.RepetitionPenalty : scores[token] * options.RepetitionPenalty;
        }
    }
}
