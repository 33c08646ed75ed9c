namespace Inkstone.Tensors;

public readonly partial struct Tensor
{
    /// <summary>
    /// The same elements in another shape of the same count; one extent may be −1 and is found. A view when the strides allow, else a copy.
    /// The gradient is the result's, shaped back.
    /// </summary>
    public Tensor Reshape(params ReadOnlySpan<int> extents)
    {
        Span<int> resolved = stackalloc int[extents.Length];
        extents.CopyTo(resolved);
        var open = extents.IndexOf(-1);
        if (open >= 0)
        {
            var known = 1L;
            for (var i = 0; i < extents.Length; i++)
                if (i != open)
                    known = checked(known * extents[i]);
            if (known == 0 || Count % known != 0)
                throw ShapeError.Of("reshape", $"extents whose product divides {Count}", $"[{string.Join(", ", extents.ToArray())}]");
            resolved[open] = checked((int)(Count / known));
        }
        return Reshape(Shape.Create(resolved));
    }

    /// <inheritdoc cref="Reshape(ReadOnlySpan{int})"/>
    public Tensor Reshape(in Shape shape)
    {
        if (shape == _shape)
            return this;
        if (shape.Count != Count)
            throw ShapeError.Of("reshape", $"a shape of {Count} elements", shape.ToString());
        var source = TryReshapeStrides(shape, out var strides) ? this : Contiguous();
        if (!source.TryReshapeStrides(shape, out strides))
            throw ShapeError.Of("reshape", "a contiguous tensor", _shape.ToString());
        return ViewOperation.Record(source, source.View(source.Offset, shape, strides), ViewKind.Reshape);
    }

    /// <summary>The axes in another order. The gradient is put back in the old order.</summary>
    public Tensor Permute(params ReadOnlySpan<int> axes)
    {
        if (axes.Length != Rank)
            throw ShapeError.Of("permute", $"{Rank} axes for {_shape}", $"{axes.Length}");
        Span<int> extents = stackalloc int[Rank];
        var strides = new Strides();
        var seen = 0;
        for (var i = 0; i < axes.Length; i++)
        {
            var axis = _shape.ResolveAxis(axes[i]);
            seen |= 1 << axis;
            extents[i] = _shape[axis];
            strides[i] = _strides[axis];
        }
        if (seen != (1 << Rank) - 1)
            throw ShapeError.Of("permute", "every axis once", $"[{string.Join(", ", axes.ToArray())}]");
        return ViewOperation.Record(this, View(Offset, Shape.Create(extents), strides), ViewKind.Permute, axes);
    }

    /// <summary>Two axes exchanged.</summary>
    public Tensor Transpose(int first = -2, int second = -1)
    {
        Span<int> axes = stackalloc int[Rank];
        for (var i = 0; i < Rank; i++)
            axes[i] = i;
        (first, second) = (_shape.ResolveAxis(first), _shape.ResolveAxis(second));
        (axes[first], axes[second]) = (axes[second], axes[first]);
        return Permute(axes);
    }

    /// <summary>The part [start, start + length) of an axis. The gradient is zero outside it.</summary>
    public Tensor Slice(int axis, int start, int length)
    {
        axis = _shape.ResolveAxis(axis);
        if (start < 0 || length < 0 || (long)start + length > _shape[axis])
            throw ShapeError.Of("slice", $"a part of axis {axis} of {_shape}", $"[{start}, {(long)start + length})");
        if (length == _shape[axis])
            return this;
        var view = View(Offset + start * _strides[axis], _shape.With(axis, length), _strides);
        return ViewOperation.Record(this, view, ViewKind.Slice, [axis, start]);
    }

    /// <summary>One place of an axis, which goes away.</summary>
    public Tensor Select(int axis, int index) => Slice(axis, index, 1).Squeeze(axis);

    /// <summary>Stretches extents of one, and adds axes in front, to reach a shape. The gradient is summed over what was stretched.</summary>
    public Tensor Expand(in Shape shape)
    {
        if (shape == _shape)
            return this;
        var view = BroadcastView(shape, "expand");
        return ViewOperation.Record(this, view, ViewKind.Expand);
    }

    /// <summary>Without an axis of extent one.</summary>
    public Tensor Squeeze(int axis)
    {
        if (_shape[axis] != 1)
            throw ShapeError.Of("squeeze", $"extent one at axis {axis}", _shape.ToString());
        return Reshape(_shape.Without(axis));
    }

    /// <summary>With a new axis of extent one at this place.</summary>
    public Tensor Unsqueeze(int axis)
    {
        var place = axis < 0 ? axis + Rank + 1 : axis;
        Span<int> extents = stackalloc int[Rank + 1];
        for (var i = 0; i < place; i++)
            extents[i] = _shape[i];
        extents[place] = 1;
        for (var i = place; i < Rank; i++)
            extents[i + 1] = _shape[i];
        return Reshape(Shape.Create(extents));
    }

    /// <summary>This tensor if its elements lie in row-major order, else a copy whose elements do.</summary>
    public Tensor Contiguous()
    {
        if (IsContiguous)
            return this;
        var copy = EmptyLike();
        Backend.Copy(this, copy);
        return ViewOperation.Record(this, copy, ViewKind.Reshape);
    }

    /// <summary>The same values with no past: nothing is recorded for what is done to the result.</summary>
    public Tensor Detach() => AtNode(0);

    /// <summary>A view broadcast to a shape, recorded nowhere.</summary>
    internal Tensor BroadcastView(in Shape shape, string operation)
    {
        var added = shape.Rank - Rank;
        if (added < 0)
            throw ShapeError.Of(operation, $"a shape {_shape} broadcasts to", shape.ToString());
        var strides = new Strides();
        for (var i = 0; i < Rank; i++)
        {
            if (_shape[i] == shape[added + i])
                strides[added + i] = _strides[i];
            else if (_shape[i] != 1)
                throw ShapeError.Of(operation, $"a shape {_shape} broadcasts to", shape.ToString());
        }
        return View(Offset, shape, strides);
    }

    /// <summary>The strides under which this memory has another shape, when there are such.</summary>
    private bool TryReshapeStrides(in Shape shape, out Strides strides)
    {
        strides = Strides.Contiguous(shape);
        if (IsContiguous)
            return true;
        // walk both shapes from the last axis; a run of old axes that is itself contiguous may be cut anew
        int old = Rank - 1, fresh = shape.Rank - 1;
        while (old >= 0 && fresh >= 0)
        {
            long oldCount = _shape[old], freshCount = shape[fresh];
            var oldEnd = old;
            var freshEnd = fresh;
            while (oldCount != freshCount)
            {
                if (oldCount < freshCount && old > 0)
                    oldCount *= _shape[--old];
                else if (oldCount > freshCount && fresh > 0)
                    freshCount *= shape[--fresh];
                else
                    return false;
            }
            for (var i = old; i < oldEnd; i++)
                if (_strides[i] != _strides[i + 1] * _shape[i + 1])
                    return false;
            var stride = _strides[oldEnd];
            for (var i = freshEnd; i >= fresh; i--)
            {
                strides[i] = stride;
                stride *= shape[i];
            }
            old--;
            fresh--;
        }
        for (; old >= 0; old--)
            if (_shape[old] != 1)
                return false;
        for (; fresh >= 0; fresh--)
            if (shape[fresh] != 1)
                return false;
        return true;
    }
}

