using System.Runtime.InteropServices;
using Inkstone.Foundation.Errors;
using Inkstone.Models;
using Inkstone.Tensors;

namespace Inkstone.Inference;

/// <summary>
/// The sources that the sequences of a turn bring, each read whole and once by the encoder. It keeps nothing: the decoder's layers take their keys and values from
/// what the encoder made. A row's result has the same bits whatever other sources are read beside it.
/// </summary>
internal sealed class SourcePass : Pass
{
    private readonly Backend _backend;
    private readonly LayoutBuffer _rows;
    private readonly List<int> _starts = [];
    private readonly List<int> _tokens = [];
    private readonly List<int> _positions = [];

    public SourcePass(Backend backend, ITap? taps)
        : this(backend, new LayoutBuffer()) => Taps = taps;

    private SourcePass(Backend backend, LayoutBuffer rows)
        : base(default, default, rows.Layout) => (_backend, _rows) = (backend, rows);

    public override bool BatchInvariant => true;

    public override int LongestPosition => _positions.Count == 0 ? -1 : _positions.Max();

    /// <summary>Turns to the sources that some sequences bring.</summary>
    /// <returns>Whether there are any.</returns>
    public bool TryFill(IReadOnlyList<PagedRows> sequences)
    {
        ForgetTables();
        _starts.Clear();
        _tokens.Clear();
        _positions.Clear();
        _starts.Add(0);
        for (var s = 0; s < sequences.Count; s++)
        {
            var source = sequences[s].SourceTokens.Span;
            if (source.IsEmpty)
                continue;
            _tokens.AddRange(source);
            for (var position = 0; position < source.Length; position++)
                _positions.Add(position);
            _starts.Add(_tokens.Count);
        }
        Encoded = default;
        if (_tokens.Count == 0)
            return false;
        _rows.Fill(CollectionsMarshal.AsSpan(_starts), CollectionsMarshal.AsSpan(_positions));
        Tokens = Tensor.From(CollectionsMarshal.AsSpan(_tokens), [_tokens.Count], _backend);
        Positions = Tensor.From(CollectionsMarshal.AsSpan(_positions), [_positions.Count], _backend);
        return true;
    }

    public override Tensor Attend(int layer, Tensor queries, Tensor keys, Tensor values, AttentionForm form, Tensor sinks = default, Tensor bias = default)
    {
        (queries, keys, values) = (Tap(layer, Site.Query, queries), Tap(layer, Site.Key, keys), Tap(layer, Site.Value, values));
        if (Taps is not null && Taps.WantsWeights(layer))
            Taps.Weights(layer, queries.AttentionWeights(keys, form, Layout, Layout, sinks, bias));
        return Tap(layer, Site.Attention, queries.Attention(keys, values, form, Layout, Layout, sinks, bias));
    }

    public override Tensor AttendAgain(int layer, Tensor queries, AttentionForm form, Tensor bias = default) => throw Refuse("a second stream");

    public override Tensor AttendSource(int layer, Tensor queries, ISourceMemory memory, AttentionForm form, Tensor bias = default) => throw Refuse("cross-attention");

    public override Tensor Recall(int layer, Tensor x, IRecurrence recurrence) => Tap(layer, Site.Recurrence, recurrence.Run(x, default, this).Output);

    private static InkstoneRequestException Refuse(string found) =>
        new("an encoder's rows attend to themselves alone", "SourcePass", "a model of one stream", found, "Use a FullPass.");
}
