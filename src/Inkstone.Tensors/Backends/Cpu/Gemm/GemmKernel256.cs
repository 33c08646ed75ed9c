using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Inkstone.Tensors;

/// <summary>The 6×16 tile in 256-bit registers: 12 of the 16 registers hold sums, 2 a row of B, the others an element of A.</summary>
internal readonly unsafe struct GemmKernel256 : IGemmKernel
{
    public static int Rows => 6;

    public static int Columns => 16;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Multiply(int k, float* a, float* b, float* c, nint cStride, float alpha, float* bias, bool accumulate)
    {
        PrefetchTile(c, cStride);
        Vector256<float> c0L = default, c0R = default;
        Vector256<float> c1L = default, c1R = default;
        Vector256<float> c2L = default, c2R = default;
        Vector256<float> c3L = default, c3R = default;
        Vector256<float> c4L = default, c4R = default;
        Vector256<float> c5L = default, c5R = default;

        var p = 0;
        for (; p <= k - 4; p += 4)
        {
            var left = Vector256.Load(b);
            var right = Vector256.Load(b + 8);
            var x = Vector256.Create(a[0]);
            c0L = Vector256.MultiplyAddEstimate(x, left, c0L);
            c0R = Vector256.MultiplyAddEstimate(x, right, c0R);
            x = Vector256.Create(a[1]);
            c1L = Vector256.MultiplyAddEstimate(x, left, c1L);
            c1R = Vector256.MultiplyAddEstimate(x, right, c1R);
            x = Vector256.Create(a[2]);
            c2L = Vector256.MultiplyAddEstimate(x, left, c2L);
            c2R = Vector256.MultiplyAddEstimate(x, right, c2R);
            x = Vector256.Create(a[3]);
            c3L = Vector256.MultiplyAddEstimate(x, left, c3L);
            c3R = Vector256.MultiplyAddEstimate(x, right, c3R);
            x = Vector256.Create(a[4]);
            c4L = Vector256.MultiplyAddEstimate(x, left, c4L);
            c4R = Vector256.MultiplyAddEstimate(x, right, c4R);
            x = Vector256.Create(a[5]);
            c5L = Vector256.MultiplyAddEstimate(x, left, c5L);
            c5R = Vector256.MultiplyAddEstimate(x, right, c5R);
            left = Vector256.Load(b + 16);
            right = Vector256.Load(b + 24);
            x = Vector256.Create(a[6]);
            c0L = Vector256.MultiplyAddEstimate(x, left, c0L);
            c0R = Vector256.MultiplyAddEstimate(x, right, c0R);
            x = Vector256.Create(a[7]);
            c1L = Vector256.MultiplyAddEstimate(x, left, c1L);
            c1R = Vector256.MultiplyAddEstimate(x, right, c1R);
            x = Vector256.Create(a[8]);
            c2L = Vector256.MultiplyAddEstimate(x, left, c2L);
            c2R = Vector256.MultiplyAddEstimate(x, right, c2R);
            x = Vector256.Create(a[9]);
            c3L = Vector256.MultiplyAddEstimate(x, left, c3L);
            c3R = Vector256.MultiplyAddEstimate(x, right, c3R);
            x = Vector256.Create(a[10]);
            c4L = Vector256.MultiplyAddEstimate(x, left, c4L);
            c4R = Vector256.MultiplyAddEstimate(x, right, c4R);
            x = Vector256.Create(a[11]);
            c5L = Vector256.MultiplyAddEstimate(x, left, c5L);
            c5R = Vector256.MultiplyAddEstimate(x, right, c5R);
            left = Vector256.Load(b + 32);
            right = Vector256.Load(b + 40);
            x = Vector256.Create(a[12]);
            c0L = Vector256.MultiplyAddEstimate(x, left, c0L);
            c0R = Vector256.MultiplyAddEstimate(x, right, c0R);
            x = Vector256.Create(a[13]);
            c1L = Vector256.MultiplyAddEstimate(x, left, c1L);
            c1R = Vector256.MultiplyAddEstimate(x, right, c1R);
            x = Vector256.Create(a[14]);
            c2L = Vector256.MultiplyAddEstimate(x, left, c2L);
            c2R = Vector256.MultiplyAddEstimate(x, right, c2R);
            x = Vector256.Create(a[15]);
            c3L = Vector256.MultiplyAddEstimate(x, left, c3L);
            c3R = Vector256.MultiplyAddEstimate(x, right, c3R);
            x = Vector256.Create(a[16]);
            c4L = Vector256.MultiplyAddEstimate(x, left, c4L);
            c4R = Vector256.MultiplyAddEstimate(x, right, c4R);
            x = Vector256.Create(a[17]);
            c5L = Vector256.MultiplyAddEstimate(x, left, c5L);
            c5R = Vector256.MultiplyAddEstimate(x, right, c5R);
            left = Vector256.Load(b + 48);
            right = Vector256.Load(b + 56);
            x = Vector256.Create(a[18]);
            c0L = Vector256.MultiplyAddEstimate(x, left, c0L);
            c0R = Vector256.MultiplyAddEstimate(x, right, c0R);
            x = Vector256.Create(a[19]);
            c1L = Vector256.MultiplyAddEstimate(x, left, c1L);
            c1R = Vector256.MultiplyAddEstimate(x, right, c1R);
            x = Vector256.Create(a[20]);
            c2L = Vector256.MultiplyAddEstimate(x, left, c2L);
            c2R = Vector256.MultiplyAddEstimate(x, right, c2R);
            x = Vector256.Create(a[21]);
            c3L = Vector256.MultiplyAddEstimate(x, left, c3L);
            c3R = Vector256.MultiplyAddEstimate(x, right, c3R);
            x = Vector256.Create(a[22]);
            c4L = Vector256.MultiplyAddEstimate(x, left, c4L);
            c4R = Vector256.MultiplyAddEstimate(x, right, c4R);
            x = Vector256.Create(a[23]);
            c5L = Vector256.MultiplyAddEstimate(x, left, c5L);
            c5R = Vector256.MultiplyAddEstimate(x, right, c5R);
            a += 24;
            b += 64;
        }
        for (; p < k; p++)
        {
            var left = Vector256.Load(b);
            var right = Vector256.Load(b + 8);
            var x = Vector256.Create(a[0]);
            c0L = Vector256.MultiplyAddEstimate(x, left, c0L);
            c0R = Vector256.MultiplyAddEstimate(x, right, c0R);
            x = Vector256.Create(a[1]);
            c1L = Vector256.MultiplyAddEstimate(x, left, c1L);
            c1R = Vector256.MultiplyAddEstimate(x, right, c1R);
            x = Vector256.Create(a[2]);
            c2L = Vector256.MultiplyAddEstimate(x, left, c2L);
            c2R = Vector256.MultiplyAddEstimate(x, right, c2R);
            x = Vector256.Create(a[3]);
            c3L = Vector256.MultiplyAddEstimate(x, left, c3L);
            c3R = Vector256.MultiplyAddEstimate(x, right, c3R);
            x = Vector256.Create(a[4]);
            c4L = Vector256.MultiplyAddEstimate(x, left, c4L);
            c4R = Vector256.MultiplyAddEstimate(x, right, c4R);
            x = Vector256.Create(a[5]);
            c5L = Vector256.MultiplyAddEstimate(x, left, c5L);
            c5R = Vector256.MultiplyAddEstimate(x, right, c5R);
            a += 6;
            b += 16;
        }

        var factor = Vector256.Create(alpha);
        var biasLeft = bias == null ? default : Vector256.Load(bias);
        var biasRight = bias == null ? default : Vector256.Load(bias + 8);
        Store(c, c0L, c0R, factor, biasLeft, biasRight, accumulate);
        c += cStride;
        Store(c, c1L, c1R, factor, biasLeft, biasRight, accumulate);
        c += cStride;
        Store(c, c2L, c2R, factor, biasLeft, biasRight, accumulate);
        c += cStride;
        Store(c, c3L, c3R, factor, biasLeft, biasRight, accumulate);
        c += cStride;
        Store(c, c4L, c4R, factor, biasLeft, biasRight, accumulate);
        c += cStride;
        Store(c, c5L, c5R, factor, biasLeft, biasRight, accumulate);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(
        float* c, Vector256<float> left, Vector256<float> right, Vector256<float> factor, Vector256<float> biasLeft, Vector256<float> biasRight, bool accumulate)
    {
        var baseLeft = biasLeft + (accumulate ? Vector256.Load(c) : default);
        var baseRight = biasRight + (accumulate ? Vector256.Load(c + 8) : default);
        Vector256.MultiplyAddEstimate(left, factor, baseLeft).Store(c);
        Vector256.MultiplyAddEstimate(right, factor, baseRight).Store(c + 8);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void PrefetchTile(float* c, nint cStride)
    {
        if (!Sse.IsSupported)
            return;
        for (var row = 0; row < Rows; row++, c += cStride)
        {
            Sse.Prefetch0(c);
            Sse.Prefetch0(c + Columns - 1);
        }
    }
}
