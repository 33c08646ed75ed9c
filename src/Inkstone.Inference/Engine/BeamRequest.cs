namespace Inkstone.Inference;

/// <summary>
/// A beam search: sequences that wait for each other after every token. The best continuations of all of them go on, each in a fork of what it continues; ties go
/// to the earlier beam, then to the lower token.
/// </summary>
internal sealed class BeamRequest : Request
{
    private readonly RequestPrompt _given;
    private readonly int[] _prompt;
    private readonly BeamOptions _options;
    private readonly int[] _endTokens;
    private readonly List<Beam> _beams = [];
    private readonly List<Continuation> _continuations = [];
    private readonly List<BeamAnswer> _found = [];
    private readonly TaskCompletionSource<IReadOnlyList<BeamAnswer>> _answers = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _waiting;

    public BeamRequest(EngineParts engine, RequestPrompt prompt, BeamOptions options, CancellationToken cancellation)
        : base(engine, cancellation)
    {
        (_given, _prompt, _options) = (prompt, prompt.Tokens, options);
        _endTokens = [.. options.IgnoreEndOfText ? options.StopTokens : engine.EndTokens.Union(options.StopTokens)];
    }

    public override string? CacheSalt => _given.Source.Length == 0 ? "" : null;

    /// <summary>The answers, when they are found.</summary>
    public Task<IReadOnlyList<BeamAnswer>> Answers => _answers.Task;

    public void Cancel() => _answers.TrySetCanceled(Cancellation);

    public override void Begin()
    {
        var sequence = FirstSequence(_given, _options.MaxTokens, SamplingOptions.Greedy);
        _beams.Add(new Beam(sequence, 0));
        Add(sequence);
    }

    public override void Take(Sequence sequence, ReadOnlySpan<float> logits)
    {
        var beam = _beams.FindIndex(b => b.Sequence == sequence);
        // twice the width, for as many as the width may end
        var drawable = logits[..Math.Min(TokenCount, logits.Length)];
        foreach (var (token, logProbability) in LogProbabilities.Top(drawable, LogProbabilities.Normaliser(logits), 2 * _options.Width))
            if (double.IsFinite(logProbability))
                _continuations.Add(new Continuation(_beams[beam].LogProbability + logProbability, beam, token));
        sequence.IsWaiting = true;
        if (++_waiting == _beams.Count)
            GoOn();
    }

    protected override void End(Exception? error)
    {
        if (error is OperationCanceledException)
            _answers.TrySetCanceled(Cancellation);
        else if (error is not null)
            _answers.TrySetException(error);
        else
            _answers.TrySetResult([.. _found.OrderByDescending(answer => answer.Score).Take(_options.AnswerCount)]);
    }

    /// <summary>From the continuations of all beams to the beams of the next turn.</summary>
    private void GoOn()
    {
        _continuations.Sort();
        List<Continuation> chosen = [];
        for (var rank = 0; rank < _continuations.Count && chosen.Count < _options.Width; rank++)
        {
            var next = _continuations[rank];
            if (!_endTokens.AsSpan().Contains(next.Token))
                chosen.Add(next);
            else if (rank < _options.Width)
                Find(_beams[next.Beam].Sequence.Tokens[_prompt.Length..], next.LogProbability, 1, FinishReason.EndOfText);
        }
        Replace(chosen);
        _continuations.Clear();
        _waiting = 0;
        if (IsOver())
            Finish();
    }

    /// <summary>Makes the chosen continuations the beams; the first of a beam goes on with its sequence, others with forks.</summary>
    private void Replace(List<Continuation> chosen)
    {
        Beam[] old = [.. _beams];
        _beams.Clear();
        var sequences = new Sequence[chosen.Count];
        for (var i = 0; i < chosen.Count; i++)
        {
            var sequence = old[chosen[i].Beam].Sequence;
            var isFirst = chosen.FindIndex(other => other.Beam == chosen[i].Beam) == i;
            sequences[i] = isFirst ? sequence : sequence.Fork(i);
            if (!isFirst)
                Add(sequences[i]);
        }
        foreach (var beam in old)
            if (!sequences.Contains(beam.Sequence))
                Remove(beam.Sequence);
        for (var i = 0; i < chosen.Count; i++)
        {
            sequences[i].Add(chosen[i].Token);
            sequences[i].IsWaiting = false;
            _beams.Add(new Beam(sequences[i], chosen[i].LogProbability));
        }
    }

    private bool IsOver()
    {
        if (_beams.Count == 0)
            return true;
        var length = _beams[0].Sequence.DrawnCount;
        if (length >= _options.MaxTokens || _beams[0].Sequence.Length >= Engine.Model.ContextLength)
        {
            var reason = length >= _options.MaxTokens ? FinishReason.MaxTokens : FinishReason.ContextFull;
            foreach (var beam in _beams)
                Find(beam.Sequence.Tokens[_prompt.Length..], beam.LogProbability, 0, reason);
            return true;
        }
        if (_found.Count < _options.Width)
            return false;
        var worst = _found.Select(answer => answer.Score).OrderDescending().ElementAt(_options.Width - 1);
        return _options.StopEarly || Score(_beams[0].LogProbability, length) <= worst;
    }

    private void Find(ReadOnlySpan<int> tokens, double logProbability, int endTokens, FinishReason reason) => _found.Add(
        new BeamAnswer(Engine.Tokenizer.Decode(tokens, skipSpecials: true), tokens.ToArray(), logProbability, Score(logProbability, tokens.Length + endTokens), reason));

    private double Score(double logProbability, int length) => logProbability / Math.Pow(length, _options.LengthPenalty);

    private void Finish()
    {
        while (Sequences.Count > 0)
            Remove(Sequences[^1]);
        End(null);
    }

    private readonly record struct Beam(Sequence Sequence, double LogProbability);

    private readonly record struct Continuation(double LogProbability, int Beam, int Token) : IComparable<Continuation>
    {
        public int CompareTo(Continuation other) => LogProbability != other.LogProbability ? other.LogProbability.CompareTo(LogProbability)
            : Beam != other.Beam ? Beam.CompareTo(other.Beam) : Token.CompareTo(other.Token);
    }
}
