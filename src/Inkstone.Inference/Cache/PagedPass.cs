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
    private readonly Backend _backend;
    private readonly KeyValueCache _cache;
    private readonly LayoutBuffer _queries;
    private readonly LayoutBuffer _keys = new();
    private readonly RowNumbers _numbers = new();
    private IReadOnlyList<PagedRows> _sequences = [];

    /// <summary>A pass of no rows yet, to be filled before each of its turns (<see cref="Fill"/>).</summary>
    internal PagedPass(Model model, KeyValueCache cache)
        : this(model, cache, new LayoutBuffer())
    {
    }

    private PagedPass(Model model, KeyValueCache cache, LayoutBuffer queries)
        : base(default, default, queries.Layout) => (_backend, _cache, _queries) = (model.Backend, cache, queries);

    /// <inheritdoc/>
    public override bool BatchInvariant => true;

    /// <inheritdoc/>
    public override int LongestPosition => _numbers.LongestPosition;

    /// <summary>
    /// A pass over the next rows of some sequences. Room must have been reserved; when the pass has run, the caller advances each table.
    /// </summary>
    /// <param name="model">Whose backend the rows live on.</param>
    /// <param name="cache">Where keys and values are kept.</param>
    /// <param name="sequences">The rows.</param>
    /// <param name="taps">Who watches.</param>
    public static PagedPass Over(Model model, KeyValueCache cache, IReadOnlyList<PagedRows> sequences, ITap? taps = null)
    {
        var pass = new PagedPass(model, cache) { Taps = taps };
        pass.Fill(sequences);
        return pass;
    }

    /// <summary>
    /// Turns to the next rows of some sequences, in the memory of the turn before. The list is read until the next filling; room must have been reserved, and
    /// a pool scope be open that outlives the turn.
    /// </summary>
    internal void Fill(IReadOnlyList<PagedRows> sequences)
    {
        ForgetTables();
        _sequences = sequences;
        _numbers.Of(sequences);
        _queries.Fill(_numbers.Starts, _numbers.Positions);
        _keys.Fill(_numbers.KeyStarts, blockRows: _numbers.BlockRows, blockSize: BlockPool.BlockSize);
        Tokens = Numbers(_numbers.Tokens);
        Positions = Numbers(_numbers.Positions);
        WantedRows = Numbers(_numbers.Wanted);

        Tensor Numbers(ReadOnlySpan<int> values) => Tensor.From(values, [values.Length], _backend);
    }

    /// <inheritdoc/>
    public override Tensor Attend(
        int layer, Tensor queries, Tensor keys, Tensor values, AttentionForm form, Tensor sinks = default, Tensor bias = default)
    {
        queries = Tap(layer, Site.Query, queries);
        Append(_cache.Keys(layer), Tap(layer, Site.Key, keys));
        Append(_cache.Values(layer), Tap(layer, Site.Value, values));
        if (Taps is not null && Taps.WantsWeights(layer))
            Taps.Weights(layer, queries.AttentionWeights(_cache.Keys(layer), form, Layout, _keys.Layout, sinks, bias));
        return Tap(layer, Site.Attention, queries.Attention(_cache.Keys(layer), _cache.Values(layer), form, Layout, _keys.Layout, sinks, bias));
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
        for (var s = 0; s < _sequences.Count; s++)
        {
            var sequence = _sequences[s];
            for (var done = 0; done < sequence.Tokens.Length;)
            {
                var index = sequence.Table.Length + done;
                var count = Math.Min(sequence.Tokens.Length - done, BlockPool.BlockSize - index % BlockPool.BlockSize);
                memory.Slice(0, sequence.Table.RowOf(index), count).WriteRows(rows.Slice(0, start + done, count));
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
public readonly record struct PagedRows(BlockTable Table, ReadOnlyMemory<int> Tokens, int WantedCount);
