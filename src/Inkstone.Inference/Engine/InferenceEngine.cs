using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Inkstone.Foundation.Errors;
using Inkstone.Models;
using Inkstone.Tokenizers;

namespace Inkstone.Inference;

/// <summary>
/// Generates text with a model for many callers at once. One worker owns the model and the cache; requests reach it through a channel. Each turn the scheduler
/// picks rows, they run as one ragged batch, the sampler draws, finished sequences free their blocks. A request gives the same tokens alone or among strangers. A bad
/// request is one failed stream; cancelling frees its blocks at the next turn.
/// </summary>
public sealed class InferenceEngine : IAsyncDisposable
{
    private readonly EngineParts _parts;
    private readonly RequestReader _reader;
    private readonly TurnRunner _runner;
    private readonly ModelVersion _version;
    private readonly Channel<Request> _requests;
    private readonly List<Request> _running = [];
    private readonly CancellationTokenSource _stopping = new();
    private readonly Task _worker;

    /// <summary>Starts an engine.</summary>
    /// <param name="model">The network; nobody else may change it while requests run.</param>
    /// <param name="tokenizer">Its tokenizer.</param>
    /// <param name="options">How to use the machine.</param>
    public InferenceEngine(Model model, Tokenizer tokenizer, EngineOptions? options = null)
    {
        options ??= new EngineOptions();
        options.Validate();
        foreach (var network in options.DraftModel is { } draft ? (Model[])[model, draft] : [model])
            if (tokenizer.VocabularySize > network.VocabularySize)
                throw new InkstoneRequestException("the tokenizer has more tokens than the model", "InferenceEngine", $"at most {network.VocabularySize}",
                    $"{tokenizer.VocabularySize}", "Use the tokenizer the model was trained with.");
        if (options.DraftModel is { ReadsSource: true })
            throw new InkstoneRequestException("an encoder-decoder guesses for no other model", nameof(options.DraftModel), "a model of one stream");
        _parts = new EngineParts(model, tokenizer, options);
        _reader = new RequestReader(_parts);
        _runner = new TurnRunner(_parts);
        _version = new ModelVersion(model);
        _requests = Channel.CreateBounded<Request>(new BoundedChannelOptions(options.QueueLength) { SingleReader = true });
        _worker = Task.Factory.StartNew(Work, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    /// <summary>Blocks of the cache that no sequence holds, those whose content may be found again included; those of sources too.</summary>
    public int FreeBlockCount => _parts.Cache.Pool.FreeCount + (_parts.Cache.Source?.Pool.FreeCount ?? 0);

    /// <summary>Blocks of the cache: of layers that see whole sequences, of each window, and of sources.</summary>
    public int BlockCount => _parts.Cache.Pool.BlockCount + (_parts.Cache.Source?.Pool.BlockCount ?? 0);

    /// <summary>Whether prompts are what an encoder reads, which answers do not continue.</summary>
    public bool ReadsSource => _parts.Model.ReadsSource;

    /// <summary>How many times a sequence had to give its blocks back and was computed again.</summary>
    public int PreemptionCount => _parts.Scheduler.PreemptionCount;

    internal EngineParts Parts => _parts;

    internal TurnRunner Runner => _runner;

    /// <summary>
    /// Continues a text. The begin-of-text token, when the tokenizer has one, is put before it. Of an encoder-decoder the text is what it reads, and what the
    /// tokenizer puts around a text is put around it.
    /// </summary>
    /// <exception cref="InkstoneRequestException">The prompt does not fit, or an option is out of its range.</exception>
    public IAsyncEnumerable<GeneratedPiece> GenerateAsync(string prompt, GenerationOptions? options = null, CancellationToken cancellation = default) =>
        GenerateAsync(_reader.Encode(prompt, options?.Source), options, cancellation);

    /// <summary>Continues a sequence of tokens.</summary>
    /// <exception cref="InkstoneRequestException">The prompt is empty, longer than the context, or has an id that is no token's; an option is out of its range.</exception>
    public IAsyncEnumerable<GeneratedPiece> GenerateAsync(int[] prompt, GenerationOptions? options = null, CancellationToken cancellation = default)
    {
        var request = _reader.Answer(prompt, options ?? new GenerationOptions(), cancellation);
        ObjectDisposedException.ThrowIf(_stopping.IsCancellationRequested, this);
        return Stream(request, cancellation);
    }

    /// <summary>Searches the most probable continuations of a text (<see cref="BeamOptions"/>). The begin-of-text token, when the tokenizer has one, is put before it.</summary>
    /// <exception cref="InkstoneRequestException">The prompt does not fit, or an option is out of its range.</exception>
    public Task<IReadOnlyList<BeamAnswer>> SearchAsync(string prompt, BeamOptions? options = null, CancellationToken cancellation = default) =>
        SearchAsync(_reader.Encode(prompt, options?.Source), options, cancellation);

    /// <summary>Searches the most probable continuations of a sequence of tokens.</summary>
    /// <returns>The answers, best first.</returns>
    /// <exception cref="InkstoneRequestException">The prompt is empty, longer than the context, or has an id that is no token's; an option is out of its range.</exception>
    public async Task<IReadOnlyList<BeamAnswer>> SearchAsync(int[] prompt, BeamOptions? options = null, CancellationToken cancellation = default)
    {
        var request = _reader.Search(prompt, options ?? new BeamOptions(), cancellation);
        ObjectDisposedException.ThrowIf(_stopping.IsCancellationRequested, this);
        await WriteAsync(request, cancellation).ConfigureAwait(false);
        await using var ending = cancellation.UnsafeRegister(_ => request.Cancel(), null).ConfigureAwait(false);
        return await request.Answers.ConfigureAwait(false);
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

    private async IAsyncEnumerable<GeneratedPiece> Stream(AnswerRequest request, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(cancellation, request.Cancellation);
        await WriteAsync(request, linked.Token).ConfigureAwait(false);
        // cancelling ends the stream from here instead of going with every wait, which would then be an object of its own
        using var ending = linked.Token.UnsafeRegister(End, request);
        try
        {
            while (await request.Pieces.Reader.WaitToReadAsync(CancellationToken.None).ConfigureAwait(false))
            {
                while (!linked.Token.IsCancellationRequested && request.Pieces.Reader.TryRead(out var piece))
                    yield return piece;
                linked.Token.ThrowIfCancellationRequested();
            }
        }
        finally
        {
            // a reader that walks away mid-stream cancels its request
            request.Abandon();
        }
    }

    private static void End(object? request, CancellationToken cancellation) =>
        ((AnswerRequest)request!).Pieces.Writer.TryComplete(new OperationCanceledException(cancellation));

    private async ValueTask WriteAsync(Request request, CancellationToken cancellation)
    {
        try
        {
            await _requests.Writer.WriteAsync(request, cancellation).ConfigureAwait(false);
        }
        catch (ChannelClosedException)
        {
            throw Stopped();
        }
    }

    private void Work()
    {
        try
        {
            while (!_stopping.IsCancellationRequested)
            {
                Admit();
                DropFinished();
                if (_running.Count > 0)
                    Turn();
            }
        }
        finally
        {
            // whatever ends the worker, nobody is left waiting
            _requests.Writer.TryComplete();
            foreach (var request in _running)
                request.Fail(Stopped());
            while (_requests.Reader.TryRead(out var waiting))
                waiting.Fail(Stopped());
        }
    }

    /// <summary>Takes new requests; waits for one when there is nothing else to do.</summary>
    private void Admit()
    {
        if (_running.Count == 0)
        {
            try
            {
                _requests.Reader.WaitToReadAsync(_stopping.Token).AsTask().GetAwaiter().GetResult();
            }
            catch (OperationCanceledException)
            {
                return; // the engine is stopping: the loop's condition sees it
            }
            if (_version.HasChanged())
                _parts.Cache.Pool.ForgetPrefixes();
        }
        while (_requests.Reader.TryRead(out var request))
        {
            _running.Add(request);
            request.Begin();
        }
    }

    private void DropFinished()
    {
        for (var i = _running.Count - 1; i >= 0; i--)
        {
            var request = _running[i];
            if (request.Sequences.Count > 0 && request.IsAbandoned)
                request.Fail(new OperationCanceledException(request.Cancellation));
            if (request.Sequences.Count == 0)
                _running.RemoveAt(i);
        }
    }

    private void Turn()
    {
        var turn = _parts.Scheduler.Next();
        try
        {
            _runner.Run(turn);
        }
        catch (Exception error) // the requests' border
        {
            // what fails a whole turn (no memory, a layer of the caller's own) fails the requests that were in it; the engine goes on
            foreach (var (sequence, _, _) in turn)
                sequence.Request.Fail(error);
        }
    }

    private static InkstoneLifetimeException Stopped() => new("the engine stopped before the answer was finished", "InferenceEngine");
}
