using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Inkstone.Tensors;

/// <summary>Eight rows of A by eight columns: <see cref="StreamTile256"/> for as many rows as the registers can sum at once.</summary>
internal static unsafe class StreamTile256Eight
{
    private const int Rows = 8;
    private const int Step = 8;

    /// <summary>As <see cref="IStreamTile.Sum"/>, for eight columns; sums are <paramref name="sumStride"/> apart.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Sum<TReader>(byte* w, nint wStride, ref LineFetch fetch, float* x, int k, float* sums, int sumStride)
        where TReader : struct, IWeightReader
    {
        Vector256<float> s0 = default, s1 = default, s2 = default, s3 = default, s4 = default, s5 = default, s6 = default, s7 = default;
        var next = fetch;
        var p = 0;
        for (; p <= k - Step; p += Step)
        {
            if ((p & Step) == 0)
                next.Next();
            var upper = w + 4 * wStride;
            AddFour(
                TReader.ReadFirstFours(w, upper), TReader.ReadFirstFours(w + wStride, upper + wStride),
                TReader.ReadFirstFours(w + 2 * wStride, upper + 2 * wStride), TReader.ReadFirstFours(w + 3 * wStride, upper + 3 * wStride),
                x, ref s0, ref s1, ref s2, ref s3, ref s4, ref s5, ref s6, ref s7);
            AddFour(
                TReader.ReadLastFours(w, upper), TReader.ReadLastFours(w + wStride, upper + wStride),
                TReader.ReadLastFours(w + 2 * wStride, upper + 2 * wStride), TReader.ReadLastFours(w + 3 * wStride, upper + 3 * wStride),
                x + 4 * Rows, ref s0, ref s1, ref s2, ref s3, ref s4, ref s5, ref s6, ref s7);
            w += Step * TReader.Size;
            x += Step * Rows;
        }
        for (; p < k; p++)
        {
            AddColumn(StreamTile256.Gather<TReader>(w, wStride), x, ref s0, ref s1, ref s2, ref s3, ref s4, ref s5, ref s6, ref s7);
            w += TReader.Size;
            x += Rows;
        }
        fetch = next;
        s0.Store(sums);
        s1.Store(sums + sumStride);
        s2.Store(sums + 2 * sumStride);
        s3.Store(sums + 3 * sumStride);
        s4.Store(sums + 4 * sumStride);
        s5.Store(sums + 5 * sumStride);
        s6.Store(sums + 6 * sumStride);
        s7.Store(sums + 7 * sumStride);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AddFour(
        Vector256<float> a, Vector256<float> b, Vector256<float> c, Vector256<float> d, float* x,
        ref Vector256<float> s0, ref Vector256<float> s1, ref Vector256<float> s2, ref Vector256<float> s3,
        ref Vector256<float> s4, ref Vector256<float> s5, ref Vector256<float> s6, ref Vector256<float> s7)
    {
        var abLow = Avx.UnpackLow(a, b).AsDouble();
        var cdLow = Avx.UnpackLow(c, d).AsDouble();
        AddColumn(Avx.UnpackLow(abLow, cdLow).AsSingle(), x, ref s0, ref s1, ref s2, ref s3, ref s4, ref s5, ref s6, ref s7);
        AddColumn(Avx.UnpackHigh(abLow, cdLow).AsSingle(), x + Rows, ref s0, ref s1, ref s2, ref s3, ref s4, ref s5, ref s6, ref s7);
        var abHigh = Avx.UnpackHigh(a, b).AsDouble();
        var cdHigh = Avx.UnpackHigh(c, d).AsDouble();
        AddColumn(Avx.UnpackLow(abHigh, cdHigh).AsSingle(), x + 2 * Rows, ref s0, ref s1, ref s2, ref s3, ref s4, ref s5, ref s6, ref s7);
        AddColumn(Avx.UnpackHigh(abHigh, cdHigh).AsSingle(), x + 3 * Rows, ref s0, ref s1, ref s2, ref s3, ref s4, ref s5, ref s6, ref s7);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AddColumn(
        Vector256<float> w, float* x,
        ref Vector256<float> s0, ref Vector256<float> s1, ref Vector256<float> s2, ref Vector256<float> s3,
        ref Vector256<float> s4, ref Vector256<float> s5, ref Vector256<float> s6, ref Vector256<float> s7)
    {
        s0 = Vector256.MultiplyAddEstimate(Vector256.Create(x[0]), w, s0);
        s1 = Vector256.MultiplyAddEstimate(Vector256.Create(x[1]), w, s1);
        s2 = Vector256.MultiplyAddEstimate(Vector256.Create(x[2]), w, s2);
        s3 = Vector256.MultiplyAddEstimate(Vector256.Create(x[3]), w, s3);
        s4 = Vector256.MultiplyAddEstimate(Vector256.Create(x[4]), w, s4);
        s5 = Vector256.MultiplyAddEstimate(Vector256.Create(x[5]), w, s5);
        s6 = Vector256.MultiplyAddEstimate(Vector256.Create(x[6]), w, s6);
        s7 = Vector256.MultiplyAddEstimate(Vector256.Create(x[7]), w, s7);
    }
}
