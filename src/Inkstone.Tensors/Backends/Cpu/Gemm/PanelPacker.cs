using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Inkstone.Tensors;

/// <summary>
/// Copies a block of A or B into panels: panel q holds lanes q·width … of the block (rows of A, columns of B), element (p, lane) at
/// p·width + lane, so that a micro-kernel reads memory from front to back. Lanes beyond the block are zero. Panels follow each other
/// with k·width elements each.
/// </summary>
internal static unsafe class PanelPacker
{
    // One cache line of the source at a time: when the stride is a power of two its lanes share one cache set, and a line is gone before
    // the next visit.
    private const int Line = 16;

    /// <summary>Packs a block whose lanes are contiguous along k: element (p, lane) at <c>source[lane·stride + p]</c>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void PackLanes(float* source, nint stride, int laneCount, int width, int k, float* panels)
    {
        for (var lane = 0; lane < laneCount; lane += width, panels += (nint)k * width)
        {
            var start = source + lane * stride;
            if (laneCount - lane >= width)
                PackFullPanel(start, stride, width, k, panels);
            else
                PackEdgePanel(start, stride, laneCount - lane, width, k, panels);
        }
    }

    /// <summary>Packs a block whose lanes lie side by side: element (p, lane) at <c>source[p·stride + lane]</c>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void PackRows(float* source, nint stride, int laneCount, int width, int k, float* panels)
    {
        var fullLanes = laneCount - laneCount % width;
        var panelLength = (nint)k * width;
        for (var p = 0; p < k; p++, source += stride)
        {
            var target = panels + p * width;
            var lane = 0;
            if (width == 6)
            {
                for (; lane < fullLanes; lane += 6, target += panelLength)
                {
                    Vector128.Load(source + lane).Store(target);
                    Vector128.Load(source + lane + 2).Store(target + 2);
                }
            }
            else
            {
                for (; lane < fullLanes; lane += width, target += panelLength)
                {
                    for (var i = 0; i < width; i += 4)
                        Vector128.Load(source + lane + i).Store(target + i);
                }
            }
            if (lane < laneCount)
            {
                for (var i = 0; i < width; i++)
                    target[i] = lane + i < laneCount ? source[lane + i] : 0;
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void PackFullPanel(float* source, nint stride, int width, int k, float* panel)
    {
        var wholeFours = k & ~3;
        for (var lineStart = 0; lineStart < wholeFours; lineStart += Line)
        {
            var lineEnd = Math.Min(lineStart + Line, wholeFours);
            for (var group = 0; group < width; group += 4)
            {
                // A width of 6 is two groups that overlap in two lanes.
                var lane = Math.Min(group, width - 4);
                var row = source + lane * stride;
                for (var p = lineStart; p < lineEnd; p += 4)
                {
                    var from = row + p;
                    var to = panel + p * width + lane;
                    var a = Vector128.Load(from);
                    var b = Vector128.Load(from + stride);
                    var c = Vector128.Load(from + 2 * stride);
                    var d = Vector128.Load(from + 3 * stride);
                    Transpose4.Apply(ref a, ref b, ref c, ref d);
                    a.Store(to);
                    b.Store(to + width);
                    c.Store(to + 2 * width);
                    d.Store(to + 3 * width);
                }
            }
        }
        for (var p = wholeFours; p < k; p++)
        {
            for (var lane = 0; lane < width; lane++)
                panel[p * width + lane] = source[lane * stride + p];
        }
    }

    private static void PackEdgePanel(float* source, nint stride, int laneCount, int width, int k, float* panel)
    {
        new Span<float>(panel, checked(k * width)).Clear();
        for (var lane = 0; lane < laneCount; lane++)
        {
            var row = source + lane * stride;
            for (var p = 0; p < k; p++)
                panel[p * width + lane] = row[p];
        }
    }
}
