using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Inkstone.Tensors;

/// <summary>The streaming tile in 128-bit registers: two groups of four columns.</summary>
internal readonly unsafe struct StreamTile128 : IStreamTile
{
    private const int Lanes = 4;
    private const int Step = 4;

    public static int Columns => 2 * Lanes;

    public static int MostRows => FourRows.Value;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Sum<TReader, TRows>(byte* w, nint wStride, byte* ahead, float* x, int k, float* sums)
        where TReader : struct, IWeightReader
        where TRows : struct, IRowCount
    {
        Vector128<float> a0 = default, a1 = default, a2 = default, a3 = default, b0 = default, b1 = default, b2 = default, b3 = default;
        var next = w + Lanes * wStride;
        var p = 0;
        for (; p <= k - Step; p += Step)
        {
            AddStep<TReader, TRows>(w, wStride, x, ref a0, ref a1, ref a2, ref a3);
            AddStep<TReader, TRows>(next, wStride, x, ref b0, ref b1, ref b2, ref b3);
            w += Step * TReader.Size;
            next += Step * TReader.Size;
            x += Step * TRows.Value;
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
        byte* w, nint stride, float* x, ref Vector128<float> s0, ref Vector128<float> s1, ref Vector128<float> s2, ref Vector128<float> s3)
        where TReader : struct, IWeightReader
        where TRows : struct, IRowCount
    {
        var a = TReader.ReadFour(w);
        var b = TReader.ReadFour(w + stride);
        var c = TReader.ReadFour(w + 2 * stride);
        var d = TReader.ReadFour(w + 3 * stride);
        Transpose4.Apply(ref a, ref b, ref c, ref d);
        AddColumn<TRows>(a, x, ref s0, ref s1, ref s2, ref s3);
        AddColumn<TRows>(b, x + TRows.Value, ref s0, ref s1, ref s2, ref s3);
        AddColumn<TRows>(c, x + 2 * TRows.Value, ref s0, ref s1, ref s2, ref s3);
        AddColumn<TRows>(d, x + 3 * TRows.Value, ref s0, ref s1, ref s2, ref s3);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AddColumn<TRows>(
        Vector128<float> w, float* x, ref Vector128<float> s0, ref Vector128<float> s1, ref Vector128<float> s2, ref Vector128<float> s3)
        where TRows : struct, IRowCount
    {
        s0 = Vector128.MultiplyAddEstimate(Vector128.Create(x[0]), w, s0);
        if (TRows.Value > 1)
            s1 = Vector128.MultiplyAddEstimate(Vector128.Create(x[1]), w, s1);
        if (TRows.Value > 2)
            s2 = Vector128.MultiplyAddEstimate(Vector128.Create(x[2]), w, s2);
        if (TRows.Value > 3)
            s3 = Vector128.MultiplyAddEstimate(Vector128.Create(x[3]), w, s3);
    }

    /// <summary>One element of each of a group's columns.</summary>
    private static Vector128<float> Gather<TReader>(byte* w, nint stride)
        where TReader : struct, IWeightReader
    {
        var elements = stackalloc float[Lanes];
        for (var lane = 0; lane < Lanes; lane++)
            elements[lane] = TReader.ReadOne(w + lane * stride);
        return Vector128.Load(elements);
    }

    private static void Store(float* sums, Vector128<float> a, Vector128<float> b)
    {
        a.Store(sums);
        b.Store(sums + Lanes);
    }
}
