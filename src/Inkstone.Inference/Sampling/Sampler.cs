using Inkstone.Foundation.Errors;

namespace Inkstone.Inference;

/// <summary>
/// Draws the next token: what may not come next is taken out, the steps change and drop candidates in llama.cpp's order, and one is drawn from the softmax of
/// what is left. The draw of token n of a request is a function of its seed and n alone. For one thread; in the steady state a draw allocates nothing.
/// </summary>
public sealed class Sampler
{
    private readonly ISamplerStep[] _steps =
    [
        new LogitBiasStep(),
        new RepetitionPenaltyStep(),
        new OutputPenaltyStep(),
        new DryStep(),
        new TopNSigmaStep(),
        new TopKStep(),
        new TypicalStep(),
        new TopPStep(),
        new MinPStep(),
        new XtcStep(),
        new TemperatureStep(),
    ];

    private readonly Candidates _candidates = new();
    private readonly TokenMask _mask = new();
    private readonly Rejection _rejection = new();

    /// <summary>Chooses a token.</summary>
    /// <param name="logits">The model's scores, [vocabulary].</param>
    /// <param name="input">The request's options and the sequence so far.</param>
    /// <returns>The token, and ln of its probability under the model's own softmax.</returns>
    /// <exception cref="InkstoneNumericException">A score is not a number, or none is finite.</exception>
    /// <exception cref="InkstoneRequestException">The constraint allows nothing.</exception>
    public SampledToken Choose(ReadOnlySpan<float> logits, in SamplerInput input)
    {
        var normaliser = LogProbabilities.Normaliser(logits);
        if (!TryPrepare(logits, input))
            return new SampledToken(-1, 0);
        var token = Draw(input);
        return new SampledToken(token, logits[token] - normaliser) { Normaliser = normaliser };
    }

    /// <summary>Draws a token for a larger model to judge, with the distribution it is drawn from; the input has no constraint.</summary>
    internal void Propose(ReadOnlySpan<float> logits, in SamplerInput input, Proposal proposal)
    {
        LogProbabilities.Normaliser(logits);
        TryPrepare(logits, input);
        var sum = _candidates.Weigh();
        proposal.Set(_candidates, sum, Pick(_candidates.Weights, sum * input.Options.Stream("draft").DoubleAt(input.Drawn)));
    }

    /// <summary>Chooses a token where another model proposed one: the proposed one, which is then accepted, or another.</summary>
    internal SampledToken Judge(ReadOnlySpan<float> logits, in SamplerInput input, Proposal proposal)
    {
        var normaliser = LogProbabilities.Normaliser(logits);
        if (!TryPrepare(logits, input))
            return new SampledToken(-1, 0);
        var (options, place) = (input.Options, input.Drawn);
        var token = _rejection.Choose(
            _candidates, _candidates.Weigh(), proposal, options.Stream("acceptance").DoubleAt(place), options.Stream("sampler").DoubleAt(place));
        return new SampledToken(token, logits[token] - normaliser) { Normaliser = normaliser };
    }

    /// <summary>Fills the candidates; false when the answer is complete and nothing may follow.</summary>
    private bool TryPrepare(ReadOnlySpan<float> logits, in SamplerInput input)
    {
        _candidates.Reset(input.TokenCount > 0 ? logits[..Math.Min(input.TokenCount, logits.Length)] : logits);
        if (!_mask.TryApply(_candidates, input))
            return false;
        if (double.IsNegativeInfinity(_candidates.Highest))
            throw new InkstoneNumericException("no token that may come next has a finite score", "sampler");
        foreach (var step in _steps)
            step.Apply(_candidates, input);
        return true;
    }

    private int Draw(in SamplerInput input)
    {
        if (_candidates.Count == 1)
            return _candidates.Tokens[0];
        var target = _candidates.Weigh() * input.Options.Stream("sampler").DoubleAt(input.Drawn);
        return _candidates.Tokens[Pick(_candidates.Weights, target)];
    }

    /// <summary>The place where the running sum of weights passes a target; the last of some weight when rounding keeps it below.</summary>
    internal static int Pick(ReadOnlySpan<double> weights, double target)
    {
        var (reached, last) = (0.0, 0);
        for (var i = 0; i < weights.Length; i++)
        {
            if (weights[i] > 0)
                last = i;
            reached += weights[i];
            if (reached > target)
                return i;
        }
        return last;
    }
}
