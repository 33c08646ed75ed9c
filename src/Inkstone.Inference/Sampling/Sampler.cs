using Inkstone.Foundation.Errors;
using Inkstone.Foundation.Randomness;

namespace Inkstone.Inference;

/// <summary>
/// Draws the next token: penalty, temperature, top-k, top-p, min-p, then one draw from the softmax of what is left. The draw of token n of a request is a
/// function of its seed and n alone.
/// </summary>
public sealed class Sampler
{
    private readonly ISamplerStep[] _steps = [new RepetitionPenaltyStep(), new TemperatureStep(), new TopKStep(), new TopPStep(), new MinPStep()];
    private readonly Candidates _candidates = new();

    /// <summary>Chooses a token.</summary>
    /// <param name="logits">The model's scores, [vocabulary].</param>
    /// <param name="options">The request's options.</param>
    /// <param name="history">The sequence so far, prompt included.</param>
    /// <param name="drawn">How many tokens the request has drawn before.</param>
    /// <returns>The token, and ln of its probability under the model's own softmax.</returns>
    /// <exception cref="InkstoneNumericException">A score is not a number, or none is finite.</exception>
    public (int Token, double LogProbability) Choose(ReadOnlySpan<float> logits, SamplingOptions options, ReadOnlySpan<int> history, int drawn)
    {
        foreach (var logit in logits)
            if (float.IsNaN(logit) || float.IsPositiveInfinity(logit))
                throw new InkstoneNumericException("the model gave a score that is not a finite number", "sampler", found: logit.ToString(System.Globalization.CultureInfo.InvariantCulture));
        _candidates.Reset(logits);
        var (sum, highest) = _candidates.ExponentialSum();
        if (double.IsNegativeInfinity(highest))
            throw new InkstoneNumericException("the model gave no finite score", "sampler");
        foreach (var step in _steps)
            step.Apply(_candidates, options, history);
        var token = Draw(Rng.From(options.Seed).Split("sampler").UniformAt((ulong)drawn));
        return (token, logits[token] - highest - Math.Log(sum));
    }

    private int Draw(double uniform)
    {
        if (_candidates.Count == 1)
            return _candidates.Tokens[0];
        var (sum, highest) = _candidates.ExponentialSum();
        var target = uniform * sum;
        var reached = 0.0;
        var last = 0;
        for (var i = 0; i < _candidates.Count; i++)
        {
            var weight = Math.Exp(_candidates.Scores[i] - highest);
            if (weight > 0)
                last = i;
            reached += weight;
            if (reached > target)
                return _candidates.Tokens[i];
        }
        return _candidates.Tokens[last];
    }
}
