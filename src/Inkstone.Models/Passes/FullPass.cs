using Inkstone.Foundation.Errors;
using Inkstone.Foundation.Randomness;
using Inkstone.Tensors;

namespace Inkstone.Models;

/// <summary>A pass over whole sequences: differentiable, keeps nothing. Training, scoring and encoding use it.</summary>
public sealed class FullPass : Pass
{
    private FullPass(Tensor tokens, Tensor positions, TokenLayout layout, int longestPosition)
        : base(tokens, positions, layout) => LongestPosition = longestPosition;

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
    public static FullPass Over(
        ReadOnlySpan<int> tokens, TokenLayout layout, Backend? backend = null, Rng? random = null, ITap? taps = null,
        ReadOnlySpan<int> wantedRows = default, Pass? source = null)
    {
        if (tokens.Length != layout.RowCount)
            throw new InkstoneRequestException("the layout does not describe the tokens", "FullPass", $"{layout.RowCount} tokens", $"{tokens.Length}");
        var positions = layout.Positions ?? ImpliedPositions(layout);
        return new FullPass(Tensor.From(tokens, [tokens.Length], backend), Tensor.From(positions, [positions.Length], backend), layout, positions.Length == 0 ? -1 : positions.Max())
        {
            Random = random,
            Taps = taps,
            WantedRows = wantedRows.IsEmpty ? default : Tensor.From(wantedRows, [wantedRows.Length], backend),
            Source = source,
        };
    }

    /// <inheritdoc/>
    public override Tensor Attend(
        int layer, Tensor queries, Tensor keys, Tensor values, AttentionForm form, Tensor sinks = default, Tensor bias = default)
    {
        queries = Tap(layer, Site.Query, queries);
        keys = Tap(layer, Site.Key, keys);
        values = Tap(layer, Site.Value, values);
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
        return queries.Attention(keys, values, form, Layout, Source.Layout, default, bias, RandomFor(layer, "cross-attention"));
    }

    private static int[] ImpliedPositions(TokenLayout layout)
    {
        var positions = new int[layout.RowCount];
        for (var s = 0; s < layout.SequenceCount; s++)
            for (var row = layout.Starts[s]; row < layout.Starts[s + 1]; row++)
                positions[row] = row - layout.Starts[s];
        return positions;
    }
}
