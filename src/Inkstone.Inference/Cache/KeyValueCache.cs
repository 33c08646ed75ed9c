using Inkstone.Foundation.Errors;
using Inkstone.Models;
using Inkstone.Tensors;

namespace Inkstone.Inference;

/// <summary>
/// What every layer keeps of the sequences: keys and values in blocks, [blocks, key-value heads, block size, width] each, and of recurrent layers a state a
/// block, [blocks, state width]. The state after a token lies with the block that holds the token, so a sequence of a whole number of blocks leaves its state
/// beside its last one. Layers of one window have blocks of their own, as many as all windows reach over at most. Of an encoder-decoder the keys and values of
/// sources lie in a <see cref="Source"/> of its own.
/// </summary>
public sealed class KeyValueCache
{
    private readonly int[] _spans; // of each layer
    private readonly Tensor[] _keys;
    private readonly Tensor[] _values;
    private readonly Tensor[] _states;

    /// <summary>Takes the memory for a number of blocks.</summary>
    /// <param name="model">The network.</param>
    /// <param name="blockCount">How many blocks, of layers of every span.</param>
    /// <param name="storage">How keys and values are stored; rounding to eight bits needs widths that are multiples of 32. States are in single precision.</param>
    public KeyValueCache(Model model, int blockCount, RowStorage storage = RowStorage.Single)
        : this(model.Memory, model, CachePlan.Of(model, blockCount), storage)
    {
        if (model.ReadsSource)
            Source = new KeyValueCache(model.SourceMemory, model, new CachePlan([0], [blockCount]), storage);
    }

    private KeyValueCache(IReadOnlyList<LayerMemory> memory, Model model, CachePlan plan, RowStorage storage)
    {
        if (plan.BlockCounts.Any(count => count < 1))
            throw new InkstoneRequestException("the cache needs at least one block", "KeyValueCache", "1 or more", $"{plan.BlockCounts.Min()}");
        Pool = new BlockPool([.. plan.Windows.Zip(plan.BlockCounts)]) { Copy = Copy, KeepsStates = memory.Any(layer => layer.StateWidth > 0) };
        _spans = [.. memory.Select(layer => plan.SpanOf(layer, model))];
        var hasColumns = storage != RowStorage.Rounded;
        _keys = [.. memory.Select((layer, i) => hasColumns ? Columns(i, layer.KeyValueHeadCount, layer.KeyWidth) : Rows(i, layer.KeyValueHeadCount, layer.KeyWidth))];
        _values = [.. memory.Select((layer, i) => Rows(i, layer.KeyValueHeadCount, layer.ValueWidth))];
        _states = [.. memory.Select((layer, i) => Tensor.Zeros([plan.BlockCounts[_spans[i]], layer.StateWidth], null, model.Backend).Keep())];
        for (var span = 0; span < plan.BlockCounts.Length; span++)
        {
            var number = span;
            Pool.Spans[span].Clear = block => Clear(number, block);
        }

        // Memory that was never touched costs nothing yet: a block is set to zeros when it is first taken.
        Tensor Rows(int layer, int heads, int width) => Memory([plan.BlockCounts[_spans[layer]], heads, BlockPool.BlockSize, storage.Elements(width)]);

        // A block of keys is read as columns, whose products with a query are the scores of 64 keys at once.
        Tensor Columns(int layer, int heads, int width) => Memory([plan.BlockCounts[_spans[layer]], heads, width, BlockPool.BlockSize]).Transpose();

        Tensor Memory(Shape shape) => Tensor.Empty(shape, storage == RowStorage.Single ? null : storage.Type(), model.Backend).Keep();
    }

    /// <summary>Which blocks are free.</summary>
    public BlockPool Pool { get; }

    /// <summary>Keys and values of sources, of a network that reads one (<see cref="Model.ReadsSource"/>).</summary>
    internal KeyValueCache? Source { get; private init; }

    /// <summary>
    /// A cache within a number of bytes, but of one whole context at least and of as many as there are sequences at most. Sources have as many blocks as targets.
    /// </summary>
    internal static KeyValueCache Within(Model model, long bytes, EngineOptions options)
    {
        var plan = CachePlan.Within(model, bytes, options);
        return new KeyValueCache(model.Memory, model, plan, options.CacheStorage)
        {
            Source = model.ReadsSource ? new KeyValueCache(model.SourceMemory, model, new CachePlan([0], [plan.BlockCounts[0]]), options.CacheStorage) : null,
        };
    }

    /// <summary>Bytes one block takes in all layers, and in those that look at a source.</summary>
    public static long BytesPerBlock(Model model, RowStorage storage = RowStorage.Single) =>
        model.Memory.Concat(model.SourceMemory).Sum(layer => BytesPerBlock(layer, storage));

    /// <summary>Bytes one block takes in a layer.</summary>
    internal static long BytesPerBlock(LayerMemory layer, RowStorage storage) =>
        (long)BlockPool.BlockSize * layer.KeyValueHeadCount * (storage.Elements(layer.KeyWidth) + storage.Elements(layer.ValueWidth)) * storage.Type().Size()
        + (long)layer.StateWidth * sizeof(float);

    /// <summary>A layer's keys.</summary>
    public Tensor Keys(int layer) => _keys[layer];

    /// <summary>A layer's values.</summary>
    public Tensor Values(int layer) => _values[layer];

    /// <summary>A layer's states, one a block.</summary>
    public Tensor States(int layer) => _states[layer];

    /// <summary>Whose blocks a layer has.</summary>
    internal int SpanOf(int layer) => _spans[layer];

    /// <summary>Sets a block of the layers of a span to zeros.</summary>
    private void Clear(int span, int block)
    {
        for (var layer = 0; layer < _keys.Length; layer++)
        {
            if (_spans[layer] != span)
                continue;
            InPlace.Fill(_keys[layer].Slice(0, block, 1), 0);
            InPlace.Fill(_values[layer].Slice(0, block, 1), 0);
        }
    }

    /// <summary>Copies a block, and its states, to another, in the layers of a span.</summary>
    private void Copy(int span, int from, int to)
    {
        for (var layer = 0; layer < _keys.Length; layer++)
        {
            if (_spans[layer] != span)
                continue;
            foreach (var memory in (ReadOnlySpan<Tensor>)[_keys[layer], _values[layer], _states[layer]])
                memory.Slice(0, to, 1).Write(memory.Slice(0, from, 1));
        }
    }
}
