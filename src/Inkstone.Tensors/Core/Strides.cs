using System.Runtime.CompilerServices;

namespace Inkstone.Tensors;

/// <summary>Distances between neighbours along each axis, in elements; zero where an axis is broadcast.</summary>
[InlineArray(Shape.MaxRank)]
internal struct Strides
{
    private long _first;

    /// <summary>The strides of a row-major tensor.</summary>
    public static Strides Contiguous(in Shape shape)
    {
        var result = new Strides();
        var stride = 1L;
        for (var axis = shape.Rank - 1; axis >= 0; axis--)
        {
            result[axis] = stride;
            stride *= shape[axis];
        }
        return result;
    }
}
