namespace Inkstone.Inference;

/// <summary>
/// Speculative sampling (Leviathan et al. 2023, algorithm 1): a token x proposed with probability q(x) is accepted with probability min(1, p(x) / q(x)); else
/// another is drawn from max(0, p − q), made to sum to one. What comes out is distributed as p. For one thread.
/// </summary>
internal sealed class Rejection
{
    private double[] _proposed = []; // by token; zero between uses
    private double[] _residual = [];

    /// <summary>Chooses a token.</summary>
    /// <param name="candidates">What the model may draw, weighed: p but for a factor.</param>
    /// <param name="sum">The weights' sum.</param>
    /// <param name="proposal">What was proposed, and q.</param>
    /// <param name="acceptance">Uniform in [0, 1).</param>
    /// <param name="draw">Uniform in [0, 1), independent of the other.</param>
    public int Choose(Candidates candidates, double sum, Proposal proposal, double acceptance, double draw)
    {
        var place = candidates.Tokens.IndexOf(proposal.Token);
        if (place >= 0 && acceptance * proposal.Probability * sum < candidates.Weights[place])
            return proposal.Token;
        Scatter(proposal, candidates);
        var total = 0.0;
        for (var i = 0; i < candidates.Count; i++)
            total += _residual[i] = Math.Max(0, candidates.Weights[i] - _proposed[candidates.Tokens[i]] * sum);
        foreach (var token in proposal.Tokens)
            _proposed[token] = 0;
        // nothing is left only where rounding made two equal distributions differ
        var weights = total > 0 ? _residual.AsSpan(0, candidates.Count) : candidates.Weights;
        return candidates.Tokens[Sampler.Pick(weights, (total > 0 ? total : sum) * draw)];
    }

    private void Scatter(Proposal proposal, Candidates candidates)
    {
        var most = 0;
        foreach (var token in proposal.Tokens)
            most = Math.Max(most, token);
        foreach (var token in candidates.Tokens)
            most = Math.Max(most, token);
        if (_proposed.Length <= most)
            _proposed = new double[Math.Max(most + 1, 2 * _proposed.Length)];
        if (_residual.Length < candidates.Count)
            _residual = new double[_proposed.Length];
        for (var i = 0; i < proposal.Tokens.Length; i++)
            _proposed[proposal.Tokens[i]] = proposal.Probabilities[i];
    }
}