internal enum ViewKind
{
    Reshape,
    Permute,
    Slice,
    Expand,
}

/// <summary>The recorded half of every view.</summary>
internal sealed class ViewOperation : Operation
{
    private readonly int[] _arguments = new int[Shape.MaxRank];
    private ViewKind _kind;
    private Tensor _source;

    public static Tensor Record(in Tensor source, in Tensor result, ViewKind kind, ReadOnlySpan<int> arguments = default)
    {
        if (!Tape.Tracks(source))
            return result;
        var operation = Tape.Add<ViewOperation>(source);
        operation._kind = kind;
        operation._source = source.AtNode(0);
        arguments.CopyTo(operation._arguments);
        return operation.Output(result);
    }

    public override void Backward()
    {
        var dy = OutputGradient();
        switch (_kind)
        {
            case ViewKind.Reshape:
                Send(0, dy.Reshape(_source.Shape));
                break;
            case ViewKind.Permute:
                Span<int> inverse = stackalloc int[_source.Rank];
                for (var i = 0; i < inverse.Length; i++)
                    inverse[_source.Shape.ResolveAxis(_arguments[i])] = i;
                Send(0, dy.Permute(inverse));
                break;
            case ViewKind.Slice:
                var dx = _source.ZerosLike();
                dx.Backend.Copy(dy, dx.Slice(_arguments[0], _arguments[1], dy.Shape[_arguments[0]]));
                Send(0, dx);
                break;
            default:
                Send(0, Reduction.SumTo(dy, _source.Shape));
                break;
        }
    }

    protected override void Forget() => _source = default;
}
