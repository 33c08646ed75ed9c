namespace Inkstone.Tensors;

/// <summary>
/// Visits every place of a shape in row-major order and says where up to four tensors have their elements there. Tensors are
/// aligned at the last axis; an extent of one is stretched. To visit only the beginnings along an axis, give the shape an
/// extent of one there.
/// <code>
/// var walk = new Walk(y.Shape, x, y);
/// while (walk.Next())
///     ys[walk.B] = f(xs[walk.A]);
/// </code>
/// </summary>
internal struct Walk
{
    private readonly Shape _shape;
    private Strides _place;
    private Strides _a;
    private Strides _b;
    private Strides _c;
    private Strides _d;

    public Walk(in Shape shape, in Tensor a = default, in Tensor b = default, in Tensor c = default, in Tensor d = default)
    {
        _shape = shape;
        _a = Steps(shape, a);
        _b = Steps(shape, b);
        _c = Steps(shape, c);
        _d = Steps(shape, d);
        Index = -1;
    }

    /// <summary>The place's row-major number.</summary>
    public long Index { get; private set; }

    /// <summary>Elements from the first tensor's beginning to its element at this place.</summary>
    public long A { get; private set; }

    /// <inheritdoc cref="A"/>
    public long B { get; private set; }

    /// <inheritdoc cref="A"/>
    public long C { get; private set; }

    /// <inheritdoc cref="A"/>
    public long D { get; private set; }

    /// <summary>Goes to the next place; false when there is none.</summary>
    public bool Next()
    {
        if (++Index == 0)
            return _shape.Count > 0;
        for (var axis = _shape.Rank - 1; axis >= 0; axis--)
        {
            var back = ++_place[axis] < _shape[axis] ? 0 : _shape[axis];
            A += _a[axis] * (1 - back);
            B += _b[axis] * (1 - back);
            C += _c[axis] * (1 - back);
            D += _d[axis] * (1 - back);
            if (back == 0)
                return true;
            _place[axis] = 0;
        }
        return false;
    }

    /// <summary>Where a tensor has the elements of a shape, in row-major order.</summary>
    public static long[] Places(in Shape shape, in Tensor tensor)
    {
        var places = new long[shape.Count];
        var walk = new Walk(shape, tensor);
        while (walk.Next())
            places[walk.Index] = walk.A;
        return places;
    }

    private static Strides Steps(in Shape shape, in Tensor tensor)
    {
        var steps = new Strides();
        if (tensor.IsMissing)
            return steps;
        var added = shape.Rank - tensor.Rank;
        for (var axis = Math.Max(0, -added); axis < tensor.Rank; axis++)
            if (tensor.Shape[axis] != 1)
                steps[added + axis] = tensor.Strides[axis];
        return steps;
    }
}
