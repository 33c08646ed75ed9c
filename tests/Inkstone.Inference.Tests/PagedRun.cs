using Inkstone.Models;
using Inkstone.Tensors;

namespace Inkstone.Inference.Tests;

/// <summary>One sequence in a paged cache, run by hand; where the network reads a source, it is a given text backwards.</summary>
internal sealed class PagedRun(KeyValueCache cache, int[] text)
{
    private readonly int[] _source = [.. text.Reverse()];

    public BlockTable Table { get; private init; } = new(cache.Pool);

    public BlockTable? Source { get; private init; } = cache.Source is { } sources ? new BlockTable(sources.Pool) : null;

    /// <summary>Its next rows, and the source before the first.</summary>
    public PagedRows Next(ReadOnlyMemory<int> tokens, int wanted) =>
        new(Table, tokens, wanted) { Source = Source, SourceTokens = Source is { Length: 0 } ? _source : default };

    public PagedRun Fork() => new(cache, text) { Table = Table.Fork(), Source = Source?.Fork() };

    public void Release()
    {
        Table.Release();
        Source?.Release();
    }

    /// <summary>Reserves room, runs a pass within the caller's scope, and advances the tables.</summary>
    public static Tensor Compute(Model model, KeyValueCache cache, IReadOnlyList<PagedRows> rows, ITap? taps = null)
    {
        foreach (var row in rows)
        {
            Assert.True(row.Table.TryReserve(row.Tokens.Length));
            Assert.True(row.Source is null || row.Source.TryReserve(row.SourceTokens.Length));
        }
        var hidden = model.Forward(PagedPass.Over(model, cache, rows, taps));
        foreach (var row in rows)
        {
            row.Table.Advance(row.Tokens.Length);
            row.Source?.Advance(row.SourceTokens.Length);
        }
        return hidden;
    }
}
