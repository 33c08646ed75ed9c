using System.Runtime.CompilerServices;

namespace Inkstone.Tensors;

/// <summary>
/// Rows of activations rounded to blocks of 32 integers (<see cref="EightBits"/>). Beside the integers stand the scales and, negated, the sums of each sixteen and of each 32 of them.
/// </summary>
/// <param name="Codes">The integers, [rows, columns].</param>
/// <param name="Scales">The scales, [rows, columns / 32].</param>
/// <param name="Sums">Negated sums of 32 integers, [rows, columns / 32].</param>
/// <param name="HalfSums">Negated sums of sixteen integers, [rows, columns / 16].</param>
/// <param name="Columns">The width of a row.</param>
internal readonly unsafe record struct ActivationBlocks(nint Codes, nint Scales, nint Sums, nint HalfSums, int Columns)
{
    /// <summary>Integers that share a scale.</summary>
    public const int Length = EightBits.Length;

    /// <summary>Integers of half a block.</summary>
    public const int HalfLength = Length / 2;

    /// <summary>Bytes of memory that rows need.</summary>
    public static long ByteLength(int rows, int columns) => checked((long)rows * (columns + columns / Length * (sizeof(float) + 3 * sizeof(int))));

    /// <summary>Rows in memory of <see cref="ByteLength"/>.</summary>
    public static ActivationBlocks At(byte* memory, int rows, int columns)
    {
        var blocks = (long)rows * (columns / Length);
        var scales = (float*)(memory + (long)rows * columns);
        var sums = (int*)(scales + blocks);
        return new((nint)memory, (nint)scales, (nint)sums, (nint)(sums + blocks), columns);
    }

    /// <summary>The integers of a row.</summary>
    public sbyte* CodesOf(int row) => (sbyte*)Codes + (long)row * Columns;

    /// <summary>The scales of a row.</summary>
    public float* ScalesOf(int row) => (float*)Scales + (long)row * (Columns / Length);

    /// <summary>The negated sums of a row's groups of a length: 16 or 32.</summary>
    public int* SumsOf(int row, int length) => (int*)(length == Length ? Sums : HalfSums) + (long)row * (Columns / length);

    /// <summary>Rounds one row.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Round(int row, float* x)
    {
        var codes = CodesOf(row);
        var scales = ScalesOf(row);
        var sums = SumsOf(row, Length);
        var halfSums = SumsOf(row, HalfLength);
        for (var block = 0; block < Columns / Length; block++, x += Length, codes += Length)
        {
            scales[block] = EightBits.Round(x, codes, out var first, out var second);
            (halfSums[2 * block], halfSums[2 * block + 1], sums[block]) = (-first, -second, -(first + second));
        }
    }
}
