using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Inkstone.Tensors;

/// <summary>Blocks of <see cref="RowStorage.Rounded"/>: a scale, then 32 integers; x ≈ scale · integer, the integers nearest, ties to even.</summary>
internal static unsafe class RoundedRows
{
    private const int Length = RowStorages.BlockLength;
    private const int Bytes = RowStorages.BlockInts * sizeof(int);

    /// <summary>Rounds a row.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Round(float* source, int width, byte* blocks)
    {
        for (var i = 0; i < width; i += Length, source += Length, blocks += Bytes)
        {
            var (x0, x1, x2, x3) = (Vector256.Load(source), Vector256.Load(source + 8), Vector256.Load(source + 16), Vector256.Load(source + 24));
            var largest = Vector256.Max(Vector256.Max(Vector256.Abs(x0), Vector256.Abs(x1)), Vector256.Max(Vector256.Abs(x2), Vector256.Abs(x3)));
            var four = Vector128.Max(largest.GetLower(), largest.GetUpper());
            var scale = MathF.Max(MathF.Max(four[0], four[1]), MathF.Max(four[2], four[3])) / 127;
            var inverse = scale > 0 ? 1 / scale : 0;
            *(float*)blocks = scale;
            Vector256.Narrow(Vector256.Narrow(Whole(x0, inverse), Whole(x1, inverse)), Vector256.Narrow(Whole(x2, inverse), Whole(x3, inverse)))
                .Store((sbyte*)blocks + sizeof(float));
        }
    }

    /// <summary>A row as plain numbers.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Widen(byte* blocks, int width, float* numbers)
    {
        for (var i = 0; i < width; i += Length, blocks += Bytes, numbers += Length)
        {
            var scale = *(float*)blocks;
            var (lower, upper) = Vector256.Widen(Vector256.Load((sbyte*)blocks + sizeof(float)));
            Widen(lower, scale, numbers);
            Widen(upper, scale, numbers + 16);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Widen(Vector256<short> integers, float scale, float* numbers)
    {
        var (lower, upper) = Vector256.Widen(integers);
        (Vector256.ConvertToSingle(lower) * scale).Store(numbers);
        (Vector256.ConvertToSingle(upper) * scale).Store(numbers + 8);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<int> Whole(Vector256<float> x, float inverse) => Vector256.ConvertToInt32(Vector256.Round(x * inverse));
}
