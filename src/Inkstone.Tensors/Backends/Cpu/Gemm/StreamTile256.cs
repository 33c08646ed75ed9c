using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Inkstone.Tensors;

/// <summary>The streaming tile in 256-bit registers: two groups of eight columns, each transposed four by four in both halves of its registers.</summary>
internal readonly unsafe struct StreamTile256 : IStreamTile
{
    private const int Lanes = 8;
    private const int Step = 8;

    public static int Columns => 2 * Lanes;

    public static int MostRows => EightRows.Value;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Sum<TReader, TRows>(byte* w, nint wStride, byte* ahead, float* x, int k, float* sums)
        where TReader : struct, IWeightReader
        where TRows : struct, IRowCount
    {
        var fetch = new LineFetch(ahead, wStride, k * TReader.Size);
        if (TRows.Value == EightRows.Value)
        {
            // eight sums of one group and what they are made from fill the registers: one group after the other
            StreamTile256Eight.Sum<TReader>(w, wStride, ref fetch, x, k, sums, Columns);
            StreamTile256Eight.Sum<TReader>(w + Lanes * wStride, wStride, ref fetch, x, k, sums + Lanes, Columns);
            return;
        }
        Vector256<float> a0 = default, a1 = default, a2 = default, a3 = default, b0 = default, b1 = default, b2 = default, b3 = default;
        var next = w + Lanes * wStride;
        var p = 0;
        for (; p <= k - 2 * Step; p += 2 * Step)
        {
            // a whole cache line of each of eight columns, then of the next eight: sixteen lines a power of two apart would push each other out
            fetch.Next();
            AddStep<TReader, TRows>(w, wStride, x, ref a0, ref a1, ref a2, ref a3);
            AddStep<TReader, TRows>(w + Step * TReader.Size, wStride, x + Step * TRows.Value, ref a0, ref a1, ref a2, ref a3);
            fetch.Next();
            AddStep<TReader, TRows>(next, wStride, x, ref b0, ref b1, ref b2, ref b3);
            AddStep<TReader, TRows>(next + Step * TReader.Size, wStride, x + Step * TRows.Value, ref b0, ref b1, ref b2, ref b3);
            w += 2 * Step * TReader.Size;
            next += 2 * Step * TReader.Size;
            x += 2 * Step * TRows.Value;
        }
        if (p <= k - Step)
        {
            AddStep<TReader, TRows>(w, wStride, x, ref a0, ref a1, ref a2, ref a3);
            AddStep<TReader, TRows>(next, wStride, x, ref b0, ref b1, ref b2, ref b3);
            w += Step * TReader.Size;
            next += Step * TReader.Size;
            x += Step * TRows.Value;
            p += Step;
        }
        for (; p < k; p++)
        {
            AddColumn<TRows>(Gather<TReader>(w, wStride), x, ref a0, ref a1, ref a2, ref a3);
            AddColumn<TRows>(Gather<TReader>(next, wStride), x, ref b0, ref b1, ref b2, ref b3);
            w += TReader.Size;
            next += TReader.Size;
            x += TRows.Value;
        }
        Store(sums, a0, b0);
        if (TRows.Value > 1)
            Store(sums + Columns, a1, b1);
        if (TRows.Value > 2)
            Store(sums + 2 * Columns, a2, b2);
        if (TRows.Value > 3)
            Store(sums + 3 * Columns, a3, b3);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AddStep<TReader, TRows>(
        byte* w, nint stride, float* x, ref Vector256<float> s0, ref Vector256<float> s1, ref Vector256<float> s2, ref Vector256<float> s3)
        where TReader : struct, IWeightReader
        where TRows : struct, IRowCount
    {
        var upper = w + 4 * stride;
        AddFour<TRows>(
            TReader.ReadFirstFours(w, upper), TReader.ReadFirstFours(w + stride, upper + stride),
            TReader.ReadFirstFours(w + 2 * stride, upper + 2 * stride), TReader.ReadFirstFours(w + 3 * stride, upper + 3 * stride),
            x, ref s0, ref s1, ref s2, ref s3);
        AddFour<TRows>(
            TReader.ReadLastFours(w, upper), TReader.ReadLastFours(w + stride, upper + stride),
            TReader.ReadLastFours(w + 2 * stride, upper + 2 * stride), TReader.ReadLastFours(w + 3 * stride, upper + 3 * stride),
            x + 4 * TRows.Value, ref s0, ref s1, ref s2, ref s3);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AddFour<TRows>(
        Vector256<float> a, Vector256<float> b, Vector256<float> c, Vector256<float> d,
        float* x, ref Vector256<float> s0, ref Vector256<float> s1, ref Vector256<float> s2, ref Vector256<float> s3)
        where TRows : struct, IRowCount
    {
        var abLow = Avx.UnpackLow(a, b).AsDouble();
        var cdLow = Avx.UnpackLow(c, d).AsDouble();
        var abHigh = Avx.UnpackHigh(a, b).AsDouble();
        var cdHigh = Avx.UnpackHigh(c, d).AsDouble();
        AddColumn<TRows>(Avx.UnpackLow(abLow, cdLow).AsSingle(), x, ref s0, ref s1, ref s2, ref s3);
        AddColumn<TRows>(Avx.UnpackHigh(abLow, cdLow).AsSingle(), x + TRows.Value, ref s0, ref s1, ref s2, ref s3);
        AddColumn<TRows>(Avx.UnpackLow(abHigh, cdHigh).AsSingle(), x + 2 * TRows.Value, ref s0, ref s1, ref s2, ref s3);
        AddColumn<TRows>(Avx.UnpackHigh(abHigh, cdHigh).AsSingle(), x + 3 * TRows.Value, ref s0, ref s1, ref s2, ref s3);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AddColumn<TRows>(
        Vector256<float> w, float* x, ref Vector256<float> s0, ref Vector256<float> s1, ref Vector256<float> s2, ref Vector256<float> s3)
        where TRows : struct, IRowCount
    {
        s0 = Vector256.MultiplyAddEstimate(Vector256.Create(x[0]), w, s0);
        if (TRows.Value > 1)
            s1 = Vector256.MultiplyAddEstimate(Vector256.Create(x[1]), w, s1);
        if (TRows.Value > 2)
            s2 = Vector256.MultiplyAddEstimate(Vector256.Create(x[2]), w, s2);
        if (TRows.Value > 3)
            s3 = Vector256.MultiplyAddEstimate(Vector256.Create(x[3]), w, s3);
    }

    /// <summary>One element of each of a group's columns.</summary>
    internal static Vector256<float> Gather<TReader>(byte* w, nint stride)
        where TReader : struct, IWeightReader
    {
        var elements = stackalloc float[Lanes];
        for (var lane = 0; lane < Lanes; lane++)
            elements[lane] = TReader.ReadOne(w + lane * stride);
        return Vector256.Load(elements);
    }

    private static void Store(float* sums, Vector256<float> a, Vector256<float> b)
    {
        a.Store(sums);
        b.Store(sums + Lanes);
    }
}
