using System.Runtime.CompilerServices;

namespace Inkstone.Tensors;

/// <summary>
/// Rows of activations rounded to blocks of 32 integers (<see cref="EightBits"/>). Beside the integers stand the scales and, for each group of columns that shares a scale of the weight,
/// what the group's products begin at, which takes the bias of the weight's codes off, and the sum of the activations, which the weight's offsets are multiplied with.
/// </summary>
/// <param name="Codes">The integers, [rows, <see cref="CodeStride"/>].</param>
/// <param name="Scales">The scales d, [rows, columns / 32].</param>
/// <param name="Starts">−bias · Σ integers of a group, added to the bits of <see cref="Origin"/>, [rows, groups].</param>
/// <param name="Totals">d · Σ integers of a group in single precision, [rows, groups].</param>
/// <param name="Columns">The width of a row.</param>
/// <param name="GroupLength">Columns of a group: 32 or 16.</param>
internal readonly unsafe record struct ActivationBlocks(nint Codes, nint Scales, nint Starts, nint Totals, int Columns, int GroupLength)
{
    /// <summary>Integers that share a scale.</summary>
    public const int Length = EightBits.Length;

    /// <summary>Columns of the shortest groups.</summary>
    public const int LeastGroupLength = 16;

    /// <summary>
    /// 1.5 · 2²³: a whole number of less than 22 bits added to the bits of it is the number added to it, so sums that begin at its bits are single precision when it is subtracted.
    /// Sums have at most 21 bits: 32 · 255 · 127.
    /// </summary>
    public const float Origin = 12_582_912;

    // Rows that begin a power of two apart would all want the same few places of a cache.
    private const int Gap = 64;

    /// <summary>Bytes from the integers of one row to those of the next.</summary>
    public int CodeStride => Columns + Gap;

    /// <summary>Groups of a row.</summary>
    public int Groups => Columns / GroupLength;

    /// <summary>Bytes of memory that rows need.</summary>
    public static long ByteLength(int rows, int columns, int groupLength) =>
        checked((long)rows * (columns + Gap + columns / Length * sizeof(float) + columns / groupLength * (sizeof(int) + sizeof(float))));

    /// <summary>Rows in memory of <see cref="ByteLength"/>.</summary>
    public static ActivationBlocks At(byte* memory, int rows, int columns, int groupLength)
    {
        var scales = (float*)(memory + (long)rows * (columns + Gap));
        var starts = (int*)(scales + (long)rows * (columns / Length));
        return new((nint)memory, (nint)scales, (nint)starts, (nint)(starts + (long)rows * (columns / groupLength)), columns, groupLength);
    }

    /// <summary>The integers of a row.</summary>
    public sbyte* CodesOf(int row) => (sbyte*)Codes + (long)row * CodeStride;

    /// <summary>The scales of a row.</summary>
    public float* ScalesOf(int row) => (float*)Scales + (long)row * (Columns / Length);

    /// <summary>What the products of a row's groups begin at.</summary>
    public int* StartsOf(int row) => (int*)Starts + (long)row * Groups;

    /// <summary>The sums of a row's groups.</summary>
    public float* TotalsOf(int row) => (float*)Totals + (long)row * Groups;

    /// <summary>Rounds one row.</summary>
    /// <param name="row">Which.</param>
    /// <param name="x">Its numbers.</param>
    /// <param name="bias">The bias of the weight's codes.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Round(int row, float* x, int bias)
    {
        var codes = CodesOf(row);
        var scales = ScalesOf(row);
        var starts = StartsOf(row);
        var totals = TotalsOf(row);
        for (var block = 0; block < Columns / Length; block++, x += Length, codes += Length)
        {
            var scale = scales[block] = EightBits.Round(x, codes, out var first, out var second);
            if (GroupLength == Length)
            {
                Sum(starts, totals, block, first + second, scale, bias);
                continue;
            }
            Sum(starts, totals, 2 * block, first, scale, bias);
            Sum(starts, totals, 2 * block + 1, second, scale, bias);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Sum(int* starts, float* totals, int group, int sum, float scale, int bias) => (starts[group], totals[group]) = (BitConverter.SingleToInt32Bits(Origin) - bias * sum, scale * sum);
}
