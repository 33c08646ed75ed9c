namespace Inkstone.Inference;

/// <summary>A token that a draft model drew, and the distribution it drew from. Its memory is used again.</summary>
internal sealed class Proposal
{
    private int[] _tokens = [];
    private double[] _probabilities = [];

    /// <summary>The token drawn.</summary>
    public int Token { get; private set; }

    /// <summary>The tokens that might have been drawn.</summary>
    public ReadOnlySpan<int> Tokens => _tokens.AsSpan(0, Count);

    /// <summary>Their probabilities.</summary>
    public ReadOnlySpan<double> Probabilities => _probabilities.AsSpan(0, Count);

    private int Count { get; set; }

    /// <summary>The probability with which the token was drawn.</summary>
    public double Probability => _probabilities[Tokens.IndexOf(Token)];

    /// <summary>Takes a draw.</summary>
    /// <param name="candidates">What might have been drawn, weighed.</param>
    /// <param name="sum">The weights' sum.</param>
    /// <param name="place">The candidate drawn.</param>
    public void Set(Candidates candidates, double sum, int place)
    {
        if (_tokens.Length < candidates.Count)
            (_tokens, _probabilities) = (new int[candidates.Count], new double[candidates.Count]);
        (Count, Token) = (candidates.Count, candidates.Tokens[place]);
        candidates.Tokens.CopyTo(_tokens);
        for (var i = 0; i < Count; i++)
            _probabilities[i] = candidates.Weights[i] / sum;
    }
}
