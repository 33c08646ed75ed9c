namespace Inkstone.Inference;

/// <summary>What a caller asked an engine for: one or more sequences, and what is to be done with the scores of their last tokens.</summary>
internal abstract class Request(EngineParts engine, CancellationToken cancellation)
{
    private volatile bool _abandoned;

    /// <summary>Cancels the request.</summary>
    public CancellationToken Cancellation { get; } = cancellation;

    /// <summary>Whether nobody waits for the result any more.</summary>
    public bool IsAbandoned => _abandoned || Cancellation.IsCancellationRequested;

    /// <summary>The sequences that are not finished.</summary>
    public List<Sequence> Sequences { get; } = [];

    /// <summary>Whether blocks are used again by other requests, and whose.</summary>
    public abstract string? CacheSalt { get; }

    /// <summary>Whether the rows of a sequence's prompt are wanted and still to be computed, so that none may be skipped.</summary>
    public virtual bool ScoresPrompt => false;

    /// <summary>How many of the model's scores are of tokens that may be drawn.</summary>
    public int TokenCount => Engine.Tokenizer.VocabularySize;

    protected EngineParts Engine { get; } = engine;

    public void Abandon() => _abandoned = true;

    /// <summary>How many tokens are to be guessed ahead of a sequence's next draw, whatever else runs.</summary>
    public virtual int DraftCount(Sequence sequence) => 0;

    /// <summary>How tokens are guessed.</summary>
    public virtual Speculation Speculation => Speculation.None;

    /// <summary>Begins: the sequences enter the scheduler.</summary>
    public abstract void Begin();

    /// <summary>Takes the scores that follow a token of the prompt.</summary>
    public virtual void TakePrompt(Sequence sequence, int position, ReadOnlySpan<float> logits)
    {
    }

    /// <summary>Takes the scores that follow a sequence's last token: adds a token, ends the sequence, or makes it wait.</summary>
    public abstract void Take(Sequence sequence, ReadOnlySpan<float> logits);

    /// <summary>Ends the request for whoever waits. One that was cancelled ends as cancelled, whatever failed.</summary>
    public void Fail(Exception error)
    {
        while (Sequences.Count > 0)
            Remove(Sequences[^1]);
        End(Cancellation.IsCancellationRequested ? new OperationCanceledException(Cancellation) : error);
    }

    /// <summary>Tells whoever waits that there will be no more, and why if it was a failure.</summary>
    protected abstract void End(Exception? error);

    /// <summary>The sequence that a request begins with.</summary>
    protected Sequence FirstSequence(RequestPrompt prompt, int maxTokens, SamplingOptions sampling, ITokenConstraint? constraint = null)
    {
        var capacity = (int)Math.Min(prompt.Tokens.Length + (long)maxTokens, Engine.Model.ContextLength);
        return new Sequence(this, prompt.Tokens, capacity, sampling, Engine.Cache.Pool)
        {
            Constraint = constraint,
            Source = prompt.Source,
            SourceTable = Engine.Cache.Source is { } sources ? new BlockTable(sources.Pool, prompt.Source.Length) : null,
        };
    }

    /// <summary>Lets a sequence run.</summary>
    protected void Add(Sequence sequence)
    {
        Sequences.Add(sequence);
        Engine.Scheduler.Add(sequence);
    }

    /// <summary>Takes a sequence out and gives its blocks back.</summary>
    protected void Remove(Sequence sequence)
    {
        Sequences.Remove(sequence);
        Engine.Scheduler.Remove(sequence);
    }
}
