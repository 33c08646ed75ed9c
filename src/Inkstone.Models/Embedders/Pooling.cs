using System.Numerics;
using Inkstone.Tensors;

namespace Inkstone.Models;

/// <summary>Rows of texts to one vector a text.</summary>
internal static class Pooling
{
    private static readonly PoolingModes[] InOrder = [.. Enum.GetValues<PoolingModes>().Where(mode => mode != PoolingModes.None)];

    /// <summary>How many times as wide as a row a vector is.</summary>
    public static int WidthFactor(PoolingModes modes) => BitOperations.PopCount((uint)modes);

    /// <summary>The vectors of all texts, [texts, width · modes]: hidden [rows, width].</summary>
    public static Tensor Apply(PoolingModes modes, Tensor hidden, TokenLayout layout)
    {
        var vectors = new Tensor[layout.SequenceCount];
        for (var text = 0; text < vectors.Length; text++)
        {
            var rows = hidden.Slice(0, layout.Starts[text], layout.Length(text));
            Tensor[] parts = [.. InOrder.Where(mode => modes.HasFlag(mode)).Select(mode => Vector(mode, rows))];
            vectors[text] = parts.Length == 1 ? parts[0] : Tensor.Concatenate(1, parts);
        }
        return Tensor.Concatenate(0, vectors);
    }

    /// <summary>[rows, width] → [1, width].</summary>
    private static Tensor Vector(PoolingModes mode, Tensor rows)
    {
        var count = rows.Shape[0];
        return mode switch
        {
            PoolingModes.First => rows.Slice(0, 0, 1),
            PoolingModes.Max => rows.Max([0], keep: true),
            PoolingModes.Mean => rows.Mean([0], keep: true),
            PoolingModes.MeanByRoot => rows.Sum([0], keep: true) / Math.Sqrt(count),
            PoolingModes.WeightedMean => Weights(count, rows.Backend).MatMul(rows),
            _ => rows.Slice(0, count - 1, 1),
        };
    }

    private static Tensor Weights(int count, Backend backend)
    {
        var sum = count * (count + 1.0) / 2;
        return Tensor.From(Enumerable.Range(1, count).Select(i => i / sum).ToArray(), [1, count], backend);
    }
}
