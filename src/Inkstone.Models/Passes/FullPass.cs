using Inkstone.Foundation.Errors;
using Inkstone.Foundation.Randomness;
using Inkstone.Tensors;

namespace Inkstone.Models;

/// <summary>
/// A pass over whole sequences: differentiable, keeps nothing unless it is given a <see cref="PassMemory"/>. Training, scoring and encoding use it.
/// </summary>
public sealed class FullPass : Pass
{
    private readonly PassMemory? _memory;
    private readonly Dictionary<int, Tensor> _recalled = [];
    private (int Layer, Tensor Keys, Tensor Values) _given = (-1, default, default);

    private FullPass(Tensor tokens, ReadOnlySpan<int> positions, TokenLayout layout, Backend? backend, PassMemory? memory)
        : base(tokens, Tensor.From(positions, [positions.Length], backend), layout)
    {
        LongestPosition = -1;
        foreach (var position in positions)
            LongestPosition = Math.Max(LongestPosition, position);
        _memory = memory;
    }

    /// <inheritdoc/>
    public override bool BatchInvariant => false;

    /// <inheritdoc/>
    public override int LongestPosition { get; }

    /// <summary>A pass over sequences laid back to back; positions count from 0 in each unless the layout has its own.</summary>
    /// <param name="tokens">The ids of all rows.</param>
    /// <param name="layout">The sequences' bounds.</param>
    /// <param name="backend">Where the model lives.</param>
    /// <param name="random">The stream of dropout; null drops nothing.</param>
    /// <param name="taps">Who watches.</param>
    /// <param name="wantedRows">The rows whose output is wanted; null means all.</param>
    /// <param name="source">The encoder's pass, for cross-attention.</param>
    /// <param name="memory">What the segments before left, and what this one adds to; null begins every sequence and keeps nothing.</param>
    public static FullPass Over(
        ReadOnlySpan<int> tokens, TokenLayout layout, Backend? backend = null, Rng? random = null, ITap? taps = null,
        ReadOnlySpan<int> wantedRows = default, Pass? source = null, PassMemory? memory = null)
    {
        if (tokens.Length != layout.RowCount)
            throw new InkstoneRequestException("the layout does not describe the tokens", "FullPass", $"{layout.RowCount} tokens", $"{tokens.Length}");
        return new FullPass(Tensor.From(tokens, [tokens.Length], backend), PositionsOf(layout), layout, backend, memory)
        {
            Random = random,
            Taps = taps,
            WantedRows = wantedRows.IsEmpty ? default : Tensor.From(wantedRows, [wantedRows.Length], backend),
            Source = source,
        };
    }

    /// <summary>A pass over rows that are vectors from elsewhere, which the caller gives to the blocks itself: it has no tokens.</summary>
    /// <inheritdoc cref="Over(ReadOnlySpan{int}, TokenLayout, Backend?, Rng?, ITap?, ReadOnlySpan{int}, Pass?, PassMemory?)"/>
    public static FullPass Over(
        TokenLayout layout, Backend? backend = null, Rng? random = null, ITap? taps = null, Pass? source = null, PassMemory? memory = null) =>
        new(default, PositionsOf(layout), layout, backend, memory)
        {
            Random = random,
            Taps = taps,
            Source = source,
        };

    /// <inheritdoc/>
    public override Tensor Attend(
        int layer, Tensor queries, Tensor keys, Tensor values, AttentionForm form, Tensor sinks = default, Tensor bias = default)
    {
        queries = Tap(layer, Site.Query, queries);
        keys = Tap(layer, Site.Key, keys);
        values = Tap(layer, Site.Value, values);
        _given = (layer, keys, values);
        if (Taps is not null && Taps.WantsWeights(layer))
            Taps.Weights(layer, queries.AttentionWeights(keys, form, Layout, Layout, sinks, bias));
        return Tap(layer, Site.Attention, queries.Attention(keys, values, form, Layout, Layout, sinks, bias, RandomFor(layer, "attention")));
    }

    /// <inheritdoc/>
    public override Tensor AttendSource(int layer, Tensor queries, ISourceMemory memory, AttentionForm form, Tensor bias = default)
    {
        if (Source is null)
            throw new InkstoneRequestException("cross-attention needs the encoder's pass", "FullPass.Source");
        var (keys, values) = memory.KeysAndValues(Source);
        return Tap(
            layer, Site.SourceAttention,
            queries.Attention(keys, values, form, Layout, Source.Layout, default, bias, RandomFor(layer, "cross-attention")));
    }

    /// <inheritdoc/>
    public override Tensor AttendAgain(int layer, Tensor queries, AttentionForm form, Tensor bias = default)
    {
        if (_given.Layer != layer)
            throw new InkstoneRequestException("a second stream needs the keys that its layer was just given", "FullPass.AttendAgain", $"layer {layer}",
                _given.Layer < 0 ? "no attention before it" : $"layer {_given.Layer}", "Call Attend of the same layer first.");
        return Tap(
            layer, Site.SecondAttention,
            queries.Attention(_given.Keys, _given.Values, form, Layout, Layout, default, bias, RandomFor(layer, "second attention")));
    }

    /// <inheritdoc/>
    /// <exception cref="InkstoneRequestException">
    /// The pass has a memory and the recurrence reads backwards, or gradient would have to flow through a recomputed block.
    /// </exception>
    public override Tensor Recall(int layer, Tensor x, IRecurrence recurrence)
    {
        if (_memory is null)
            return Tap(layer, Site.Recurrence, recurrence.Run(x, default, this).Output);
        if (recurrence.ReadsBackwards)
            throw new InkstoneRequestException("a layer that reads backwards has nothing to go on from", "FullPass.Recall", "a recurrence that reads forwards");
        // a recomputed block asks a second time: it gets what it got first, and what comes out is remembered already
        var again = _recalled.TryGetValue(layer, out var before);
        if (again && _memory.Differentiable)
            throw new InkstoneRequestException("memory that carries gradient cannot cross a recomputed block", $"FullPass.Recall, layer {layer}",
                "BlockStack.RecomputeBlocks = false, or a memory that is cut off");
        if (!again)
            _recalled[layer] = before = _memory.For(layer, Layout.SequenceCount, recurrence.StateWidth);
        var (output, after) = recurrence.Run(x, before, this);
        if (!again)
            _memory[layer] = after;
        return Tap(layer, Site.Recurrence, output);
    }

    private static ReadOnlySpan<int> PositionsOf(TokenLayout layout)
    {
        if (layout.Positions is { } given)
            return given.AsSpan(0, layout.RowCount);
        var positions = new int[layout.RowCount];
        for (var s = 0; s < layout.SequenceCount; s++)
            for (var row = layout.Starts[s]; row < layout.Starts[s + 1]; row++)
                positions[row] = row - layout.Starts[s];
        return positions;
    }
}
