using Inkstone.Tensors;

namespace Inkstone.Models;

/// <summary>Rows of heads and rows of numbers are two views of the same memory.</summary>
public static class Heads
{
    /// <summary>[rows, heads · width] → [rows, heads, width].</summary>
    public static Tensor SplitHeads(this Tensor x, int headWidth) => x.Reshape(x.Shape[0], x.Shape[1] / headWidth, headWidth);

    /// <summary>[rows, heads, width] → [rows, heads · width].</summary>
    public static Tensor MergeHeads(this Tensor x) => x.Reshape(x.Shape[0], x.Shape[1] * x.Shape[2]);
}
