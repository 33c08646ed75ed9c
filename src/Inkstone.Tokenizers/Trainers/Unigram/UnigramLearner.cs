namespace Inkstone.Tokenizers;

/// <summary>
/// The pieces of a unigram model while they are being learnt (Kudo 2018, section 3.2): rounds of expectation over all words and
/// maximisation, then the pieces whose loss would cost the least likelihood go, until few more than wanted are left. Pieces are kept by
/// ascending bytes. Words are shared out in parts that do not depend on the number of threads, so neither do the sums.
/// </summary>
internal sealed class UnigramLearner
{
    private const int PartCount = 8;
    private const double LeastExpected = 0.5; // a piece expected less often than this goes at once
    private readonly UnigramWords _words;
    private readonly UnigramTrainerOptions _options;
    private readonly ParallelOptions _parallel;
    private readonly UnigramExpectation[] _expectations = [.. Enumerable.Range(0, PartCount).Select(_ => new UnigramExpectation())];
    private double[] _probabilities = [];
    private ByteTrie _trie = null!;
    private bool[] _isFixed;
    private int _longest;

    /// <summary>A learner that begins with these pieces.</summary>
    /// <param name="words">The words to learn from.</param>
    /// <param name="pieces">The pieces, by ascending bytes.</param>
    /// <param name="scores">The score of each.</param>
    /// <param name="options">The options.</param>
    /// <param name="parallel">On how many threads.</param>
    /// <param name="isFixed">Which pieces stay and keep their scores; null for none.</param>
    public UnigramLearner(UnigramWords words, PieceBlock pieces, double[] scores, UnigramTrainerOptions options, ParallelOptions parallel, bool[]? isFixed = null)
    {
        (_words, _options, _parallel, Pieces, Scores, _isFixed) = (words, options, parallel, pieces, scores, isFixed ?? new bool[scores.Length]);
        Index();
    }

    /// <summary>The pieces, by ascending bytes.</summary>
    public PieceBlock Pieces { get; private set; }

    /// <summary>The natural logarithm of the probability of each.</summary>
    public double[] Scores { get; private set; }

    /// <summary>The mean natural logarithm of a word's probability, as of the last round.</summary>
    public double MeanLogLikelihood { get; private set; }

    /// <summary>Learns until at most so many pieces are left.</summary>
    /// <param name="wanted">How many.</param>
    /// <param name="report">Told how many pieces there are, now and then.</param>
    public void Learn(int wanted, Action<int> report)
    {
        while (true)
        {
            for (var i = 0; i < _options.SubIterations; i++)
            {
                Maximize(Expect());
                _parallel.CancellationToken.ThrowIfCancellationRequested();
            }
            report(Pieces.Count);
            if (Pieces.Count <= wanted)
                return;
            var before = Pieces.Count;
            Prune(Math.Max(wanted, (int)(_options.ShrinkingFactor * before)));
            if (Pieces.Count == before)
                return; // pieces that nothing can take the place of
        }
    }

    private double[] Expect()
    {
        var expected = new double[PartCount][];
        var logs = new double[PartCount];
        var unknown = Math.Exp(Scores.Min() - UnigramPieces.UnknownPenalty);
        Parallel.For(0, PartCount, _parallel, part =>
        {
            expected[part] = new double[Pieces.Count];
            for (var i = part; i < _words.Count; i += PartCount)
            {
                logs[part] += _words.Counts[i]
                    * _expectations[part].Add(_trie, _probabilities, unknown, _longest, _words[i], _words.Counts[i], expected[part]);
            }
        });
        MeanLogLikelihood = logs.Sum() / _words.Counts.Sum();
        for (var part = 1; part < PartCount; part++)
        {
            for (var id = 0; id < Pieces.Count; id++)
                expected[0][id] += expected[part][id];
        }
        return expected[0];
    }

    /// <summary>The best probabilities for what is expected, under a prior that favours few pieces (digamma in place of the logarithm).</summary>
    private void Maximize(double[] expected)
    {
        var total = 0.0;
        foreach (var value in expected)
            total += value >= LeastExpected ? value : 0;
        var logTotal = Digamma(total);
        Keep(id => _isFixed[id] || expected[id] >= LeastExpected, id => _isFixed[id] ? Scores[id] : Digamma(expected[id]) - logTotal);
    }

    private void Prune(int wanted)
    {
        var usage = UnigramUsage.Count(_words, Pieces, Scores, _trie, _parallel);
        var (isKept, candidates) = (new bool[Pieces.Count], new List<(double Loss, int Id)>());
        var alternatives = UnigramUsage.Alternatives(Pieces, Scores, _trie, _parallel);
        var (logTotal, kept) = (Math.Log(usage.Total), 0);
        for (var id = 0; id < Pieces.Count; id++)
        {
            // A piece that is never on a best path, or that its own parts beat, is not missed.
            if (!_isFixed[id] && (usage.Pieces[id] == 0 || alternatives[id] is { Length: 0 }))
                continue;
            if (_isFixed[id] || alternatives[id] is not { } parts)
            {
                isKept[id] = true;
                kept++;
                continue;
            }
            var count = (double)usage.Pieces[id];
            var logTotalAfter = Math.Log(usage.Total + count * (parts.Length - 1));
            var logAfter = 0.0;
            foreach (var part in parts)
                logAfter += Math.Log(usage.Pieces[part] + count) - logTotalAfter;
            candidates.Add(((double)usage.Words[id] / usage.TotalWords * (Math.Log(count) - logTotal - logAfter), id));
        }
        candidates.Sort((x, y) => x.Loss != y.Loss ? y.Loss.CompareTo(x.Loss) : x.Id.CompareTo(y.Id));
        foreach (var (_, id) in candidates.Take(Math.Max(0, wanted - kept)))
            isKept[id] = true;
        Keep(id => isKept[id], id => Scores[id]);
    }

    private void Keep(Func<int, bool> isKept, Func<int, double> score)
    {
        var (texts, scores, isFixed) = (new List<byte[]>(), new List<double>(), new List<bool>());
        for (var id = 0; id < Pieces.Count; id++)
        {
            if (!isKept(id))
                continue;
            texts.Add(Pieces[id].ToArray());
            scores.Add(score(id));
            isFixed.Add(_isFixed[id]);
        }
        (Pieces, Scores, _isFixed) = (PieceBlock.Of(texts), [.. scores], [.. isFixed]);
        Index();
    }

    private void Index()
    {
        _trie = ByteTrie.Build(Pieces, [.. Enumerable.Range(0, Pieces.Count)]);
        _probabilities = [.. Scores.Select(Math.Exp)];
        _longest = 4;
        for (var id = 0; id < Pieces.Count; id++)
            _longest = Math.Max(_longest, Pieces[id].Length);
    }

    /// <summary>The derivative of the logarithm of the gamma function, for positive numbers: recurrence up to 7, then the asymptotic series.</summary>
    private static double Digamma(double x)
    {
        var result = 0.0;
        for (; x < 7; x++)
            result -= 1 / x;
        x -= 0.5;
        var square = 1 / (x * x);
        return result + Math.Log(x) + square * (1 / 24.0 - square * (7 / 960.0 - square * (31 / 8064.0 - square * 127 / 30720.0)));
    }
}
