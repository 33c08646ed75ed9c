using Inkstone.Foundation.Errors;
using Inkstone.Models;
using Inkstone.Tensors;

namespace Inkstone.Inference;

/// <summary>The keys and values of every layer, in blocks: [blocks · block size, key-value heads, width] each.</summary>
public sealed class KeyValueCache
{
    private readonly Tensor[] _keys;
    private readonly Tensor[] _values;

    /// <summary>Takes the memory for a number of blocks.</summary>
    public KeyValueCache(Model model, int blockCount)
    {
        if (blockCount < 1)
            throw new InkstoneRequestException("the cache needs at least one block", "KeyValueCache", "1 or more", $"{blockCount}");
        Pool = new BlockPool(blockCount);
        var rows = checked(blockCount * BlockPool.BlockSize);
        _keys = [.. model.Memory.Select(layer => Tensor.Zeros([rows, layer.KeyValueHeadCount, layer.KeyWidth], null, model.Backend).Keep())];
        _values = [.. model.Memory.Select(layer => Tensor.Zeros([rows, layer.KeyValueHeadCount, layer.ValueWidth], null, model.Backend).Keep())];
    }

    /// <summary>Which blocks are free.</summary>
    public BlockPool Pool { get; }

    /// <summary>Bytes one block takes in all layers, in single precision.</summary>
    public static long BytesPerBlock(Model model) =>
        model.Memory.Sum(layer => (long)BlockPool.BlockSize * layer.KeyValueHeadCount * (layer.KeyWidth + layer.ValueWidth) * sizeof(float));

    /// <summary>A layer's keys.</summary>
    public Tensor Keys(int layer) => _keys[layer];

    /// <summary>A layer's values.</summary>
    public Tensor Values(int layer) => _values[layer];
}
