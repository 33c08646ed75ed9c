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
    private readonly LayoutBuffer[] _keys; // of each span
    private readonly LayoutBuffer _sourceKeys = new();
    private readonly SourcePass? _newSources;
    private readonly RowNumbers _numbers;
    private IReadOnlyList<PagedRows> _sequences = [];

    /// <summary>A pass of no rows yet, to be filled before each of its turns (<see cref="Fill"/>).</summary>
    internal PagedPass(Model model, KeyValueCache cache, ITap? taps = null)
        : this(model, cache, new LayoutBuffer(), taps)
    {
    }

    private PagedPass(Model model, KeyValueCache cache, LayoutBuffer queries, ITap? taps)
        : base(default, default, queries.Layout)
    {
        (_backend, _cache, _queries, Taps) = (model.Backend, cache, queries, taps);
        _keys = [.. Enumerable.Range(0, cache.Pool.Spans.Length).Select(_ => new LayoutBuffer())];
        _numbers = new RowNumbers(_keys.Length);
        _newSources = model.ReadsSource ? new SourcePass(_backend, taps) : null;
    }

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
        var pass = new PagedPass(model, cache, taps);
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
        for (var span = 0; span < _keys.Length; span++)
            _keys[span].FillPaged(_numbers.KeyStarts, _numbers.Blocks(span));
        if (_newSources is not null)
        {
            _sourceKeys.FillPaged(_numbers.SourceStarts, _numbers.SourceBlocks);
            Source = _newSources.TryFill(sequences) ? _newSources : null;
        }
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
        var span = _cache.SpanOf(layer);
        Append(_cache.Keys(layer), Tap(layer, Site.Key, keys), span);
        Append(_cache.Values(layer), Tap(layer, Site.Value, values), span);
        if (Taps is not null && Taps.WantsWeights(layer))
            Taps.Weights(layer, queries.AttentionWeights(_cache.Keys(layer), form, Layout, _keys[span].Layout, sinks, bias));
        return Tap(layer, Site.Attention, queries.Attention(_cache.Keys(layer), _cache.Values(layer), form, Layout, _keys[span].Layout, sinks, bias));
    }

    /// <inheritdoc/>
    /// <remarks>The memory is asked for keys and values of the sources that this pass reads; those of others lie in the cache.</remarks>
    public override Tensor AttendSource(int layer, Tensor queries, ISourceMemory memory, AttentionForm form, Tensor bias = default)
    {
        var cache = _cache.Source ?? throw new InkstoneRequestException("the model says that it reads no source", "PagedPass.AttendSource", "Model.ReadsSource");
        if (Source is not null)
        {
            var (keys, values) = memory.KeysAndValues(Source);
            AppendSources(cache.Keys(layer), keys);
            AppendSources(cache.Values(layer), values);
        }
        return Tap(layer, Site.SourceAttention, queries.Attention(cache.Keys(layer), cache.Values(layer), form, Layout, _sourceKeys.Layout, default, bias));
    }

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
        var (memory, span) = (_cache.States(layer), _cache.SpanOf(layer));
        if (memory.Shape[1] != recurrence.StateWidth)
            throw new InkstoneRequestException("the model's Memory gives this layer another state than it has", $"PagedPass.Recall, layer {layer}",
                $"a state width of {recurrence.StateWidth}", $"{memory.Shape[1]}");
        var state = Tensor.Zeros([_sequences.Count, recurrence.StateWidth], x.Type, x.Backend);
        for (var s = 0; s < _sequences.Count; s++)
            if (_sequences[s].Table is { Length: > 0 } table)
                state.Slice(0, s, 1).Write(memory.Slice(0, table.BlockOf(table.Length - 1, span), 1));
        var (output, after) = recurrence.Run(x, state, this);
        for (var s = 0; s < _sequences.Count; s++)
            if (_sequences[s] is { Tokens.Length: > 0 } rows)
                memory.Slice(0, rows.Table.BlockOf(rows.Table.Length + rows.Tokens.Length - 1, span), 1).Write(after.Slice(0, s, 1));
        return Tap(layer, Site.Recurrence, output);
    }

    /// <summary>Writes the new rows to their places.</summary>
    private void Append(Tensor memory, Tensor rows, int span)
    {
        var start = 0;
        for (var s = 0; s < _sequences.Count; s++)
        {
            var (table, count) = (_sequences[s].Table, _sequences[s].Tokens.Length);
            Write(memory, rows, start, count, table, span);
            start += count;
        }
    }

    /// <summary>Writes the rows of new sources to their places.</summary>
    private void AppendSources(Tensor memory, Tensor rows)
    {
        var start = 0;
        for (var s = 0; s < _sequences.Count; s++)
            if (_sequences[s] is { Source: { } table, SourceTokens.Length: > 0 and var count })
            {
                Write(memory, rows, start, count, table, 0);
                start += count;
            }
    }

    /// <summary>Writes some rows behind those of a table, a run within a block at a time.</summary>
    private static void Write(Tensor memory, Tensor rows, int start, int count, BlockTable table, int span)
    {
        for (var done = 0; done < count;)
        {
            var index = table.Length + done;
            var place = index % BlockPool.BlockSize;
            var run = Math.Min(count - done, BlockPool.BlockSize - place);
            memory.Select(0, table.BlockOf(index, span)).Slice(1, place, run).Transpose(0, 1).WriteRows(rows.Slice(0, start + done, run));
            done += run;
        }
    }
}
