namespace Inkstone.Inference;

/// <summary>
/// The tokens that may still be drawn and their scores. Steps change scores or drop candidates; order is by falling score once <see cref="Sort"/> was called.
/// </summary>
public sealed class Candidates
{
    private int[] _tokens = [];
    private double[] _scores = [];
    private bool _sorted;

    /// <summary>How many candidates are left.</summary>
    public int Count { get; private set; }

    /// <summary>The candidates' ids.</summary>
    public ReadOnlySpan<int> Tokens => _tokens.AsSpan(0, Count);

    /// <summary>The candidates' scores: logits, up to a constant.</summary>
    public Span<double> Scores => _scores.AsSpan(0, Count);

    /// <summary>Begins with every token.</summary>
    public void Reset(ReadOnlySpan<float> logits)
    {
        if (_tokens.Length < logits.Length)
            (_tokens, _scores) = (new int[logits.Length], new double[logits.Length]);
        for (var i = 0; i < logits.Length; i++)
            (_tokens[i], _scores[i]) = (i, logits[i]);
        Count = logits.Length;
        _sorted = false;
    }

    /// <summary>Orders candidates by falling score, ties by rising id.</summary>
    public void Sort()
    {
        if (_sorted)
            return;
        for (var i = 0; i < Count; i++)
            _scores[i] = -_scores[i];
        // ids ascend already, and equal keys keep no order in an unstable sort: ties are put right after it
        Array.Sort(_scores, _tokens, 0, Count);
        for (var i = 0; i < Count;)
        {
            var end = i + 1;
            while (end < Count && _scores[end] == _scores[i])
                end++;
            if (end - i > 1)
                Array.Sort(_tokens, i, end - i);
            i = end;
        }
        for (var i = 0; i < Count; i++)
            _scores[i] = -_scores[i];
        _sorted = true;
    }

    /// <summary>Keeps the first candidates alone.</summary>
    public void Keep(int count) => Count = Math.Min(Count, Math.Max(1, count));

    /// <summary>Σ e^(score − highest) over the candidates, and the highest score.</summary>
    public (double Sum, double Highest) ExponentialSum()
    {
        var highest = double.NegativeInfinity;
        foreach (var score in Scores)
            highest = Math.Max(highest, score);
        var sum = 0.0;
        foreach (var score in Scores)
            sum += Math.Exp(score - highest);
        return (sum, highest);
    }
}
