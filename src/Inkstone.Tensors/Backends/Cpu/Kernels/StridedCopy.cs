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
        Blocks(source, destination, rows, inner, null);
    }

    /// <summary>y(r, c) = x(c, r): x has rows of <paramref name="xStride"/>, y rows of <paramref name="yStride"/> elements.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Transpose(float* x, nint xStride, float* y, nint yStride, nint rows, nint columns)
    {
        for (nint rowTile = 0; rowTile < rows; rowTile += Tile)
        {
            var rowEnd = nint.Min(rowTile + Tile, rows);
            for (nint columnTile = 0; columnTile < columns; columnTile += Tile)
            {
                var columnEnd = nint.Min(columnTile + Tile, columns);
                var column = columnTile;
                for (; column <= columnEnd - 4; column += 4)
                {
                    var from = x + column * xStride;
                    var row = rowTile;
                    for (; row <= rowEnd - 4; row += 4)
                    {
                        Vector128<float> a = Vector128.Load(from + row), b = Vector128.Load(from + xStride + row);
                        Vector128<float> c = Vector128.Load(from + 2 * xStride + row), d = Vector128.Load(from + 3 * xStride + row);
                        Transpose4.Apply(ref a, ref b, ref c, ref d);
                        var to = y + row * yStride + column;
                        a.Store(to);
                        b.Store(to + yStride);
                        c.Store(to + 2 * yStride);
                        d.Store(to + 3 * yStride);
                    }
                    for (; row < rowEnd; row++)
                        for (nint i = 0; i < 4; i++)
                            y[row * yStride + column + i] = from[i * xStride + row];
                }
                for (; column < columnEnd; column++)
                    for (var row = rowTile; row < rowEnd; row++)
                        y[row * yStride + column] = x[column * xStride + row];
            }
        }
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
