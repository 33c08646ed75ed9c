using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace Inkstone.Tensors;

/// <summary>
/// Asks for sixteen rows of a matrix ahead of their use, eight cache lines at a time. Rows that follow one another in memory are asked for in the
/// order of addresses, so that the processor's own prediction follows; parts of longer rows, which it follows anyway, line by line down the rows.
/// Where the processor has no such instruction, nothing happens.
/// </summary>
internal unsafe struct LineFetch
{
    private const int LineBytes = 64;
    private const int Lines = 8;
    private readonly nint _lineStride;
    private readonly nint _wrap;
    private readonly int _groups;
    private byte* _next;
    private int _left;

    /// <param name="first">Where the part begins.</param>
    /// <param name="stride">Bytes from one row to the next.</param>
    /// <param name="rowBytes">Bytes of each row's part.</param>
    public LineFetch(byte* first, nint stride, int rowBytes)
    {
        _next = first;
        if (stride == rowBytes)
        {
            _lineStride = LineBytes;
            _groups = (rowBytes - 1) / (Lines * LineBytes) + 1;
            _wrap = stride - _groups * Lines * LineBytes;
        }
        else
        {
            _lineStride = stride;
            _groups = 2;
            _wrap = LineBytes - _groups * Lines * stride;
        }
        _left = _groups;
    }

    /// <summary>Asks for the next lines.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Next()
    {
        if (!Sse.IsSupported)
            return;
        var line = _next;
        Sse.Prefetch1(line);
        Sse.Prefetch1(line + _lineStride);
        Sse.Prefetch1(line + 2 * _lineStride);
        Sse.Prefetch1(line + 3 * _lineStride);
        line += 4 * _lineStride;
        Sse.Prefetch1(line);
        Sse.Prefetch1(line + _lineStride);
        Sse.Prefetch1(line + 2 * _lineStride);
        Sse.Prefetch1(line + 3 * _lineStride);
        _next = line + 4 * _lineStride;
        if (--_left > 0)
            return;
        _left = _groups;
        _next += _wrap;
    }
}
