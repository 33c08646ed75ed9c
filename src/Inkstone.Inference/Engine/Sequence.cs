using System.Threading.Channels;
using Inkstone.Tokenizers;

namespace Inkstone.Inference;

/// <summary>One request inside the engine: its tokens, where their keys and values lie, and the stream its pieces go to.</summary>
internal sealed class Sequence
{
    private readonly int[] _tokens;
    private readonly int _promptLength;

    /// <summary>Makes room for all the tokens it may come to have, so that no turn has to.</summary>
    /// <param name="prompt">What the request begins with, shorter than the context.</param>
    /// <param name="options">What it asks for.</param>
    /// <param name="tokenizer">The model's tokenizer.</param>
    /// <param name="contextLength">The most tokens the model can see.</param>
    /// <param name="pool">Where its blocks come from.</param>
    /// <param name="cancellation">Cancels the request.</param>
    public Sequence(int[] prompt, GenerationOptions options, Tokenizer tokenizer, int contextLength, BlockPool pool, CancellationToken cancellation)
    {
        _tokens = new int[(int)Math.Min(prompt.Length + (long)options.MaxTokens, contextLength)];
        prompt.CopyTo(_tokens, 0);
        Length = _promptLength = prompt.Length;
        (Options, Sampling, Cancellation) = (options, options.Sampling, cancellation);
        Table = new BlockTable(pool, _tokens.Length);
        Text = new StopTextFilter(new StreamingDecoder(tokenizer, skipSpecials: true), options.Stop);
    }

    public GenerationOptions Options { get; }

    public SamplingOptions Sampling { get; }

    public CancellationToken Cancellation { get; }

    public BlockTable Table { get; }

    public StopTextFilter Text { get; }

    /// <summary>Written by the engine's worker; ended by it, or by the reader when its request is cancelled.</summary>
    public Channel<GeneratedPiece> Pieces { get; } = Channel.CreateUnbounded<GeneratedPiece>(new() { SingleReader = true });

    /// <summary>All tokens, the prompt's and those drawn.</summary>
    public ReadOnlySpan<int> Tokens => _tokens.AsSpan(0, Length);

    public int Length { get; private set; }

    public int DrawnCount => Length - _promptLength;

    /// <summary>Tokens whose keys and values are not yet in the cache.</summary>
    public int PendingCount => Length - Table.Length;

    /// <summary>Whether the reader of the pieces went away.</summary>
    public bool IsAbandoned { get; private set; }

    public void Abandon() => IsAbandoned = true;

    public void Add(int token) => _tokens[Length++] = token;

    /// <summary>The first tokens whose keys and values are not yet in the cache.</summary>
    public ReadOnlyMemory<int> Pending(int count) => _tokens.AsMemory(Table.Length, count);
}
