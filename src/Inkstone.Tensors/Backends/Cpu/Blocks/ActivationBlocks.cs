using System.Runtime.CompilerServices;

namespace Inkstone.Tensors;

/// <summary>
/// Rows of activations rounded to blocks of 32 integers (<see cref="EightBits"/>), laid out as the kernel reads them: six rows to a tile (the last tile has the rows that are
/// left), and in a tile group after group of columns that share a scale of the weight, one record each: the integers of its rows, then the rows' scales, what their products
/// begin at, which takes the bias of the weight's codes off, and the sums of their activations, which the weight's offsets are multiplied with.
/// </summary>
/// <param name="Memory">The first tile.</param>
/// <param name="Rows">Rows.</param>
/// <param name="Columns">The width of a row.</param>
/// <param name="GroupLength">Columns of a group: 32 or 16.</param>
internal readonly unsafe record struct ActivationBlocks(nint Memory, int Rows, int Columns, int GroupLength)
{
    /// <summary>Integers that share a scale.</summary>
    public const int Length = EightBits.Length;

    /// <summary>Columns of the shortest groups.</summary>
    public const int LeastGroupLength = 16;

    /// <summary>Rows of a tile.</summary>
    public const int TileRows = 6;

    /// <summary>
    /// 1.5 · 2²³: a whole number of less than 22 bits added to the bits of it is the number added to it, so sums that begin at its bits are single precision when it is subtracted.
    /// Sums have at most 21 bits: 32 · 255 · 127.
    /// </summary>
    public const float Origin = 12_582_912;

    /// <summary>Bytes from the first row's integers in a record to its scale, of so many rows.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int ScalesAt(int rows, int groupLength) => rows * groupLength;

    /// <summary>Bytes to what the first row's products begin at.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int StartsAt(int rows, int groupLength) => rows * (groupLength + sizeof(float));

    /// <summary>Bytes to the sum of the first row's activations.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int TotalsAt(int rows, int groupLength) => rows * (groupLength + 2 * sizeof(float));

    /// <summary>Bytes of a record of so many rows.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int RecordBytes(int rows, int groupLength) => rows * (groupLength + 3 * sizeof(float));

    /// <summary>Bytes of memory that rows need.</summary>
    public static long ByteLength(int rows, int columns, int groupLength) => checked(columns / groupLength * (long)rows * RecordBytes(1, groupLength));

    /// <summary>The first record of the tile that begins at a row, a multiple of <see cref="TileRows"/>.</summary>
    public byte* Tile(int row) => (byte*)Memory + ByteLength(row, Columns, GroupLength);

    /// <summary>Rounds the rows of one tile.</summary>
    /// <param name="first">The tile's first row.</param>
    /// <param name="x">The numbers of the first of all rows.</param>
    /// <param name="stride">Numbers from one row to the next.</param>
    /// <param name="bias">The bias of the weight's codes.</param>
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Round(int first, float* x, nint stride, int bias)
    {
        var integers = stackalloc sbyte[Length];
        var rows = Math.Min(TileRows, Rows - first);
        var record = Tile(first);
        x += first * stride;
        for (var column = 0; column < Columns; column += Length, x += Length)
        {
            var next = record;
            for (var row = 0; row < rows; row++)
            {
                var scale = EightBits.Round(x + row * stride, integers, out var sum, out var secondSum);
                next = record;
                if (GroupLength == Length)
                {
                    Put(ref next, rows, row, integers, scale, sum + secondSum, bias);
                    continue;
                }
                Put(ref next, rows, row, integers, scale, sum, bias);
                Put(ref next, rows, row, integers + LeastGroupLength, scale, secondSum, bias);
            }
            record = next;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Put(ref byte* record, int rows, int row, sbyte* integers, float scale, int sum, int bias)
    {
        Unsafe.CopyBlockUnaligned(record + row * GroupLength, integers, (uint)GroupLength);
        ((float*)(record + ScalesAt(rows, GroupLength)))[row] = scale;
        ((int*)(record + StartsAt(rows, GroupLength)))[row] = BitConverter.SingleToInt32Bits(Origin) - bias * sum;
        ((float*)(record + TotalsAt(rows, GroupLength)))[row] = scale * sum;
        record += RecordBytes(rows, GroupLength);
    }
}
