using System.Runtime.CompilerServices;

namespace Inkstone.Tensors;

/// <summary>What a product does with the matrix it is written to.</summary>
internal enum OldSum
{
    /// <summary>It is overwritten.</summary>
    Replaced,

    /// <summary>The product is added.</summary>
    Kept,

    /// <summary>Its rows are multiplied by factors, then the product is added.</summary>
    Scaled,
}

/// <summary>
/// The one product of attention: C = A·B, C + A·B or diag(factors)·C + A·B, on operands small enough for the near caches. Sums begin at the
/// (scaled) old value and take one fused step for each element of the depth, in ascending order, whatever the tile's shape; so a row has the
/// same bits alone and among others.
/// </summary>
internal static unsafe class TileProduct
{
    /// <summary>Rows of the largest tile; callers that cut work into panels cut it so.</summary>
    public const int PanelRows = 6;

    /// <summary>Columns must come in multiples of this many: two vectors.</summary>
    public static int ColumnStep<TVector>() where TVector : struct, ISimd<TVector> => 2 * TVector.Count;

    /// <summary>A width rounded up to whole column steps.</summary>
    public static int Padded<TVector>(int width) where TVector : struct, ISimd<TVector> =>
        checked(width + ColumnStep<TVector>() - 1) / ColumnStep<TVector>() * ColumnStep<TVector>();

