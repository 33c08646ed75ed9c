using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Inkstone.Foundation.Errors;
using Inkstone.Models;
using Inkstone.Tensors;
using Inkstone.Tokenizers;

namespace Inkstone.Inference;

/// <summary>
/// Generates text with a model for many callers at once. One worker owns the model and the cache; requests reach it through a channel. Each turn the scheduler
/// picks rows, they run as one ragged batch, the sampler draws, finished sequences free their blocks. A request gives the same tokens alone or among strangers. A bad
/// request is one failed stream; cancelling frees its blocks at the next turn.
/// </summary>
public sealed class InferenceEngine : IAsyncDisposable
{
    private readonly Model _model;
    private readonly Tokenizer _tokenizer;
    private readonly KeyValueCache _cache;
    private readonly Scheduler _scheduler;
    private readonly PagedPass _pass;
    private readonly List<PagedRows> _rows = [];
    private readonly Sampler _sampler = new();
    private readonly Channel<Sequence> _requests;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Task _worker;
    private float[] _logits = [];

    /// <summary>Starts an engine.</summary>
    /// <param name="model">The network; nobody else may change it while the engine lives.</param>
    /// <param name="tokenizer">Its tokenizer.</param>
    /// <param name="options">How to use the machine.</param>
    public InferenceEngine(Model model, Tokenizer tokenizer, EngineOptions? options = null)
    {
        options ??= new EngineOptions();
        options.Validate();
        if (tokenizer.VocabularySize > model.VocabularySize)
            throw new InkstoneRequestException("the tokenizer has more tokens than the model", "InferenceEngine", $"at most {model.VocabularySize}",
                $"{tokenizer.VocabularySize}", "Use the tokenizer the model was trained with.");
        _model = model;
        _tokenizer = tokenizer;
        var blocks = Math.Max(BlockPool.BlocksFor(model.ContextLength), options.CacheBytes / KeyValueCache.BytesPerBlock(model));
        _cache = new KeyValueCache(model, (int)Math.Min(blocks, (long)options.SequencesPerTurn * BlockPool.BlocksFor(model.ContextLength)));
        _scheduler = new Scheduler(options);
        _pass = new PagedPass(model, _cache);
        _requests = Channel.CreateBounded<Sequence>(new BoundedChannelOptions(options.QueueLength) { SingleReader = true });
        _worker = Task.Factory.StartNew(Work, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    /// <summary>Blocks of the cache that no sequence holds.</summary>
    public int FreeBlockCount => _cache.Pool.FreeCount;

    /// <summary>Blocks of the cache.</summary>
    public int BlockCount => _cache.Pool.BlockCount;

    /// <summary>How many times a sequence had to give its blocks back and was computed again.</summary>
    public int PreemptionCount => _scheduler.PreemptionCount;

    /// <summary>Continues a text. The begin-of-text token, when the tokenizer has one, is put before it.</summary>
    public IAsyncEnumerable<GeneratedPiece> GenerateAsync(string prompt, GenerationOptions? options = null, CancellationToken cancellation = default)
    {
        var tokens = new List<int>();
        if (_tokenizer.BeginOfText is { } begin)
            tokens.Add(begin);
        tokens.AddRange(_tokenizer.Encode(prompt));
        return GenerateAsync(tokens.ToArray(), options, cancellation);
    }

    /// <summary>Continues a sequence of tokens.</summary>
    /// <exception cref="InkstoneRequestException">The prompt is empty, longer than the context, or has an id that is no token's; an option is out of its range.</exception>
    public IAsyncEnumerable<GeneratedPiece> GenerateAsync(int[] prompt, GenerationOptions? options = null, CancellationToken cancellation = default)
    {
        options ??= new GenerationOptions();
        options.Validate();
        if (prompt.Length == 0)
            throw new InkstoneRequestException("the prompt is empty", "prompt", "at least one token");
        if (prompt.Length >= _model.ContextLength)
            throw new InkstoneRequestException("the prompt does not leave room in the model's context", "prompt", $"at most {_model.ContextLength - 1} tokens",
                $"{prompt.Length}", "Shorten the prompt, or use a model with a longer context.");
        foreach (var token in prompt)
            if ((uint)token >= (uint)_model.VocabularySize)
                throw new InkstoneRequestException("the prompt has an id that is no token's", "prompt", $"0 to {_model.VocabularySize - 1}", $"{token}");
        ObjectDisposedException.ThrowIf(_stopping.IsCancellationRequested, this);
        return Stream(new Sequence(prompt, options, _tokenizer, _model.ContextLength, _cache.Pool, cancellation), cancellation);
    }

    /// <summary>Stops the worker; streams that are not finished end with an error.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_stopping.IsCancellationRequested)
            return;
        await _stopping.CancelAsync().ConfigureAwait(false);
        _requests.Writer.TryComplete();
        await _worker.ConfigureAwait(false);
    }

    private async IAsyncEnumerable<GeneratedPiece> Stream(Sequence sequence, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(cancellation, sequence.Cancellation);
        await _requests.Writer.WriteAsync(sequence, linked.Token).ConfigureAwait(false);
        // cancelling ends the stream from here instead of going with every wait, which would then be an object of its own
        using var ending = linked.Token.UnsafeRegister(End, sequence);
        try
        {
            while (await sequence.Pieces.Reader.WaitToReadAsync(CancellationToken.None).ConfigureAwait(false))
            {
                while (!linked.Token.IsCancellationRequested && sequence.Pieces.Reader.TryRead(out var piece))
                    yield return piece;
                linked.Token.ThrowIfCancellationRequested();
            }
        }
        finally
        {
            // a reader that walks away mid-stream cancels its request
            sequence.Abandon();
        }
    }

    private static void End(object? sequence, CancellationToken cancellation) =>
        ((Sequence)sequence!).Pieces.Writer.TryComplete(new OperationCanceledException(cancellation));

    private void Work()
    {
        while (!_stopping.IsCancellationRequested)
        {
            Admit();
            DropCancelled();
            if (_scheduler.Sequences.Count > 0)
                Turn();
        }
        while (_scheduler.Sequences.Count > 0)
            Fail(_scheduler.Sequences[0], Stopped());
        while (_requests.Reader.TryRead(out var waiting))
            Fail(waiting, Stopped());
    }

    /// <summary>Takes new requests; waits for one when there is nothing else to do.</summary>
    private void Admit()
    {
        while (_requests.Reader.TryRead(out var sequence))
            _scheduler.Add(sequence);
        if (_scheduler.Sequences.Count > 0)
            return;
        try
        {
            _requests.Reader.WaitToReadAsync(_stopping.Token).AsTask().GetAwaiter().GetResult();
        }
        catch (OperationCanceledException)
        {
            // the engine is stopping: the loop's condition sees it
        }
    }

    private void DropCancelled()
    {
        for (var i = _scheduler.Sequences.Count - 1; i >= 0; i--)
            if (_scheduler.Sequences[i] is { } sequence && (sequence.IsAbandoned || sequence.Cancellation.IsCancellationRequested))
                Fail(sequence, new OperationCanceledException(sequence.Cancellation));
    }

    /// <summary>One turn. Its lists and its pass are those of the turn before, filled anew: once they have grown, a turn allocates nothing managed.</summary>
    private void Turn()
    {
        var turn = _scheduler.Next();
        try
        {
            using var scope = PoolScope.Open();
            _rows.Clear();
            foreach (var (sequence, count) in turn)
                _rows.Add(new PagedRows(sequence.Table, sequence.Pending(count), count == sequence.PendingCount ? 1 : 0));
            _pass.Fill(_rows);
            var hidden = _model.Forward(_pass);
            foreach (var (sequence, count) in turn)
                sequence.Table.Advance(count);
            if (hidden.Shape[0] == 0)
                return;
            var logits = _model.Head.Forward(hidden, _pass);
            var vocabulary = logits.Shape[1];
            if (_logits.Length < logits.Count)
                _logits = new float[logits.Count];
            logits.CopyTo(_logits.AsSpan(0, (int)logits.Count));
            var row = 0;
            for (var i = 0; i < turn.Count; i++)
                if (_rows[i].WantedCount > 0)
                    Draw(turn[i].Sequence, _logits.AsSpan(row++ * vocabulary, Math.Min(vocabulary, _tokenizer.VocabularySize)));
        }
        catch (InkstoneException error)
        {
            // what fails a whole turn (no memory) fails the requests that were in it; the engine goes on
            foreach (var (sequence, _) in turn)
                Fail(sequence, error);
        }
    }

    private void Draw(Sequence sequence, ReadOnlySpan<float> logits)
    {
        int token;
        double logProbability;
        try
        {
            (token, logProbability) = _sampler.Choose(logits, new SamplerInput(sequence.Sampling, sequence.Tokens, sequence.Tokens.Length - sequence.DrawnCount, sequence.DrawnCount));
        }
        catch (InkstoneNumericException error)
        {
            Fail(sequence, error);
            return;
        }
        if (token == _tokenizer.EndOfText && !sequence.Options.IgnoreEndOfText)
        {
            Finish(sequence, token, logProbability, sequence.Text.Finish(), FinishReason.EndOfText);
            return;
        }
        sequence.Add(token);
        var (text, stopped) = sequence.Text.Append(token);
        if (stopped)
            Finish(sequence, token, logProbability, text, FinishReason.Stop);
        else if (sequence.DrawnCount >= sequence.Options.MaxTokens)
            Finish(sequence, token, logProbability, text + sequence.Text.Finish(), FinishReason.MaxTokens);
        else if (sequence.Length >= _model.ContextLength)
            Finish(sequence, token, logProbability, text + sequence.Text.Finish(), FinishReason.ContextFull);
        else
            sequence.Pieces.Writer.TryWrite(new GeneratedPiece(text, token, logProbability, null));
    }

    private void Finish(Sequence sequence, int token, double logProbability, string text, FinishReason reason)
    {
        _scheduler.Remove(sequence);
        sequence.Pieces.Writer.TryWrite(new GeneratedPiece(text, token, logProbability, reason));
        sequence.Pieces.Writer.TryComplete();
    }

    private void Fail(Sequence sequence, Exception error)
    {
        _scheduler.Remove(sequence);
        sequence.Pieces.Writer.TryComplete(error);
    }

    private static InkstoneLifetimeException Stopped() => new("the engine stopped before the answer was finished", "InferenceEngine");
}
