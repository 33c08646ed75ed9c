using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Inkstone.Tensors;

/// <summary>
/// The loops behind <see cref="MachinePeak"/>. Never inlined, and each returns a value that depends on all its work: a compiler that saw
/// the result dropped would leave the work out.
/// </summary>
internal static unsafe class PeakLoops
{
    /// <summary>Independent chains of multiply-adds: more than latency times units of any processor so far, fewer than registers.</summary>
    public const int Accumulators = 12;

    // Lines are asked for ahead, because a processor's own prediction ends with a page.
    private const int AheadBytes = 4096;

    /// <summary>A number of steps, each one multiply-add in every chain.</summary>
    public static float MultiplyAdd(VectorWidth width, int steps) => width switch
    {
        VectorWidth.Bits512 => MultiplyAdd512(steps, 0.5f),
        VectorWidth.Bits256 => MultiplyAdd256(steps, 0.5f),
        _ => MultiplyAdd128(steps, 0.5f),
    };

    /// <summary>Reads memory once; the length is a multiple of 256.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static uint Read(byte* data, nint length)
    {
        Vector256<uint> a = default, b = default, c = default, d = default;
        for (var end = data + length; data < end; data += 256)
        {
            if (Sse.IsSupported)
            {
                for (var line = 0; line < 256; line += 64)
                    Sse.Prefetch0(data + AheadBytes + line);
            }
            a ^= Vector256.Load((uint*)data) ^ Vector256.Load((uint*)(data + 128));
            b ^= Vector256.Load((uint*)(data + 32)) ^ Vector256.Load((uint*)(data + 160));
            c ^= Vector256.Load((uint*)(data + 64)) ^ Vector256.Load((uint*)(data + 192));
            d ^= Vector256.Load((uint*)(data + 96)) ^ Vector256.Load((uint*)(data + 224));
        }
        return Vector256.Sum(a ^ b ^ c ^ d);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static float MultiplyAdd128(int steps, float half)
    {
        var x = Vector128.Create(half);
        Vector128<float> a = x, b = x, c = x, d = x, e = x, f = x, g = x, h = x, i = x, j = x, k = x, l = x;
        for (var step = 0; step < steps; step++)
        {
            a = Vector128.MultiplyAddEstimate(a, x, x);
            b = Vector128.MultiplyAddEstimate(b, x, x);
            c = Vector128.MultiplyAddEstimate(c, x, x);
            d = Vector128.MultiplyAddEstimate(d, x, x);
            e = Vector128.MultiplyAddEstimate(e, x, x);
            f = Vector128.MultiplyAddEstimate(f, x, x);
            g = Vector128.MultiplyAddEstimate(g, x, x);
            h = Vector128.MultiplyAddEstimate(h, x, x);
            i = Vector128.MultiplyAddEstimate(i, x, x);
            j = Vector128.MultiplyAddEstimate(j, x, x);
            k = Vector128.MultiplyAddEstimate(k, x, x);
            l = Vector128.MultiplyAddEstimate(l, x, x);
        }
        return Vector128.Sum(a + b + c + d + e + f + g + h + i + j + k + l);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static float MultiplyAdd256(int steps, float half)
    {
        var x = Vector256.Create(half);
        Vector256<float> a = x, b = x, c = x, d = x, e = x, f = x, g = x, h = x, i = x, j = x, k = x, l = x;
        for (var step = 0; step < steps; step++)
        {
            a = Vector256.MultiplyAddEstimate(a, x, x);
            b = Vector256.MultiplyAddEstimate(b, x, x);
            c = Vector256.MultiplyAddEstimate(c, x, x);
            d = Vector256.MultiplyAddEstimate(d, x, x);
            e = Vector256.MultiplyAddEstimate(e, x, x);
            f = Vector256.MultiplyAddEstimate(f, x, x);
            g = Vector256.MultiplyAddEstimate(g, x, x);
            h = Vector256.MultiplyAddEstimate(h, x, x);
            i = Vector256.MultiplyAddEstimate(i, x, x);
            j = Vector256.MultiplyAddEstimate(j, x, x);
            k = Vector256.MultiplyAddEstimate(k, x, x);
            l = Vector256.MultiplyAddEstimate(l, x, x);
        }
        return Vector256.Sum(a + b + c + d + e + f + g + h + i + j + k + l);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static float MultiplyAdd512(int steps, float half)
    {
        var x = Vector512.Create(half);
        Vector512<float> a = x, b = x, c = x, d = x, e = x, f = x, g = x, h = x, i = x, j = x, k = x, l = x;
        for (var step = 0; step < steps; step++)
        {
            a = Vector512.MultiplyAddEstimate(a, x, x);
            b = Vector512.MultiplyAddEstimate(b, x, x);
            c = Vector512.MultiplyAddEstimate(c, x, x);
            d = Vector512.MultiplyAddEstimate(d, x, x);
            e = Vector512.MultiplyAddEstimate(e, x, x);
            f = Vector512.MultiplyAddEstimate(f, x, x);
            g = Vector512.MultiplyAddEstimate(g, x, x);
            h = Vector512.MultiplyAddEstimate(h, x, x);
            i = Vector512.MultiplyAddEstimate(i, x, x);
            j = Vector512.MultiplyAddEstimate(j, x, x);
            k = Vector512.MultiplyAddEstimate(k, x, x);
            l = Vector512.MultiplyAddEstimate(l, x, x);
        }
        return Vector512.Sum(a + b + c + d + e + f + g + h + i + j + k + l);
    }
}
