using System.Threading.Channels;
using Inkstone.Tokenizers;

namespace Inkstone.Inference;

/// <summary>A prompt and the answers to it, streamed as they are drawn. The prompt is computed once; each answer goes on with a fork of it.</summary>
internal sealed class AnswerRequest : Request
{
    private readonly RequestPrompt _given;
    private readonly int[] _prompt;
    private readonly int[] _endTokens;
    private readonly StopTextFilter[] _texts;
    private readonly bool[] _begun;
    private readonly List<ScoredToken> _scores = [];
    private readonly GenerationOptions _options;
    private PromptReport? _report;

    /// <summary>A request of valid options.</summary>
    /// <param name="engine">Who serves it.</param>
    /// <param name="prompt">What is continued.</param>
    /// <param name="options">What is asked for.</param>
    /// <param name="cancellation">Cancels the request.</param>
    public AnswerRequest(EngineParts engine, RequestPrompt prompt, GenerationOptions options, CancellationToken cancellation)
        : base(engine, cancellation)
    {
        (_given, _prompt, _options) = (prompt, prompt.Tokens, options);
        _endTokens = [.. options.IgnoreEndOfText ? options.StopTokens : engine.EndTokens.Union(options.StopTokens)];
        _begun = new bool[options.AnswerCount];
        _texts = new StopTextFilter[options.AnswerCount];
        string[] stops = [.. options.Stop];
        for (var i = 0; i < _texts.Length; i++)
            _texts[i] = new StopTextFilter(new StreamingDecoder(engine.Tokenizer, skipSpecials: true), stops);
    }

    /// <summary>Written by the engine's worker; ended by it, or by the reader when its request is cancelled.</summary>
    public Channel<GeneratedPiece> Pieces { get; } = Channel.CreateUnbounded<GeneratedPiece>(new() { SingleReader = true });

    /// <remarks>What a decoder computes of its tokens depends on the source: such blocks are not found again.</remarks>
    public override string? CacheSalt => _options.CachePrompt && _given.Source.Length == 0 ? _options.CacheSalt : null;

    public override bool ScoresPrompt => _options.PromptLogProbabilities is not null;

    public override Speculation Speculation => _options.Speculation;

    /// <summary>Whether the first piece brings no token.</summary>
    private bool BeginsWithPrompt => ScoresPrompt || _options.Echo || _options.MaxTokens == 0;

    public override void Begin() =>
        Add(FirstSequence(_given, _options.MaxTokens, _options, _options.Constraint is { } constraint ? new GuardedConstraint(constraint) : null));

    public override int DraftCount(Sequence sequence)
    {
        if (Speculation == Speculation.None || sequence.DrawnCount == 0)
            return 0;
        var count = Math.Min(Math.Min(_options.DraftLength, _options.MaxTokens - sequence.DrawnCount - 1), sequence.Capacity - sequence.Length - 1);
        if (Speculation == Speculation.DraftModel)
            count = Math.Min(count, Engine.Drafter!.ContextLength - sequence.Length);
        return Math.Max(0, count);
    }

    public override void TakePrompt(Sequence sequence, int position, ReadOnlySpan<float> logits)
    {
        if (_scores.Count == 0)
            _scores.Add(new ScoredToken(_prompt[0], double.NaN, []));
        var normaliser = LogProbabilities.Normaliser(logits);
        var token = _prompt[position + 1];
        _scores.Add(new ScoredToken(token, logits[token] - normaliser, LogProbabilities.Top(logits, normaliser, _options.PromptLogProbabilities ?? 0)));
    }

    public override void Take(Sequence sequence, ReadOnlySpan<float> logits)
    {
        var forks = _report is null ? Fork(sequence) : [];
        Draw(sequence, logits);
        foreach (var fork in forks)
            Draw(fork, logits);
    }

    protected override void End(Exception? error) => Pieces.Writer.TryComplete(error);

    /// <summary>At the end of the prompt: one sequence an answer.</summary>
    private Sequence[] Fork(Sequence sequence)
    {
        if (ScoresPrompt && _scores.Count == 0)
            _scores.Add(new ScoredToken(_prompt[0], double.NaN, []));
        _report = new PromptReport(_given.TokenCount, sequence.CachedCount, _given.DroppedCount, _scores);
        if (_options.AnswerCount == 1)
            return [];
        var forks = new Sequence[_options.AnswerCount - 1];
        for (var i = 0; i < forks.Length; i++)
        {
            forks[i] = sequence.Fork(i + 1, _options with { SeedStream = checked(_options.SeedStream + i + 1) });
            Add(forks[i]);
        }
        return forks;
    }

    private void Draw(Sequence sequence, ReadOnlySpan<float> logits)
    {
        if (BeginsWithPrompt && !_begun[sequence.Number])
        {
            var text = _options.Echo ? Engine.Tokenizer.Decode(_prompt, skipSpecials: true) : "";
            var piece = new GeneratedPiece(text, -1, 0, _options.MaxTokens == 0 ? FinishReason.MaxTokens : null);
            Write(sequence, piece);
            if (piece.Finish is not null)
                return;
        }
        var input = new SamplerInput(sequence.Sampling, sequence.Tokens, sequence.PromptLength, sequence.DrawnCount)
        {
            TokenCount = TokenCount,
            Constraint = sequence.Constraint,
            EndTokens = _endTokens,
            IsTooShort = sequence.DrawnCount < _options.MinTokens,
        };
        var drawn = sequence.NextProposal is { } proposal ? Engine.Sampler.Judge(logits, input, proposal) : Engine.Sampler.Choose(logits, input);
        var top = _options.TopLogProbabilities > 0 && drawn.Token >= 0 ? LogProbabilities.Top(logits, drawn.Normaliser, _options.TopLogProbabilities) : null;
        Write(sequence, Taken(sequence, drawn) with { TopTokens = top });
    }

    /// <summary>Adds a token that was drawn, and says what is told of it.</summary>
    private GeneratedPiece Taken(Sequence sequence, SampledToken drawn)
    {
        var filter = _texts[sequence.Number];
        var (token, logProbability) = (drawn.Token, drawn.LogProbability);
        if (token < 0 || _endTokens.AsSpan().Contains(token))
            return new GeneratedPiece(filter.Finish(), token, logProbability, FinishReason.EndOfText);
        sequence.Add(token);
        sequence.Constraint?.Accept(token);
        var (text, stopped) = _options.Marks.Contains(token) ? (filter.Finish(), false) : filter.Append(token);
        if (stopped)
            return new GeneratedPiece(text, token, logProbability, FinishReason.Stop);
        if (sequence.DrawnCount >= _options.MaxTokens)
            return new GeneratedPiece(text + filter.Finish(), token, logProbability, FinishReason.MaxTokens);
        if (sequence.Length < Engine.Model.ContextLength)
            return new GeneratedPiece(text, token, logProbability, null);
        return _options.Overflow == ContextOverflow.Shift
            ? new GeneratedPiece(text, token, logProbability, null) { DroppedCount = sequence.Shift(_options.KeptPrefix) }
            : new GeneratedPiece(text + filter.Finish(), token, logProbability, FinishReason.ContextFull);
    }

    /// <summary>Hands a piece over; blocks of an answer that it ends are free before anyone reads it.</summary>
    private void Write(Sequence sequence, GeneratedPiece piece)
    {
        var first = !_begun[sequence.Number];
        _begun[sequence.Number] = true;
        if (piece.Finish is not null)
            Remove(sequence);
        Pieces.Writer.TryWrite(piece with { Answer = sequence.Number, Prompt = first ? _report : null });
        if (Sequences.Count == 0)
            End(null);
    }
}
