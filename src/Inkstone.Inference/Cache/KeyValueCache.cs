using Inkstone.Foundation.Errors;
using Inkstone.Models;
using Inkstone.Tensors;

namespace Inkstone.Inference;

/// <summary>
/// What every layer keeps of the sequences: keys and values in blocks, [blocks · block size, key-value heads, width] each, and of recurrent layers a state a
/// block, [blocks, state width]. The state after a token lies with the block that holds the token, so a sequence of a whole number of blocks leaves its state
/// beside its last one.
/// </summary>
public sealed class KeyValueCache
{
    private readonly Tensor[] _keys;
    private readonly Tensor[] _values;
    private readonly Tensor[] _states;

    /// <summary>Takes the memory for a number of blocks.</summary>
    /// <param name="model">The network.</param>
    /// <param name="blockCount">How many blocks.</param>
    /// <param name="storage">How keys and values are stored; rounding to eight bits needs widths that are multiples of 32. States are in single precision.</param>
    public KeyValueCache(Model model, int blockCount, RowStorage storage = RowStorage.Single)
    {
        if (blockCount < 1)
            throw new InkstoneRequestException("the cache needs at least one block", "KeyValueCache", "1 or more", $"{blockCount}");
        Pool = new BlockPool(blockCount) { Copy = Copy, KeepsStates = model.Memory.Any(layer => layer.StateWidth > 0) };
        var rows = checked(blockCount * BlockPool.BlockSize);
        _keys = [.. model.Memory.Select(layer => Rows(layer.KeyValueHeadCount, layer.KeyWidth))];
        _values = [.. model.Memory.Select(layer => Rows(layer.KeyValueHeadCount, layer.ValueWidth))];
        _states = [.. model.Memory.Select(layer => Tensor.Zeros([blockCount, layer.StateWidth], null, model.Backend).Keep())];

        Tensor Rows(int heads, int width) =>
            Tensor.Zeros([rows, heads, storage.Elements(width)], storage == RowStorage.Single ? null : storage.Type(), model.Backend).Keep();
    }

    /// <summary>Which blocks are free.</summary>
    public BlockPool Pool { get; }

    /// <summary>A cache within a number of bytes, but of one whole context at least and of as many as there are sequences at most.</summary>
    internal static KeyValueCache Within(Model model, long bytes, int sequences, RowStorage storage)
    {
        var context = BlockPool.BlocksFor(model.ContextLength);
        return new KeyValueCache(model, (int)Math.Min(Math.Max(context, bytes / BytesPerBlock(model, storage)), (long)sequences * context), storage);
    }

    /// <summary>Bytes one block takes in all layers.</summary>
    public static long BytesPerBlock(Model model, RowStorage storage = RowStorage.Single) => model.Memory.Sum(layer =>
        (long)BlockPool.BlockSize * layer.KeyValueHeadCount * (storage.Elements(layer.KeyWidth) + storage.Elements(layer.ValueWidth)) * storage.Type().Size()
        + (long)layer.StateWidth * sizeof(float));

    /// <summary>A layer's keys.</summary>
    public Tensor Keys(int layer) => _keys[layer];

    /// <summary>A layer's values.</summary>
    public Tensor Values(int layer) => _values[layer];

    /// <summary>A layer's states, one a block.</summary>
    public Tensor States(int layer) => _states[layer];

    /// <summary>Copies the first rows of a block, and its states, to another.</summary>
    private void Copy(int from, int to, int rows)
    {
        for (var layer = 0; layer < _keys.Length; layer++)
        {
            Rows(_keys[layer], to, rows).Write(Rows(_keys[layer], from, rows));
            Rows(_values[layer], to, rows).Write(Rows(_values[layer], from, rows));
            _states[layer].Slice(0, to, 1).Write(_states[layer].Slice(0, from, 1));
        }

        static Tensor Rows(Tensor memory, int block, int rows) => memory.Slice(0, block * BlockPool.BlockSize, rows);
    }
}
