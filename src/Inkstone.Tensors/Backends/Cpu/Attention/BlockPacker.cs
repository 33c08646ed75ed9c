using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Inkstone.Tensors;

/// <summary>Copies rows of queries, keys and values into scratch, where <see cref="TileProduct"/> finds them dense and padded.</summary>
internal static unsafe class BlockPacker
{
    private const int Block = TokenLayout.KeyBlock;

    /// <summary>destination [padded] = scale · source [width], then zeros.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void CopyRow<TVector>(float* source, int width, float scale, float* destination, int padded)
        where TVector : struct, ISimd<TVector>
    {
        var factor = TVector.Broadcast(scale);
        var i = 0;
        for (; i + TVector.Count <= width; i += TVector.Count)
            TVector.Store(TVector.Load(source + i) * factor, destination + i);
        for (; i < width; i++)
            destination[i] = source[i] * scale;
        for (; i < padded; i++)
            destination[i] = 0;
    }

    /// <summary><see cref="CopyRow"/> for consecutive rows.</summary>
    public static void CopyRows<TVector>(float* source, nint stride, int rows, int width, float scale, float* destination, int padded)
        where TVector : struct, ISimd<TVector>
    {
        for (var row = 0; row < rows; row++)
            CopyRow<TVector>(source + row * stride, width, scale, destination + (nint)row * padded, padded);
    }

    /// <summary>destination += source.</summary>
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
                TransposeEight(source + row * stride, stride, width, destination + row);
        for (; row + 4 <= rows; row += 4)
            TransposeFour(source + row * stride, stride, width, destination + row);
        for (; row < rows; row++)
            for (nint i = 0; i < width; i++)
                destination[i * Block + row] = source[row * stride + i];
        if (rows < Block)
            for (nint i = 0; i < width; i++)
                new Span<float>(destination + i * Block + rows, Block - rows).Clear();
    }

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
