namespace Inkstone.Tensors;

/// <summary>A micro-kernel: the product of one packed panel of A and one of B, held wholly in registers.</summary>
internal unsafe interface IGemmKernel
{
    /// <summary>Rows of the tile: the width of a panel of A.</summary>
    static abstract int Rows { get; }

    /// <summary>Columns of the tile: the width of a panel of B.</summary>
    static abstract int Columns { get; }

    /// <summary>
    /// <c>c[i,j] = ((accumulate ? c[i,j] : 0) + bias[j]) + alpha·Σₚ a[p,i]·b[p,j]</c> over one tile, the sum being one chain of
    /// multiply-adds in ascending p from zero. Every kernel computes exactly this, so all give the same bits.
    /// </summary>
    /// <param name="k">Length of the sum.</param>
    /// <param name="a">Panel [k, Rows].</param>
    /// <param name="b">Panel [k, Columns].</param>
    /// <param name="c">The tile's first element.</param>
    /// <param name="cStride">Elements from one row of the tile to the next.</param>
    /// <param name="alpha">The factor of the sum.</param>
    /// <param name="bias">As many numbers as columns, or null.</param>
    /// <param name="accumulate">Whether the tile's present values are added.</param>
    static abstract void Multiply(int k, float* a, float* b, float* c, nint cStride, float alpha, float* bias, bool accumulate);
}
