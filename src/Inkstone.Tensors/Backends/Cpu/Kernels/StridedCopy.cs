using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Inkstone.Tensors;

/// <summary>
/// Copies elements of four bytes between any two layouts of one shape. Axes that lie behind one another in both are merged first; what is left
/// is copied in runs, repeated, transposed in blocks, or picked one by one.
/// </summary>
internal static unsafe class StridedCopy
{
    /// <summary>Rows and columns transposed together: one cache line of each.</summary>
    private const int Tile = 16;

    /// <summary>Rows and columns finished before going on: as many pages as the processor keeps addresses of.</summary>
    private const int Block = 128;

    /// <summary>destination(i, j, …) = source(i, j, …); strides are in elements, the source's may be 0 or negative.</summary>
    public static void Run(
        float* source, ReadOnlySpan<nint> sourceStrides, float* destination, ReadOnlySpan<nint> destinationStrides, ReadOnlySpan<nint> extents)
    {
        Span<Axis> axes = stackalloc Axis[extents.Length];
        var count = 0;
        for (var i = 0; i < extents.Length; i++)
        {
            if (extents[i] == 0)
                return;
            if (extents[i] != 1)
                axes[count++] = new(extents[i], sourceStrides[i], destinationStrides[i]);
        }
        axes = axes[..Merge(axes[..count])];
        if (axes.IsEmpty)
        {
            *destination = *source;
            return;
        }
        var inner = axes[^1];
        var rows = axes[..^1];
        if (inner.To == 1 && inner.From != 1 && inner.From != 0 && TakeAxisWithSourceStepOne(rows, out var transposed))
        {
            rows = rows[..^1];
            Blocks(source, destination, rows, inner, transposed);
            return;
        }
        // Of the two innermost loops over runs the shorter goes inside: one side is then read or written straight on, the other as a few streams.
        if (rows.Length > 1 && rows[^1].Extent > rows[^2].Extent)
            (rows[^1], rows[^2]) = (rows[^2], rows[^1]);
        Blocks(source, destination, rows, inner, null);
    }

    /// <summary>y(r, c) = x(c, r): x has rows of <paramref name="xStride"/>, y rows of <paramref name="yStride"/> elements.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Transpose(float* x, nint xStride, float* y, nint yStride, nint rows, nint columns)
    {
        var tile = stackalloc float[Tile * Tile];
        nint fullRows = rows - rows % Tile, fullColumns = columns - columns % Tile;
        for (nint rowBlock = 0; rowBlock < fullRows; rowBlock += Block)
            for (nint columnBlock = 0; columnBlock < fullColumns; columnBlock += Block)
                for (var row = rowBlock; row < nint.Min(rowBlock + Block, fullRows); row += Tile)
                    for (var column = columnBlock; column < nint.Min(columnBlock + Block, fullColumns); column += Tile)
                        TransposeTile(x + column * xStride + row, xStride, y + row * yStride + column, yStride, tile);
        OneByOne(x, xStride, y, yStride, fullRows, fullColumns, columns);
        OneByOne(x + fullRows, xStride, y + fullRows * yStride, yStride, rows - fullRows, 0, columns);
    }

    /// <summary>
    /// A full tile, by way of a small buffer: each line of x is read whole and each line of y written whole, at once. Strides that are powers of
    /// two map all lines of a tile to few places of a cache, so a line that is visited twice would have been thrown out in between.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void TransposeTile(float* x, nint xStride, float* y, nint yStride, float* tile)
    {
        for (nint column = 0; column < Tile; column += 4, x += 4 * xStride)
        {
            for (nint row = 0; row < Tile; row += 4)
            {
                Vector128<float> a = Vector128.Load(x + row), b = Vector128.Load(x + xStride + row);
                Vector128<float> c = Vector128.Load(x + 2 * xStride + row), d = Vector128.Load(x + 3 * xStride + row);
                Transpose4.Apply(ref a, ref b, ref c, ref d);
                var to = tile + row * Tile + column;
                a.Store(to);
                b.Store(to + Tile);
                c.Store(to + 2 * Tile);
                d.Store(to + 3 * Tile);
            }
        }
        for (nint row = 0; row < Tile; row++, tile += Tile, y += yStride)
        {
            Vector128<float> a = Vector128.Load(tile), b = Vector128.Load(tile + 4), c = Vector128.Load(tile + 8), d = Vector128.Load(tile + 12);
            a.Store(y);
            b.Store(y + 4);
            c.Store(y + 8);
            d.Store(y + 12);
        }
    }

    private static void OneByOne(float* x, nint xStride, float* y, nint yStride, nint rows, nint firstColumn, nint columns)
    {
        for (nint row = 0; row < rows; row++)
            for (var column = firstColumn; column < columns; column++)
                y[row * yStride + column] = x[column * xStride + row];
    }

    /// <summary>Orders axes by falling destination stride, and joins neighbours that form one run in both layouts. Returns how many are left.</summary>
    private static int Merge(Span<Axis> axes)
    {
        axes.Sort((left, right) => nint.Abs(right.To).CompareTo(nint.Abs(left.To)));
        var kept = 0;
        for (var i = 0; i < axes.Length; i++)
        {
            var axis = axes[i];
            if (kept > 0 && axes[kept - 1].From == axis.From * axis.Extent && axes[kept - 1].To == axis.To * axis.Extent)
                axes[kept - 1] = axis with { Extent = axes[kept - 1].Extent * axis.Extent };
            else
                axes[kept++] = axis;
        }
        return kept;
    }

    /// <summary>Finds an axis along which the source is contiguous, and moves it to the end of <paramref name="axes"/>.</summary>
    private static bool TakeAxisWithSourceStepOne(Span<Axis> axes, out Axis? taken)
    {
        for (var i = 0; i < axes.Length; i++)
        {
            if (axes[i].From != 1)
                continue;
            taken = axes[i];
            axes[(i + 1)..].CopyTo(axes[i..]);
            return true;
        }
        taken = null;
        return false;
    }

    /// <summary>Goes through the outer axes like a counter and copies what is inside: a run, or a transposed block.</summary>
    private static void Blocks(float* source, float* destination, ReadOnlySpan<Axis> outer, Axis inner, Axis? transposed)
    {
        Span<nint> place = stackalloc nint[outer.Length];
        place.Clear();
        while (true)
        {
            if (transposed is { } rows)
                Transpose(source, inner.From, destination, rows.To, rows.Extent, inner.Extent);
            else
                Line(source, destination, inner);

            var axis = outer.Length - 1;
            for (; axis >= 0; axis--)
            {
                source += outer[axis].From;
                destination += outer[axis].To;
                if (++place[axis] < outer[axis].Extent)
                    break;
                source -= outer[axis].From * outer[axis].Extent;
                destination -= outer[axis].To * outer[axis].Extent;
                place[axis] = 0;
            }
            if (axis < 0)
                return;
        }
    }

    private static void Line(float* source, float* destination, Axis axis)
    {
        if (axis is { From: 1, To: 1 })
            Buffer.MemoryCopy(source, destination, axis.Extent * sizeof(float), axis.Extent * sizeof(float));
        else if (axis is { From: 0, To: 1 })
            SimdMemory.Fill(V128.Broadcast(*source), destination, axis.Extent);
        else
            for (nint i = 0; i < axis.Extent; i++)
                destination[i * axis.To] = source[i * axis.From];
    }

    private readonly record struct Axis(nint Extent, nint From, nint To);
}