    /// <summary>C [rows, columns] from A [rows, depth], whose rows and columns may lie at any distance, and B [depth, columns].</summary>
    /// <param name="rows">Rows of A and C.</param>
    /// <param name="columns">Columns of B and C, a multiple of <see cref="ColumnStep"/>.</param>
    /// <param name="depth">What is summed over.</param>
    /// <param name="a">A's first element.</param>
    /// <param name="aRow">From a row of A to the next.</param>
    /// <param name="aStep">From a column of A to the next.</param>
    /// <param name="b">B's first element.</param>
    /// <param name="bRow">From a row of B to the next.</param>
    /// <param name="c">C's first element.</param>
    /// <param name="cRow">From a row of C to the next.</param>
    /// <param name="before">What becomes of the old C.</param>
    /// <param name="factors">What each row of C is multiplied by before the sum is added, [rows], if it is scaled.</param>
    public static void Multiply<TVector>(
        int rows, int columns, nint depth, float* a, nint aRow, nint aStep, float* b, nint bRow, float* c, nint cRow, OldSum before, float* factors = null)
        where TVector : struct, ISimd<TVector>
    {
        var row = 0;
        for (; row + 6 <= rows; row += 6)
            SixRows<TVector>(columns, depth, a + row * aRow, aRow, aStep, b, bRow, c + row * cRow, cRow, before, factors + row);
        for (; row + 4 <= rows; row += 4)
            FourRows<TVector>(columns, depth, a + row * aRow, aRow, aStep, b, bRow, c + row * cRow, cRow, before, factors + row);
        for (; row < rows; row++)
            OneRow<TVector>(columns, depth, a + row * aRow, aStep, b, bRow, c + row * cRow, before, factors + row);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void SixRows<TVector>(
        int columns, nint depth, float* a, nint aRow, nint aStep, float* b, nint bRow, float* c, nint cRow, OldSum before, float* factors)
        where TVector : struct, ISimd<TVector>
    {
        float* a0 = a, a1 = a0 + aRow, a2 = a1 + aRow, a3 = a2 + aRow, a4 = a3 + aRow, a5 = a4 + aRow;
        for (var column = 0; column < columns; column += 2 * TVector.Count, b += 2 * TVector.Count, c += 2 * TVector.Count)
        {
            TVector c0L = default, c0R = default, c1L = default, c1R = default, c2L = default, c2R = default;
            TVector c3L = default, c3R = default, c4L = default, c4R = default, c5L = default, c5R = default;
            if (before == OldSum.Scaled)
            {
                LoadPair(c, factors[0], out c0L, out c0R);
                LoadPair(c + cRow, factors[1], out c1L, out c1R);
                LoadPair(c + 2 * cRow, factors[2], out c2L, out c2R);
                LoadPair(c + 3 * cRow, factors[3], out c3L, out c3R);
                LoadPair(c + 4 * cRow, factors[4], out c4L, out c4R);
                LoadPair(c + 5 * cRow, factors[5], out c5L, out c5R);
            }
            else if (before == OldSum.Kept)
            {
                LoadPair(c, out c0L, out c0R);
                LoadPair(c + cRow, out c1L, out c1R);
                LoadPair(c + 2 * cRow, out c2L, out c2R);
                LoadPair(c + 3 * cRow, out c3L, out c3R);
                LoadPair(c + 4 * cRow, out c4L, out c4R);
                LoadPair(c + 5 * cRow, out c5L, out c5R);
            }
            var line = b;
            nint at = 0;
            for (var left = depth; left > 0; left--)
            {
                var bL = TVector.Load(line);
                var bR = TVector.Load(line + TVector.Count);
                var x = TVector.Broadcast(a0[at]);
                c0L = TVector.MultiplyAdd(x, bL, c0L);
                c0R = TVector.MultiplyAdd(x, bR, c0R);
                x = TVector.Broadcast(a1[at]);
                c1L = TVector.MultiplyAdd(x, bL, c1L);
                c1R = TVector.MultiplyAdd(x, bR, c1R);
                x = TVector.Broadcast(a2[at]);
                c2L = TVector.MultiplyAdd(x, bL, c2L);
                c2R = TVector.MultiplyAdd(x, bR, c2R);
                x = TVector.Broadcast(a3[at]);
                c3L = TVector.MultiplyAdd(x, bL, c3L);
                c3R = TVector.MultiplyAdd(x, bR, c3R);
                x = TVector.Broadcast(a4[at]);
                c4L = TVector.MultiplyAdd(x, bL, c4L);
                c4R = TVector.MultiplyAdd(x, bR, c4R);
                x = TVector.Broadcast(a5[at]);
                c5L = TVector.MultiplyAdd(x, bL, c5L);
                c5R = TVector.MultiplyAdd(x, bR, c5R);
                line += bRow;
                at += aStep;
            }
            StorePair(c, c0L, c0R);
            StorePair(c + cRow, c1L, c1R);
            StorePair(c + 2 * cRow, c2L, c2R);
            StorePair(c + 3 * cRow, c3L, c3R);
            StorePair(c + 4 * cRow, c4L, c4R);
            StorePair(c + 5 * cRow, c5L, c5R);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void FourRows<TVector>(
        int columns, nint depth, float* a, nint aRow, nint aStep, float* b, nint bRow, float* c, nint cRow, OldSum before, float* factors)
        where TVector : struct, ISimd<TVector>
    {
        float* a0 = a, a1 = a0 + aRow, a2 = a1 + aRow, a3 = a2 + aRow;
        for (var column = 0; column < columns; column += 2 * TVector.Count, b += 2 * TVector.Count, c += 2 * TVector.Count)
        {
            TVector c0L = default, c0R = default, c1L = default, c1R = default;
            TVector c2L = default, c2R = default, c3L = default, c3R = default;
            if (before == OldSum.Scaled)
            {
                LoadPair(c, factors[0], out c0L, out c0R);
                LoadPair(c + cRow, factors[1], out c1L, out c1R);
                LoadPair(c + 2 * cRow, factors[2], out c2L, out c2R);
                LoadPair(c + 3 * cRow, factors[3], out c3L, out c3R);
            }
            else if (before == OldSum.Kept)
            {
                LoadPair(c, out c0L, out c0R);
                LoadPair(c + cRow, out c1L, out c1R);
                LoadPair(c + 2 * cRow, out c2L, out c2R);
                LoadPair(c + 3 * cRow, out c3L, out c3R);
            }
            var line = b;
            nint at = 0;
            for (var left = depth; left > 0; left--)
            {
                var bL = TVector.Load(line);
                var bR = TVector.Load(line + TVector.Count);
                var x = TVector.Broadcast(a0[at]);
                c0L = TVector.MultiplyAdd(x, bL, c0L);
                c0R = TVector.MultiplyAdd(x, bR, c0R);
                x = TVector.Broadcast(a1[at]);
                c1L = TVector.MultiplyAdd(x, bL, c1L);
                c1R = TVector.MultiplyAdd(x, bR, c1R);
                x = TVector.Broadcast(a2[at]);
                c2L = TVector.MultiplyAdd(x, bL, c2L);
                c2R = TVector.MultiplyAdd(x, bR, c2R);
                x = TVector.Broadcast(a3[at]);
                c3L = TVector.MultiplyAdd(x, bL, c3L);
                c3R = TVector.MultiplyAdd(x, bR, c3R);
                line += bRow;
                at += aStep;
            }
            StorePair(c, c0L, c0R);
            StorePair(c + cRow, c1L, c1R);
            StorePair(c + 2 * cRow, c2L, c2R);
            StorePair(c + 3 * cRow, c3L, c3R);
        }
    }

    /// <summary>Decoding's kernel: eight vectors of one row at once where there are so many.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void OneRow<TVector>(int columns, nint depth, float* a, nint aStep, float* b, nint bRow, float* c, OldSum before, float* factors)
        where TVector : struct, ISimd<TVector>
    {
        var column = 0;
        for (; column + 8 * TVector.Count <= columns; column += 8 * TVector.Count, b += 8 * TVector.Count, c += 8 * TVector.Count)
        {
            TVector c0 = default, c1 = default, c2 = default, c3 = default, c4 = default, c5 = default, c6 = default, c7 = default;
            if (before == OldSum.Scaled)
            {
                LoadPair(c, factors[0], out c0, out c1);
                LoadPair(c + 2 * TVector.Count, factors[0], out c2, out c3);
                LoadPair(c + 4 * TVector.Count, factors[0], out c4, out c5);
                LoadPair(c + 6 * TVector.Count, factors[0], out c6, out c7);
            }
            else if (before == OldSum.Kept)
            {
                LoadPair(c, out c0, out c1);
                LoadPair(c + 2 * TVector.Count, out c2, out c3);
                LoadPair(c + 4 * TVector.Count, out c4, out c5);
                LoadPair(c + 6 * TVector.Count, out c6, out c7);
            }
            var line = b;
            var at = a;
            for (var left = depth; left > 0; left--)
            {
                var x = TVector.Broadcast(*at);
                c0 = TVector.MultiplyAdd(x, TVector.Load(line), c0);
                c1 = TVector.MultiplyAdd(x, TVector.Load(line + TVector.Count), c1);
                c2 = TVector.MultiplyAdd(x, TVector.Load(line + 2 * TVector.Count), c2);
                c3 = TVector.MultiplyAdd(x, TVector.Load(line + 3 * TVector.Count), c3);
                c4 = TVector.MultiplyAdd(x, TVector.Load(line + 4 * TVector.Count), c4);
                c5 = TVector.MultiplyAdd(x, TVector.Load(line + 5 * TVector.Count), c5);
                c6 = TVector.MultiplyAdd(x, TVector.Load(line + 6 * TVector.Count), c6);
                c7 = TVector.MultiplyAdd(x, TVector.Load(line + 7 * TVector.Count), c7);
                line += bRow;
                at += aStep;
            }
            StorePair(c, c0, c1);
            StorePair(c + 2 * TVector.Count, c2, c3);
            StorePair(c + 4 * TVector.Count, c4, c5);
            StorePair(c + 6 * TVector.Count, c6, c7);
        }
        for (; column < columns; column += 2 * TVector.Count, b += 2 * TVector.Count, c += 2 * TVector.Count)
        {
            TVector c0 = default, c1 = default;
            if (before == OldSum.Scaled)
                LoadPair(c, factors[0], out c0, out c1);
            else if (before == OldSum.Kept)
                LoadPair(c, out c0, out c1);
            var line = b;
            var at = a;
            for (var left = depth; left > 0; left--)
            {
                var x = TVector.Broadcast(*at);
                c0 = TVector.MultiplyAdd(x, TVector.Load(line), c0);
                c1 = TVector.MultiplyAdd(x, TVector.Load(line + TVector.Count), c1);
                line += bRow;
                at += aStep;
            }
            StorePair(c, c0, c1);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void LoadPair<TVector>(float* c, float factor, out TVector left, out TVector right) where TVector : struct, ISimd<TVector>
    {
        left = TVector.Load(c) * TVector.Broadcast(factor);
        right = TVector.Load(c + TVector.Count) * TVector.Broadcast(factor);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void LoadPair<TVector>(float* c, out TVector left, out TVector right) where TVector : struct, ISimd<TVector>
    {
        left = TVector.Load(c);
        right = TVector.Load(c + TVector.Count);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void StorePair<TVector>(float* c, TVector left, TVector right) where TVector : struct, ISimd<TVector>
    {
        TVector.Store(left, c);
        TVector.Store(right, c + TVector.Count);
    }
}
