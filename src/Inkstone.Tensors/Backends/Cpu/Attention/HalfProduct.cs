using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Inkstone.Tensors;

/// <summary>
/// The products of <see cref="TileProduct"/> for a few rows of A and a B in half precision, which is widened in registers on its way: decoding over a long cache
/// reads every key and value once, and writing them out in single precision would be the larger part of the work. The sums are the same to the bit.
/// </summary>
internal static unsafe class HalfProduct
{
    /// <summary>The most rows for which widening B again for every <see cref="RowsAtOnce"/> of them is less work than writing it out.</summary>
    public const int MostRows = 8;

    /// <summary>Columns must come in multiples of this many: four vectors.</summary>
    public const int ColumnStep = 64;

    private const int RowsAtOnce = 4;

    /// <summary>Whether there is a kernel for vectors of this kind.</summary>
    public static bool IsSupported<TVector>() where TVector : struct => typeof(TVector) == typeof(V512) && Avx512BW.IsSupported;

    /// <summary>C [rows, columns] = diag(factors)·C + A·B, or A·B alone.</summary>
    /// <param name="rows">Rows of A and C.</param>
    /// <param name="columns">Columns of B and C, a multiple of <see cref="ColumnStep"/>.</param>
    /// <param name="depth">What is summed over.</param>
    /// <param name="a">A, whose columns lie one after another.</param>
    /// <param name="aRow">From a row of A to the next.</param>
    /// <param name="b">B.</param>
    /// <param name="bRow">From a row of B to the next.</param>
    /// <param name="ahead">A matrix as large as B that is needed next and is asked for meanwhile.</param>
    /// <param name="c">C.</param>
    /// <param name="cRow">From a row of C to the next.</param>
    /// <param name="factors">What each row of C is multiplied by before the product is added; null if it is overwritten.</param>
    /// <returns>False if B has elements that are not finite: C is then as it was, and TileProduct must do it.</returns>
    public static bool TryMultiply(
        int rows, int columns, nint depth, float* a, nint aRow, ushort* b, nint bRow, ushort* ahead, float* c, nint cRow, float* factors)
    {
        if (HasSpecial(columns, depth, b, bRow))
            return false;
        for (var column = 0; column < columns; column += ColumnStep)
            for (var row = 0; row < rows; row += RowsAtOnce)
            {
                var aAt = a + row * aRow;
                var bAt = b + column;
                var cAt = c + row * cRow + column;
                var aheadAt = row == 0 ? ahead + column : bAt;
                var factorsAt = factors == null ? null : factors + row;
                switch (Math.Min(RowsAtOnce, rows - row))
                {
                    case 1:
                        Multiply<OneRow>(depth, aAt, aRow, bAt, bRow, aheadAt, cAt, cRow, factorsAt);
                        break;
                    case 2:
                        Multiply<TwoRows>(depth, aAt, aRow, bAt, bRow, aheadAt, cAt, cRow, factorsAt);
                        break;
                    case 3:
                        Multiply<ThreeRows>(depth, aAt, aRow, bAt, bRow, aheadAt, cAt, cRow, factorsAt);
                        break;
                    default:
                        Multiply<FourRows>(depth, aAt, aRow, bAt, bRow, aheadAt, cAt, cRow, factorsAt);
                        break;
                }
            }
        return true;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static bool HasSpecial(int columns, nint depth, ushort* b, nint bRow)
    {
        // An exponent of all ones, and only that, carries into the sign.
        var one = Vector512.Create((ushort)0x0400);
        Vector512<ushort> found0 = default, found1 = default;
        for (; depth > 0; depth--, b += bRow)
            for (var column = 0; column < columns; column += ColumnStep)
            {
                var (first, second) = (Vector512.Load(b + column), Vector512.Load(b + column + 32));
                found0 |= (first + one) ^ first;
                found1 |= (second + one) ^ second;
            }
        return ((found0 | found1) & Vector512.Create((ushort)0x8000)) != Vector512<ushort>.Zero;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Multiply<TRows>(nint depth, float* a, nint aRow, ushort* b, nint bRow, ushort* ahead, float* c, nint cRow, float* factors)
        where TRows : struct, IRowCount
    {
        Vector512<float> c00 = default, c01 = default, c02 = default, c03 = default, c10 = default, c11 = default, c12 = default, c13 = default;
        Vector512<float> c20 = default, c21 = default, c22 = default, c23 = default, c30 = default, c31 = default, c32 = default, c33 = default;
        if (factors != null)
        {
            Load(c, factors[0], out c00, out c01, out c02, out c03);
            if (TRows.Value > 1)
                Load(c + cRow, factors[1], out c10, out c11, out c12, out c13);
            if (TRows.Value > 2)
                Load(c + 2 * cRow, factors[2], out c20, out c21, out c22, out c23);
            if (TRows.Value > 3)
                Load(c + 3 * cRow, factors[3], out c30, out c31, out c32, out c33);
        }
        var a3 = a + 3 * aRow;
        for (; depth > 0; depth--, a++, a3++, b += bRow, ahead += bRow)
        {
            Sse.Prefetch1(ahead);
            Sse.Prefetch1(ahead + 32);
            var (b0, b1, b2, b3) = (HalfReader.WidenFinite(b), HalfReader.WidenFinite(b + 16), HalfReader.WidenFinite(b + 32), HalfReader.WidenFinite(b + 48));
            Add(*a, b0, b1, b2, b3, ref c00, ref c01, ref c02, ref c03);
            if (TRows.Value > 1)
                Add(a[aRow], b0, b1, b2, b3, ref c10, ref c11, ref c12, ref c13);
            if (TRows.Value > 2)
                Add(a[2 * aRow], b0, b1, b2, b3, ref c20, ref c21, ref c22, ref c23);
            if (TRows.Value > 3)
                Add(*a3, b0, b1, b2, b3, ref c30, ref c31, ref c32, ref c33);
        }
        Store(c, c00, c01, c02, c03);
        if (TRows.Value > 1)
            Store(c + cRow, c10, c11, c12, c13);
        if (TRows.Value > 2)
            Store(c + 2 * cRow, c20, c21, c22, c23);
        if (TRows.Value > 3)
            Store(c + 3 * cRow, c30, c31, c32, c33);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Add(
        float a, Vector512<float> b0, Vector512<float> b1, Vector512<float> b2, Vector512<float> b3, ref Vector512<float> c0, ref Vector512<float> c1,
        ref Vector512<float> c2, ref Vector512<float> c3)
    {
        var x = Vector512.Create(a);
        c0 = Vector512.FusedMultiplyAdd(x, b0, c0);
        c1 = Vector512.FusedMultiplyAdd(x, b1, c1);
        c2 = Vector512.FusedMultiplyAdd(x, b2, c2);
        c3 = Vector512.FusedMultiplyAdd(x, b3, c3);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Load(float* c, float factor, out Vector512<float> c0, out Vector512<float> c1, out Vector512<float> c2, out Vector512<float> c3)
    {
        var x = Vector512.Create(factor);
        (c0, c1, c2, c3) = (Vector512.Load(c) * x, Vector512.Load(c + 16) * x, Vector512.Load(c + 32) * x, Vector512.Load(c + 48) * x);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(float* c, Vector512<float> c0, Vector512<float> c1, Vector512<float> c2, Vector512<float> c3)
    {
        c0.Store(c);
        c1.Store(c + 16);
        c2.Store(c + 32);
        c3.Store(c + 48);
    }
}
