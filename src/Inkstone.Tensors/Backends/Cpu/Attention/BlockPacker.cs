using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Inkstone.Tensors;

/// <summary>Copies rows of queries, keys and values into scratch, where <see cref="TileProduct"/> finds them dense and padded.</summary>
internal static unsafe class BlockPacker
{
    private const int Block = TokenLayout.KeyBlock;

    /// <summary>How many rows ahead of the one copied are asked for: the time a row takes is a small part of a trip to memory.</summary>
    public const int RowsAhead = 8;

    /// <summary>destination [padded] = scale · source [width], then zeros.</summary>
    public static void CopyRow<TVector>(float* source, int width, float scale, float* destination, int padded)
        where TVector : struct, ISimd<TVector> => CopyRows<TVector>(source, 0, 1, width, scale, destination, padded);

    /// <summary><see cref="CopyRow"/> for consecutive rows.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void CopyRows<TVector>(float* source, nint stride, int rows, int width, float scale, float* destination, int padded)
        where TVector : struct, ISimd<TVector>
    {
        var factor = TVector.Broadcast(scale);
        for (; rows > 0; rows--, source += stride, destination += padded)
        {
            if (rows > RowsAhead)
                Prefetch(source + RowsAhead * stride, 0, 1, width);
            nint i = 0;
            for (; i + 2 * TVector.Count <= width; i += 2 * TVector.Count)
            {
                TVector.Store(TVector.Load(source + i) * factor, destination + i);
                TVector.Store(TVector.Load(source + i + TVector.Count) * factor, destination + i + TVector.Count);
            }
            for (; i < width; i++)
                destination[i] = source[i] * scale;
            for (; i < padded; i++)
                destination[i] = 0;
        }
    }

    /// <summary>Asks for rows that are needed soon. Heads lie far apart in memory, so the processor's own prediction misses them.</summary>
    public static void Prefetch(float* source, nint stride, int rows, int width)
    {
        for (; rows > 0; rows--, source += stride)
            Prefetch((byte*)source, width * sizeof(float));
    }

    /// <summary>Asks for bytes that are needed soon.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Prefetch(byte* source, int bytes)
    {
        if (!Sse.IsSupported)
            return;
        const int line = 64;
        for (var i = 0; i < bytes; i += line)
            Sse.Prefetch1(source + i);
    }

    /// <summary>destination += source.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void AddRow<TVector>(float* source, int width, float* destination) where TVector : struct, ISimd<TVector>
    {
        var i = 0;
        for (; i + TVector.Count <= width; i += TVector.Count)
            TVector.Store(TVector.Load(destination + i) + TVector.Load(source + i), destination + i);
        for (; i < width; i++)
            destination[i] += source[i];
    }

    /// <summary>destination [width, 64] = the transpose of source [rows, width]; columns from <paramref name="rows"/> on are zero.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Transpose(float* source, nint stride, int rows, int width, float* destination)
    {
        var row = 0;
        if (Avx.IsSupported)
            for (; row + 8 <= rows; row += 8)
            {
                Prefetch(source + (row + 8) * stride, stride, Math.Min(8, rows - row - 8), width);
                TransposeEight(source + row * stride, stride, width, destination + row);
            }
        for (; row + 4 <= rows; row += 4)
            TransposeFour(source + row * stride, stride, width, destination + row);
        for (; row < rows; row++)
            for (nint i = 0; i < width; i++)
                destination[i * Block + row] = source[row * stride + i];
        if (rows < Block)
            for (nint i = 0; i < width; i++)
                new Span<float>(destination + i * Block + rows, Block - rows).Clear();
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void TransposeEight(float* source, nint stride, int width, float* destination)
    {
        var i = 0;
        for (; i + 4 <= width; i += 4)
        {
            // Rows r and r + 4 share a register, so transposing four by four in each half gives whole columns of eight.
            var from = source + i;
            var a = Vector256.Create(Vector128.Load(from), Vector128.Load(from + 4 * stride));
            var b = Vector256.Create(Vector128.Load(from + stride), Vector128.Load(from + 5 * stride));
            var c = Vector256.Create(Vector128.Load(from + 2 * stride), Vector128.Load(from + 6 * stride));
            var d = Vector256.Create(Vector128.Load(from + 3 * stride), Vector128.Load(from + 7 * stride));
            var abLow = Avx.UnpackLow(a, b);
            var cdLow = Avx.UnpackLow(c, d);
            var abHigh = Avx.UnpackHigh(a, b);
            var cdHigh = Avx.UnpackHigh(c, d);
            var to = destination + (nint)i * Block;
            Avx.Shuffle(abLow, cdLow, 0x44).Store(to);
            Avx.Shuffle(abLow, cdLow, 0xEE).Store(to + Block);
            Avx.Shuffle(abHigh, cdHigh, 0x44).Store(to + 2 * Block);
            Avx.Shuffle(abHigh, cdHigh, 0xEE).Store(to + 3 * Block);
        }
        for (; i < width; i++)
            for (nint row = 0; row < 8; row++)
                destination[(nint)i * Block + row] = source[row * stride + i];
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void TransposeFour(float* source, nint stride, int width, float* destination)
    {
        var i = 0;
        for (; i + 4 <= width; i += 4)
        {
            var a = Vector128.Load(source + i);
            var b = Vector128.Load(source + stride + i);
            var c = Vector128.Load(source + 2 * stride + i);
            var d = Vector128.Load(source + 3 * stride + i);
            Transpose4.Apply(ref a, ref b, ref c, ref d);
            var to = destination + (nint)i * Block;
            a.Store(to);
            b.Store(to + Block);
            c.Store(to + 2 * Block);
            d.Store(to + 3 * Block);
        }
        for (; i < width; i++)
            for (nint row = 0; row < 4; row++)
                destination[(nint)i * Block + row] = source[row * stride + i];
    }
}
