using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Inkstone.Tensors;

/// <summary>
/// Rows of activations rounded to blocks of 32 integers: d = max |x| / 127 in single precision, a = the whole number nearest x · (1 / d), ties to the even one, so
/// x ≈ d · a. Beside the integers stand d and, negated, the sums of each sixteen and of each 32 of them.
/// </summary>
/// <param name="Codes">The integers, [rows, columns].</param>
/// <param name="Scales">d, [rows, columns / 32].</param>
/// <param name="Sums">Negated sums of 32 integers, [rows, columns / 32].</param>
/// <param name="HalfSums">Negated sums of sixteen integers, [rows, columns / 16].</param>
/// <param name="Columns">The width of a row.</param>
internal readonly unsafe record struct ActivationBlocks(nint Codes, nint Scales, nint Sums, nint HalfSums, int Columns)
{
    /// <summary>Integers that share a scale.</summary>
    public const int Length = 32;

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
            var (x0, x1, x2, x3) = (Vector256.Load(x), Vector256.Load(x + 8), Vector256.Load(x + 16), Vector256.Load(x + 24));
            var largest = Vector256.Max(Vector256.Max(Vector256.Abs(x0), Vector256.Abs(x1)), Vector256.Max(Vector256.Abs(x2), Vector256.Abs(x3)));
            var four = Vector128.Max(largest.GetLower(), largest.GetUpper());
            var most = MathF.Max(MathF.Max(four[0], four[1]), MathF.Max(four[2], four[3]));
            var scale = most / 127;
            var inverse = scale > 0 ? 1 / scale : 0;
            var (a0, a1, a2, a3) = (Whole(x0, inverse), Whole(x1, inverse), Whole(x2, inverse), Whole(x3, inverse));
            Vector256.Narrow(Vector256.Narrow(a0, a1), Vector256.Narrow(a2, a3)).Store(codes);
            scales[block] = scale;
            halfSums[2 * block] = -Vector256.Sum(a0 + a1);
            halfSums[2 * block + 1] = -Vector256.Sum(a2 + a3);
            sums[block] = halfSums[2 * block] + halfSums[2 * block + 1];
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<int> Whole(Vector256<float> x, float inverse) => Vector256.ConvertToInt32(Vector256.Round(x * inverse));
}
