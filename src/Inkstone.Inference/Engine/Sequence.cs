using System.Threading.Channels;
using Inkstone.Tokenizers;

namespace Inkstone.Inference;

/// <summary>One request inside the engine: its tokens, where their keys and values lie, and the stream its pieces go to.</summary>
internal sealed class Sequence(int[] prompt, GenerationOptions options, Tokenizer tokenizer, BlockPool pool, CancellationToken cancellation)
{
    private readonly List<int> _tokens = [.. prompt];

    public GenerationOptions Options { get; } = options;

    public SamplingOptions Sampling { get; } = options.Sampling;

    public CancellationToken Cancellation { get; } = cancellation;

    public BlockTable Table { get; } = new(pool);

    public StopTextFilter Text { get; } = new(new StreamingDecoder(tokenizer, skipSpecials: true), options.Stop);

    public Channel<GeneratedPiece> Pieces { get; } = Channel.CreateUnbounded<GeneratedPiece>(new() { SingleReader = true, SingleWriter = true });

    /// <summary>All tokens, the prompt's and those drawn.</summary>
    public ReadOnlySpan<int> Tokens => System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_tokens);

    public int Length => _tokens.Count;

    public int DrawnCount => _tokens.Count - prompt.Length;

    /// <summary>Tokens whose keys and values are not yet in the cache.</summary>
    public int PendingCount => Length - Table.Length;

    /// <summary>Whether the reader of the pieces went away.</summary>
    public bool IsAbandoned { get; private set; }

    public void Abandon() => IsAbandoned = true;

    public void Add(int token) => _tokens.Add(token);

    public int[] Pending(int count) => _tokens.GetRange(Table.Length, count).ToArray();
}
