namespace Inkstone.Inference;

/// <summary>
/// The tokens that may still be drawn and their scores. Steps change scores or drop candidates. Order is by rising id until <see cref="Sort"/> or
/// <see cref="KeepHighest"/> was called, then by falling score, ties by rising id; after that scores may only change in a way that keeps their order.
/// </summary>
public sealed class Candidates
{
    private int[] _every = []; // 0, 1, 2, …: the tokens as long as none was dropped or moved
    private int[] _tokens = [];
    private double[] _scores = [];
    private double[] _weights = [];
    private bool _sorted;

    /// <summary>How many candidates are left.</summary>
    public int Count { get; private set; }

    /// <summary>Whether every token is still there in its own place: candidate i is token i.</summary>
    public bool IsWhole { get; private set; }

    /// <summary>The candidates' ids.</summary>
    public ReadOnlySpan<int> Tokens => (IsWhole ? _every : _tokens).AsSpan(0, Count);

    /// <summary>The candidates' scores: logits, up to a constant. −∞ is never drawn.</summary>
    public Span<double> Scores => _scores.AsSpan(0, Count);

    /// <summary>What <see cref="Weigh"/> last computed.</summary>
    public ReadOnlySpan<double> Weights => _weights.AsSpan(0, Count);

    /// <summary>The highest score.</summary>
    public double Highest => _sorted ? _scores[0] : Exponentials.Highest(Scores);

    /// <summary>Begins with every token.</summary>
    public void Reset(ReadOnlySpan<float> logits)
    {
        if (_every.Length < logits.Length)
        {
            (_every, _tokens, _scores, _weights) = (new int[logits.Length], new int[logits.Length], new double[logits.Length], new double[logits.Length]);
            for (var i = 0; i < _every.Length; i++)
                _every[i] = i;
        }
        Exponentials.Widen(logits, _scores);
        (Count, IsWhole, _sorted) = (logits.Length, true, false);
    }

    /// <summary>Orders candidates by falling score, ties by rising id.</summary>
    public void Sort()
    {
        if (_sorted)
            return;
        Part();
        for (var i = 0; i < Count; i++)
            _scores[i] = -_scores[i];
        // equal keys keep no order in an unstable sort: ties are put right after it
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
    public void Keep(int count)
    {
        Part();
        Count = Math.Min(Count, Math.Max(1, count));
    }

    /// <summary>
    /// Keeps the candidates of the highest scores alone, in order; ties go to the lower id. Time grows with the number of candidates and, by its logarithm, with
    /// the number kept; nothing else is put in order.
    /// </summary>
    public void KeepHighest(int count)
    {
        count = Math.Max(1, count);
        if (!_sorted && count < Count / 4)
            Select(count);
        Sort();
        Keep(count);
    }

    /// <summary>Keeps the candidates whose score is no less, in the order they have.</summary>
    public void KeepFrom(double lowest)
    {
        var tokens = Tokens;
        var kept = 0;
        for (var i = 0; i < Count; i++)
            if (_scores[i] >= lowest)
                (_tokens[kept], _scores[kept++]) = (tokens[i], _scores[i]);
        (Count, IsWhole) = (kept, false);
    }

    /// <summary>Drops the marked candidates; the others keep their order.</summary>
    /// <param name="dropped">A mark for each candidate.</param>
    public void Drop(ReadOnlySpan<bool> dropped)
    {
        var tokens = Tokens;
        var kept = 0;
        for (var i = 0; i < Count; i++)
            if (!dropped[i])
                (_tokens[kept], _scores[kept++]) = (tokens[i], _scores[i]);
        (Count, IsWhole) = (kept, false);
    }

    /// <summary>Fills <see cref="Weights"/> with e^(score − highest): probabilities but for a common factor.</summary>
    /// <returns>The weights' sum.</returns>
    public double Weigh() => Exponentials.Fill(Scores, Highest, _weights.AsSpan(0, Count));

    /// <summary>Gives the tokens places of their own.</summary>
    private void Part()
    {
        if (IsWhole)
            _every.AsSpan(0, Count).CopyTo(_tokens);
        IsWhole = false;
    }

    /// <summary>Brings the highest to the front, in a heap whose root is the worst of them, and drops the others.</summary>
    private void Select(int count)
    {
        var tokens = Tokens;
        tokens[..count].CopyTo(_tokens);
        for (var i = count / 2 - 1; i >= 0; i--)
            Sink(i, count);
        // ids rise, so that a later candidate of the same score is never the better one
        var scores = Scores;
        var worst = scores[0];
        for (var i = count; i < scores.Length; i++)
            if (scores[i] > worst)
            {
                (_tokens[0], scores[0]) = (tokens[i], scores[i]);
                Sink(0, count);
                worst = scores[0];
            }
        (Count, IsWhole) = (count, false);
    }

    private void Sink(int place, int count)
    {
        while (true)
        {
            var worst = place;
            for (var child = 2 * place + 1; child <= 2 * place + 2 && child < count; child++)
                if (_scores[child] < _scores[worst] || (_scores[child] == _scores[worst] && _tokens[child] > _tokens[worst]))
                    worst = child;
            if (worst == place)
                return;
            (_tokens[place], _tokens[worst]) = (_tokens[worst], _tokens[place]);
            (_scores[place], _scores[worst]) = (_scores[worst], _scores[place]);
            place = worst;
        }
    }
}
