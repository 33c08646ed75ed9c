using Inkstone.Foundation.Errors;
using Inkstone.Models;
using Inkstone.Tensors;

namespace Inkstone.Inference;

/// <summary>
/// A pass that serves: new rows of several sequences, whose keys and values are appended to cache blocks and seen by their own sequence alone; recurrent state goes
/// on from where the sequence stood. A row's result has the same bits whatever else is in the pass.
/// </summary>
public sealed class PagedPass : Pass
{
    private readonly KeyValueCache _cache;
    private readonly IReadOnlyList<PagedRows> _sequences;
    private readonly TokenLayout _keys;

    private PagedPass(KeyValueCache cache, IReadOnlyList<PagedRows> sequences, Tensor tokens, Tensor positions, TokenLayout queries, TokenLayout keys, int longest)
        : base(tokens, positions, queries)
    {
        _cache = cache;
        _sequences = sequences;
        _keys = keys;
        LongestPosition = longest;
    }

    /// <inheritdoc/>
    public override bool BatchInvariant => true;

    /// <inheritdoc/>
    public override int LongestPosition { get; }

    /// <summary>
    /// A pass over the next rows of some sequences. Room must have been reserved; when the pass has run, the caller advances each table.
    /// </summary>
    /// <param name="model">Whose backend the rows live on.</param>
    /// <param name="cache">Where keys and values are kept.</param>
    /// <param name="sequences">The rows.</param>
    /// <param name="taps">Who watches.</param>
    public static PagedPass Over(Model model, KeyValueCache cache, IReadOnlyList<PagedRows> sequences, ITap? taps = null)
    {
        var starts = new int[sequences.Count + 1];
        var keyStarts = new int[sequences.Count + 1];
        var blockCount = 0;
        for (var s = 0; s < sequences.Count; s++)
        {
            var rows = sequences[s];
            starts[s + 1] = checked(starts[s] + rows.Tokens.Length);
            keyStarts[s + 1] = checked(keyStarts[s] + rows.Table.Length + rows.Tokens.Length);
            blockCount += BlockPool.BlocksFor(rows.Table.Length + rows.Tokens.Length);
        }
        var tokens = new int[starts[^1]];
        var positions = new int[tokens.Length];
        var blockRows = new int[blockCount];
        var wanted = new List<int>();
        int block = 0, longest = -1;
        for (var s = 0; s < sequences.Count; s++)
        {
            var rows = sequences[s];
            rows.Tokens.Span.CopyTo(tokens.AsSpan(starts[s]));
            for (var i = 0; i < rows.Tokens.Length; i++)
                positions[starts[s] + i] = rows.Table.Length + i;
            longest = Math.Max(longest, rows.Table.Length + rows.Tokens.Length - 1);
            for (var i = 0; i < BlockPool.BlocksFor(rows.Table.Length + rows.Tokens.Length); i++)
                blockRows[block++] = rows.Table.Blocks[i] * BlockPool.BlockSize;
            for (var i = rows.Tokens.Length - rows.WantedCount; i < rows.Tokens.Length; i++)
                wanted.Add(starts[s] + i);
        }
        return new PagedPass(
            cache, sequences, Tensor.From(tokens, [tokens.Length], model.Backend), Tensor.From(positions, [positions.Length], model.Backend),
            new TokenLayout(starts) { Positions = positions }, new TokenLayout(keyStarts) { BlockRows = blockRows, BlockSize = BlockPool.BlockSize }, longest)
        {
            Taps = taps,
            WantedRows = Tensor.From(wanted.ToArray(), [wanted.Count], model.Backend),
        };
    }

    /// <inheritdoc/>
    public override Tensor Attend(
        int layer, Tensor queries, Tensor keys, Tensor values, AttentionForm form, Tensor sinks = default, Tensor bias = default)
    {
        queries = Tap(layer, Site.Query, queries);
        Append(_cache.Keys(layer), Tap(layer, Site.Key, keys));
        Append(_cache.Values(layer), Tap(layer, Site.Value, values));
        if (Taps is not null && Taps.WantsWeights(layer))
            Taps.Weights(layer, queries.AttentionWeights(_cache.Keys(layer), form, Layout, _keys, sinks, bias));
        return Tap(layer, Site.Attention, queries.Attention(_cache.Keys(layer), _cache.Values(layer), form, Layout, _keys, sinks, bias));
    }

    /// <inheritdoc/>
    public override Tensor AttendSource(int layer, Tensor queries, ISourceMemory memory, AttentionForm form, Tensor bias = default) =>
        throw new InkstoneRequestException("a paged pass serves decoders only", "PagedPass.AttendSource", "a model of one stream", "cross-attention");

    /// <inheritdoc/>
    public override Tensor AttendAgain(int layer, Tensor queries, AttentionForm form, Tensor bias = default) =>
        throw new InkstoneRequestException(
            "a paged pass serves text in its own order, without the ranks that two streams compare", "PagedPass.AttendAgain", "a model of one stream",
            "a second stream", "Use a FullPass.");

    /// <inheritdoc/>
    /// <remarks>A pass that has run has moved the state on: unlike attention, it is not run again.</remarks>
    public override Tensor Recall(int layer, Tensor x, IRecurrence recurrence)
    {
        if (recurrence.ReadsBackwards)
            throw new InkstoneRequestException("a layer that reads backwards needs the whole sequence at once", "PagedPass.Recall",
                "a recurrence that reads forwards", $"layer {layer}", "Use a FullPass.");
        var memory = _cache.States(layer);
        if (memory.Shape[1] != recurrence.StateWidth)
            throw new InkstoneRequestException("the model's Memory gives this layer another state than it has", $"PagedPass.Recall, layer {layer}",
                $"a state width of {recurrence.StateWidth}", $"{memory.Shape[1]}");
        var state = Tensor.Zeros([_sequences.Count, recurrence.StateWidth], x.Type, x.Backend);
        for (var s = 0; s < _sequences.Count; s++)
            if (_sequences[s].Table is { Length: > 0 } table)
                state.Slice(0, s, 1).Write(memory.Slice(0, table.BlockOf(table.Length - 1), 1));
        var (output, after) = recurrence.Run(x, state, this);
        for (var s = 0; s < _sequences.Count; s++)
            if (_sequences[s] is { Tokens.Length: > 0 } rows)
                memory.Slice(0, rows.Table.BlockOf(rows.Table.Length + rows.Tokens.Length - 1), 1).Write(after.Slice(0, s, 1));
        return Tap(layer, Site.Recurrence, output);
    }

    /// <summary>Writes the new rows to their places, a run within a block at a time.</summary>
    private void Append(Tensor memory, Tensor rows)
    {
        var start = 0;
        foreach (var sequence in _sequences)
        {
            for (var done = 0; done < sequence.Tokens.Length;)
            {
                var index = sequence.Table.Length + done;
                var count = Math.Min(sequence.Tokens.Length - done, BlockPool.BlockSize - index % BlockPool.BlockSize);
                memory.Slice(0, sequence.Table.RowOf(index), count).Write(rows.Slice(0, start + done, count));
                done += count;
            }
            start += sequence.Tokens.Length;
        }
    }
}

/// <summary>The next rows of one sequence.</summary>
/// <param name="Table">Where its keys and values lie; its length is the first row's position.</param>
/// <param name="Tokens">The rows' ids.</param>
/// <param name="WantedCount">How many of the last rows' outputs are wanted.</param>
public sealed record PagedRows(BlockTable Table, ReadOnlyMemory<int> Tokens, int WantedCount);
