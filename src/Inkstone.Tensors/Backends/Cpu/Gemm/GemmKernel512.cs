using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Inkstone.Tensors;

/// <summary>The 12×32 tile in 512-bit registers: 24 of the 32 registers hold sums, 2 a row of B, the others an element of A.</summary>
internal readonly unsafe struct GemmKernel512 : IGemmKernel
{
    public static int Rows => 12;

    public static int Columns => 32;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Multiply(int k, float* a, float* b, float* c, nint cStride, float alpha, float* bias, bool accumulate)
    {
        PrefetchTile(c, cStride);
        Vector512<float> c0L = default, c0R = default;
        Vector512<float> c1L = default, c1R = default;
        Vector512<float> c2L = default, c2R = default;
        Vector512<float> c3L = default, c3R = default;
        Vector512<float> c4L = default, c4R = default;
        Vector512<float> c5L = default, c5R = default;
        Vector512<float> c6L = default, c6R = default;
        Vector512<float> c7L = default, c7R = default;
        Vector512<float> c8L = default, c8R = default;
        Vector512<float> c9L = default, c9R = default;
        Vector512<float> c10L = default, c10R = default;
        Vector512<float> c11L = default, c11R = default;

        for (var p = 0; p < k; p++)
        {
            var left = Vector512.Load(b);
            var right = Vector512.Load(b + 16);
            var x = Vector512.Create(a[0]);
            c0L = Vector512.MultiplyAddEstimate(x, left, c0L);
            c0R = Vector512.MultiplyAddEstimate(x, right, c0R);
            x = Vector512.Create(a[1]);
            c1L = Vector512.MultiplyAddEstimate(x, left, c1L);
            c1R = Vector512.MultiplyAddEstimate(x, right, c1R);
            x = Vector512.Create(a[2]);
            c2L = Vector512.MultiplyAddEstimate(x, left, c2L);
            c2R = Vector512.MultiplyAddEstimate(x, right, c2R);
            x = Vector512.Create(a[3]);
            c3L = Vector512.MultiplyAddEstimate(x, left, c3L);
            c3R = Vector512.MultiplyAddEstimate(x, right, c3R);
            x = Vector512.Create(a[4]);
            c4L = Vector512.MultiplyAddEstimate(x, left, c4L);
            c4R = Vector512.MultiplyAddEstimate(x, right, c4R);
            x = Vector512.Create(a[5]);
            c5L = Vector512.MultiplyAddEstimate(x, left, c5L);
            c5R = Vector512.MultiplyAddEstimate(x, right, c5R);
            x = Vector512.Create(a[6]);
            c6L = Vector512.MultiplyAddEstimate(x, left, c6L);
            c6R = Vector512.MultiplyAddEstimate(x, right, c6R);
            x = Vector512.Create(a[7]);
            c7L = Vector512.MultiplyAddEstimate(x, left, c7L);
            c7R = Vector512.MultiplyAddEstimate(x, right, c7R);
            x = Vector512.Create(a[8]);
            c8L = Vector512.MultiplyAddEstimate(x, left, c8L);
            c8R = Vector512.MultiplyAddEstimate(x, right, c8R);
            x = Vector512.Create(a[9]);
            c9L = Vector512.MultiplyAddEstimate(x, left, c9L);
            c9R = Vector512.MultiplyAddEstimate(x, right, c9R);
            x = Vector512.Create(a[10]);
            c10L = Vector512.MultiplyAddEstimate(x, left, c10L);
            c10R = Vector512.MultiplyAddEstimate(x, right, c10R);
            x = Vector512.Create(a[11]);
            c11L = Vector512.MultiplyAddEstimate(x, left, c11L);
            c11R = Vector512.MultiplyAddEstimate(x, right, c11R);
            a += 12;
            b += 32;
        }

        var factor = Vector512.Create(alpha);
        var biasLeft = bias == null ? default : Vector512.Load(bias);
        var biasRight = bias == null ? default : Vector512.Load(bias + 16);
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
        c += cStride;
        Store(c, c6L, c6R, factor, biasLeft, biasRight, accumulate);
        c += cStride;
        Store(c, c7L, c7R, factor, biasLeft, biasRight, accumulate);
        c += cStride;
        Store(c, c8L, c8R, factor, biasLeft, biasRight, accumulate);
        c += cStride;
        Store(c, c9L, c9R, factor, biasLeft, biasRight, accumulate);
        c += cStride;
        Store(c, c10L, c10R, factor, biasLeft, biasRight, accumulate);
        c += cStride;
        Store(c, c11L, c11R, factor, biasLeft, biasRight, accumulate);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(
        float* c, Vector512<float> left, Vector512<float> right, Vector512<float> factor, Vector512<float> biasLeft, Vector512<float> biasRight, bool accumulate)
    {
        var baseLeft = biasLeft + (accumulate ? Vector512.Load(c) : default);
        var baseRight = biasRight + (accumulate ? Vector512.Load(c + 16) : default);
        Vector512.MultiplyAddEstimate(left, factor, baseLeft).Store(c);
        Vector512.MultiplyAddEstimate(right, factor, baseRight).Store(c + 16);
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
