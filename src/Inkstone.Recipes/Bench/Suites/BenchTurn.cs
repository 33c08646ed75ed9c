using Inkstone.Inference;
using Inkstone.Models;
using Inkstone.Tensors;

namespace Inkstone.Recipes;

/// <summary>One turn over some tokens of each of several streams, after others that are in the cache; every run takes the same places in it.</summary>
internal sealed class BenchTurn
{
    private readonly Model _model;
    private readonly KeyValueCache _cache;
    private readonly BlockTable[] _tables;
    private readonly int[] _tokens;
    private readonly int _before;

    /// <param name="model">The network.</param>
    /// <param name="streams">How many streams.</param>
    /// <param name="before">Tokens of each that are in the cache.</param>
    /// <param name="count">Tokens of each that the turn is over.</param>
    public BenchTurn(Model model, int streams, int before, int count)
    {
        (_model, _before) = (model, before);
        _cache = new KeyValueCache(model, streams * BlockPool.BlocksFor(before + count), RowStorage.Half);
        _tables = [.. Enumerable.Range(0, streams).Select(_ => new BlockTable(_cache.Pool))];
        _tokens = [.. Enumerable.Range(300, count)];
        CacheBytes = (double)streams * before / BlockPool.BlockSize * KeyValueCache.BytesPerBlock(model, RowStorage.Half);
    }

    /// <summary>Bytes of the cache that a turn reads.</summary>
    public double CacheBytes { get; }

    /// <summary>The turn, with the head of each stream's last token.</summary>
    public void Run()
    {
        using var scope = PoolScope.Open();
        foreach (var table in _tables)
        {
            table.Release();
            table.TryReserve(_before + _tokens.Length);
            table.Advance(_before);
        }
        var pass = PagedPass.Over(_model, _cache, [.. _tables.Select(table => new PagedRows(table, _tokens, 1))]);
        _model.Head.Forward(_model.Forward(pass), pass);
    }
}
