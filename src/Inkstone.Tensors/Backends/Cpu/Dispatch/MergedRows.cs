using System.Runtime.CompilerServices;

namespace Inkstone.Tensors;

/// <summary>
/// Up to four tensors of one shape as rows of columns. Axes of extent one are dropped and neighbours joined wherever one follows the other
/// without a gap in all tensors, so contiguous tensors are a single row.
/// </summary>
internal unsafe struct MergedRows
{
    /// <summary>How far apart neighbours along one axis are in each tensor.</summary>
    private struct Axis
    {
        public nint Extent, A, B, C, D;
    }

    [InlineArray(Shape.MaxRank)]
    private struct Axes
    {
        private Axis _first;
    }

    private readonly float* _a, _b, _c, _d;
    private Axes _axes; // innermost first
    private int _count;

    public MergedRows(in Shape shape, in Tensor a, in Tensor b = default, in Tensor c = default, in Tensor d = default)
    {
        _a = First(a);
        _b = First(b);
        _c = First(c);
        _d = First(d);
        for (var axis = shape.Rank - 1; axis >= 0; axis--)
            if (shape[axis] != 1)
                Append(new Axis { Extent = shape[axis], A = Step(a, axis), B = Step(b, axis), C = Step(c, axis), D = Step(d, axis) });
        if (_count == 0)
            Append(new Axis { Extent = 1, A = 1, B = 1, C = 1, D = 1 });
        Rows = 1;
        for (var i = 1; i < _count; i++)
            Rows *= _axes[i].Extent;
    }

    /// <summary>Elements in a row.</summary>
    public readonly nint Columns => _axes[0].Extent;

    /// <summary>How many rows there are.</summary>
    public nint Rows { get; }

    /// <summary>
    /// The rows from one on that lie evenly spaced, at most as many as wanted, as a block of the columns [column, column + columns).
    /// </summary>
    public readonly Block At(nint row, nint wantedRows, nint column, nint columns)
    {
        ref readonly var inner = ref _axes[0];
        var block = new Block
        {
            A = _a + column * inner.A,
            B = _b + column * inner.B,
            C = _c + column * inner.C,
            D = _d + column * inner.D,
            AStep = (int)inner.A,
            BStep = (int)inner.B,
            CStep = (int)inner.C,
            DStep = (int)inner.D,
            Rows = 1,
            Columns = columns,
        };
        for (var i = 1; i < _count; i++)
        {
            ref readonly var axis = ref _axes[i];
            var (quotient, place) = Math.DivRem(row, axis.Extent);
            block.A += place * axis.A;
            block.B += place * axis.B;
            block.C += place * axis.C;
            block.D += place * axis.D;
            row = quotient;
            if (i == 1)
            {
                block.Rows = nint.Min(wantedRows, axis.Extent - place);
                (block.AStride, block.BStride, block.CStride, block.DStride) = (axis.A, axis.B, axis.C, axis.D);
            }
        }
        return block;
    }

    private void Append(in Axis axis)
    {
        if (_count > 0)
        {
            ref var last = ref _axes[_count - 1];
            if (axis.A == last.A * last.Extent && axis.B == last.B * last.Extent && axis.C == last.C * last.Extent && axis.D == last.D * last.Extent)
            {
                last.Extent *= axis.Extent;
                return;
            }
        }
        _axes[_count++] = axis;
    }

    private static float* First(in Tensor tensor) => tensor.IsMissing ? null : (float*)HostMemory.Address(tensor);

    private static nint Step(in Tensor tensor, int axis) => tensor.IsMissing ? 0 : (nint)tensor.Strides[axis];
}
