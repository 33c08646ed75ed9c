using Inkstone.Tensors;

namespace Inkstone.Models;

/// <summary>Factors that most networks leave at one.</summary>
internal static class Scales
{
    /// <summary>x times a factor; x itself when that is one.</summary>
    public static Tensor Scaled(this Tensor x, double factor) => factor == 1 ? x : x * factor;
}

/// <summary>Rows of heads and rows of numbers are two views of the same memory.</summary>
public static class Heads
{
    /// <summary>[rows, heads · width] → [rows, heads, width].</summary>
    public static Tensor SplitHeads(this Tensor x, int headWidth) => x.Reshape(x.Shape[0], x.Shape[1] / headWidth, headWidth);

    /// <summary>[rows, heads, width] → [rows, heads · width].</summary>
    public static Tensor MergeHeads(this Tensor x) => x.Reshape(x.Shape[0], x.Shape[1] * x.Shape[2]);
}
