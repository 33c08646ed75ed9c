using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Inkstone.Tensors;

/// <summary>Blocks of <see cref="RowStorage.Rounded"/>: a scale, then 32 integers; rounded as <see cref="EightBits"/> says.</summary>
internal static unsafe class RoundedRows
{
    private const int Length = RowStorages.BlockLength;
    private const int Bytes = RowStorages.BlockInts * sizeof(int);

    /// <summary>Rounds a row.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Round(float* source, int width, byte* blocks)
    {
        for (var i = 0; i < width; i += Length, source += Length, blocks += Bytes)
            *(float*)blocks = EightBits.Round(source, (sbyte*)blocks + sizeof(float), out _, out _);
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
}
