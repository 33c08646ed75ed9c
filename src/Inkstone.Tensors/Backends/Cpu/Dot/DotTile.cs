using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Inkstone.Tensors;

/// <summary>How many rows of A a <see cref="DotTile{TLanes}"/> takes at once, as a type, so that each count is compiled on its own.</summary>
internal interface IRowCount
{
    /// <summary>The number of rows.</summary>
    static abstract int Value { get; }
}

/// <summary>One row.</summary>
internal readonly struct OneRow : IRowCount
{
    public static int Value => 1;
}

/// <summary>Two rows.</summary>
internal readonly struct TwoRows : IRowCount
{
    public static int Value => 2;
}

/// <summary>Three rows: with four columns, as many sums as sixteen registers hold beside what they are made from.</summary>
internal readonly struct ThreeRows : IRowCount
{
    public static int Value => 3;
}

/// <summary>Four rows.</summary>
internal readonly struct FourRows : IRowCount
{
    public static int Value => 4;
}

/// <summary>Five rows.</summary>
internal readonly struct FiveRows : IRowCount
{
    public static int Value => 5;
}

/// <summary>Six rows.</summary>
internal readonly struct SixRows : IRowCount
{
    public static int Value => 6;
}

/// <summary>
/// The kernel of <see cref="DotProducts"/>: up to three rows of A by four rows of W over one block along k. Everything is read where it lies, front to back, so
/// the processor's own prediction keeps memory busy, and nothing is packed or transposed.
/// </summary>
/// <typeparam name="TLanes">The registers.</typeparam>
internal static unsafe class DotTile<TLanes>
    where TLanes : struct, IDotLanes<TLanes>
{
    /// <summary>Columns of C, rows of W.</summary>
    public const int Columns = 4;

    private const int Lanes = NaiveDot.Lanes;

    // One row waits for memory alone. A processor's own prediction ends with a page, so lines are asked for ahead: of the next tile if that is near, else of this one.
    private const int NearAhead = 1024;
    private const int FarthestAhead = 16 << 10;

    /// <summary><c>c[r,j] += Σₚ a[r,p]·w[j,p]</c>, or set where nothing is to be added to.</summary>
    /// <param name="a">The first row of A.</param>
    /// <param name="aStride">Elements from one row of A to the next.</param>
    /// <param name="w">The first of four rows of W.</param>
    /// <param name="wStride">Bytes from one row of W to the next.</param>
    /// <param name="k">Length of the sums: a multiple of eight, at most <see cref="NaiveDot.BlockLength"/>.</param>
    /// <param name="c">The first of the results.</param>
    /// <param name="cStride">Elements from one row of C to the next.</param>
    /// <param name="bias">Four numbers added to every row, or null.</param>
    /// <param name="accumulate">Whether the sums are added to what C holds.</param>
    /// <param name="beyond">Bytes from the end of these k columns to where reading goes on, in each of the four rows.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Multiply<TRows, TReader>(float* a, nint aStride, byte* w, nint wStride, int k, float* c, nint cStride, float* bias, bool accumulate, nint beyond)
        where TRows : struct, IRowCount
        where TReader : struct, IWeightReader
    {
        TLanes c00 = default, c01 = default, c02 = default, c03 = default;
        TLanes c10 = default, c11 = default, c12 = default, c13 = default;
        TLanes c20 = default, c21 = default, c22 = default, c23 = default;
        var near = Columns * wStride > FarthestAhead;
        var ahead = near ? NearAhead : Columns * wStride;
        byte* w1 = w + wStride, w2 = w1 + wStride, w3 = w2 + wStride;
        float* a1 = a + aStride, a2 = a1 + aStride;
        for (var p = 0; p < k; p += Lanes)
        {
            var x0 = TLanes.Load(a + p);
            var x1 = TRows.Value > 1 ? TLanes.Load(a1 + p) : default;
            var x2 = TRows.Value > 2 ? TLanes.Load(a2 + p) : default;
            var q = p * TReader.Size;
            if (TRows.Value == 1 && Sse.IsSupported)
            {
                var next = q + ahead + (near && p + NearAhead / TReader.Size >= k ? beyond : 0);
                Sse.Prefetch0(w + next);
                Sse.Prefetch0(w1 + next);
                Sse.Prefetch0(w2 + next);
                Sse.Prefetch0(w3 + next);
            }
            Add<TRows>(TLanes.From(TReader.ReadEight(w + q)), x0, x1, x2, ref c00, ref c10, ref c20);
            Add<TRows>(TLanes.From(TReader.ReadEight(w1 + q)), x0, x1, x2, ref c01, ref c11, ref c21);
            Add<TRows>(TLanes.From(TReader.ReadEight(w2 + q)), x0, x1, x2, ref c02, ref c12, ref c22);
            Add<TRows>(TLanes.From(TReader.ReadEight(w3 + q)), x0, x1, x2, ref c03, ref c13, ref c23);
        }
        Store(c00, c01, c02, c03, c, bias, accumulate);
        if (TRows.Value > 1)
            Store(c10, c11, c12, c13, c + cStride, bias, accumulate);
        if (TRows.Value > 2)
            Store(c20, c21, c22, c23, c + 2 * cStride, bias, accumulate);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Add<TRows>(TLanes w, TLanes x0, TLanes x1, TLanes x2, ref TLanes s0, ref TLanes s1, ref TLanes s2)
        where TRows : struct, IRowCount
    {
        s0 = TLanes.MultiplyAdd(x0, w, s0);
        if (TRows.Value > 1)
            s1 = TLanes.MultiplyAdd(x1, w, s1);
        if (TRows.Value > 2)
            s2 = TLanes.MultiplyAdd(x2, w, s2);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(TLanes s0, TLanes s1, TLanes s2, TLanes s3, float* c, float* bias, bool accumulate)
    {
        var (a, b, d, e) = (TLanes.Fold(s0), TLanes.Fold(s1), TLanes.Fold(s2), TLanes.Fold(s3));
        Transpose4.Apply(ref a, ref b, ref d, ref e);
        var start = (accumulate ? Vector128.Load(c) : default) + (bias == null ? default : Vector128.Load(bias));
        (start + ((a + d) + (b + e))).Store(c);
    }
}
