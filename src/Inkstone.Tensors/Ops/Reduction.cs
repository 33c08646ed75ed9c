namespace Inkstone.Tensors;

public readonly partial struct Tensor
{
    /// <summary>Σ x over these axes (all when none are named); kept as extents of one on request.</summary>
    public Tensor Sum(ReadOnlySpan<int> axes = default, bool keep = false) => Reduction.Apply(this, ReduceFunction.Sum, axes, keep);

    /// <summary>The mean over these axes (all when none are named).</summary>
    public Tensor Mean(ReadOnlySpan<int> axes = default, bool keep = false) => Reduction.Apply(this, ReduceFunction.Mean, axes, keep);

    /// <summary>The largest over these axes; the gradient goes to the places that hold it, shared evenly among ties.</summary>
    public Tensor Max(ReadOnlySpan<int> axes = default, bool keep = false) => Reduction.Apply(this, ReduceFunction.Max, axes, keep);

    /// <summary>The smallest over these axes; the gradient goes to the places that hold it, shared evenly among ties.</summary>
    public Tensor Min(ReadOnlySpan<int> axes = default, bool keep = false) => Reduction.Apply(this, ReduceFunction.Min, axes, keep);

    /// <summary>Σ x² over these axes (all when none are named).</summary>
    public Tensor SumOfSquares(ReadOnlySpan<int> axes = default, bool keep = false) => Reduction.Apply(this, ReduceFunction.SumOfSquares, axes, keep);

    /// <summary>The first place of the largest element along an axis, which goes away; no gradient.</summary>
    public Tensor ArgMax(int axis = -1) => Reduction.ArgReduce(this, axis, largest: true);

    /// <summary>The first place of the smallest element along an axis, which goes away; no gradient.</summary>
    public Tensor ArgMin(int axis = -1) => Reduction.ArgReduce(this, axis, largest: false);
}

/// <summary>Folding axes: y = f over them.</summary>
internal sealed class Reduction : Operation
{
    private ReduceFunction _f;
    private Tensor _x;
    private Tensor _y;

    public static Tensor Apply(in Tensor x, ReduceFunction f, ReadOnlySpan<int> axes, bool keep)
    {
        var folded = 0;
        foreach (var axis in axes)
            folded |= 1 << x.Shape.ResolveAxis(axis);
        if (axes.IsEmpty)
            folded = (1 << x.Rank) - 1;
        Span<int> kept = stackalloc int[x.Rank];
        Span<int> remaining = stackalloc int[x.Rank];
        int rest = 0, count = 1;
        for (var i = 0; i < x.Rank; i++)
        {
            var isFolded = (folded >> i & 1) != 0;
            kept[i] = isFolded ? 1 : x.Shape[i];
            if (isFolded)
                count *= x.Shape[i];
            else
                remaining[rest++] = x.Shape[i];
        }
        if (count == 0 && f is ReduceFunction.Max or ReduceFunction.Min)
            throw ShapeError.Of("max or min", "at least one element to choose from", x.Shape.ToString());
        var y = Tensor.Empty(Shape.Create(kept), x.Type, x.Backend);
        x.Backend.Reduce(f, x, y);
        if (Tape.Tracks(x))
        {
            var operation = Tape.Add<Reduction>(x);
            operation._f = f;
            operation._x = x.AtNode(0);
            operation._y = y;
            y = operation.Output(y);
        }
        return keep ? y : y.Reshape(Shape.Create(remaining[..rest]));
    }

    public static Tensor ArgReduce(in Tensor x, int axis, bool largest)
    {
        axis = x.Shape.ResolveAxis(axis);
        if (x.Shape[axis] == 0)
            throw ShapeError.Of("argmax", "at least one element to choose from", x.Shape.ToString());
        var index = Tensor.Empty(x.Shape.With(axis, 1), ElementType.Int32, x.Backend);
        x.Backend.ArgReduce(x, axis, largest, index);
        return index.Squeeze(axis);
    }

    /// <summary>Sums a gradient over what broadcasting stretched, giving the shape it had before.</summary>
    public static Tensor SumTo(in Tensor gradient, in Shape shape)
    {
        if (gradient.Shape == shape)
            return gradient;
        var added = gradient.Rank - shape.Rank;
        Span<int> extents = stackalloc int[gradient.Rank];
        for (var i = 0; i < gradient.Rank; i++)
            extents[i] = i < added ? 1 : shape[i - added];
        var sum = Tensor.Empty(Shape.Create(extents), gradient.Type, gradient.Backend);
        gradient.Backend.Reduce(ReduceFunction.Sum, gradient, sum);
        return sum.Reshape(shape);
    }

    public override void Backward()
    {
        var dy = OutputGradient();
        var dx = _x.EmptyLike();
        var backend = dx.Backend;
        var wide = dy.BroadcastView(_x.Shape, "reduction gradient");
        switch (_f)
        {
            case ReduceFunction.Sum:
                backend.Copy(wide, dx);
                break;
            case ReduceFunction.Mean:
                backend.Affine(wide, (double)_y.Count / _x.Count, 0, dx);
                break;
            case ReduceFunction.SumOfSquares:
                backend.Binary(BinaryFunction.Multiply, _x, wide, dx);
                backend.Affine(dx, 2, 0, dx);
                break;
            default:
                var hits = Tensor.Empty(_x.Shape, ElementType.Int32, backend);
                backend.Binary(BinaryFunction.Equal, _x, _y.BroadcastView(_x.Shape, "reduction gradient"), hits);
                var ones = _x.EmptyLike();
                backend.Copy(hits, ones);
                var ties = _y.EmptyLike();
                backend.Reduce(ReduceFunction.Sum, ones, ties);
                backend.Binary(BinaryFunction.Divide, ones, ties.BroadcastView(_x.Shape, "reduction gradient"), ones);
                backend.Binary(BinaryFunction.Multiply, ones, wide, dx);
                break;
        }
        Send(0, dx);
    }

    protected override void Forget() => _x = _y = default;
}
