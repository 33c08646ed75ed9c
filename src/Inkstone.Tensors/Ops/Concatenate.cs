namespace Inkstone.Tensors;

public readonly partial struct Tensor
{
    /// <summary>Tensors one after another along an axis; all other extents are equal. Each gets its part of the gradient.</summary>
    public static Tensor Concatenate(int axis, params ReadOnlySpan<Tensor> parts) => ConcatenateOperation.Apply(axis, parts);
}

/// <summary>y = parts along an axis.</summary>
internal sealed class ConcatenateOperation : Operation
{
    private readonly List<int> _lengths = [];
    private int _axis;

    public static Tensor Apply(int axis, ReadOnlySpan<Tensor> parts)
    {
        if (parts.IsEmpty)
            throw ShapeError.Of("concatenate", "at least one tensor", "none");
        var first = parts[0];
        axis = first.Shape.ResolveAxis(axis);
        var total = 0;
        foreach (ref readonly var part in parts)
        {
            ShapeError.RequireSameBackend("concatenate", first, part);
            ShapeError.RequireType("concatenate", part, first.Type, "every part");
            if (part.Rank != first.Rank || part.Shape != first.Shape.With(axis, part.Shape[axis]))
                throw ShapeError.Of("concatenate", first.Shape, part.Shape, $"equal extents but at axis {axis}");
            total = checked(total + part.Shape[axis]);
        }
        var y = Tensor.Empty(first.Shape.With(axis, total), first.Type, first.Backend);
        var tracked = false;
        var start = 0;
        foreach (ref readonly var part in parts)
        {
            if (part.Count > 0)
                first.Backend.Copy(part, y.Slice(axis, start, part.Shape[axis]));
            start += part.Shape[axis];
            tracked |= Tape.Tracks(part);
        }
        if (!tracked)
            return y;
        var operation = Tape.Add<ConcatenateOperation>(parts);
        operation._axis = axis;
        foreach (ref readonly var part in parts)
            operation._lengths.Add(part.Shape[axis]);
        return operation.Output(y);
    }

    public override void Backward()
    {
        var dy = OutputGradient();
        var start = 0;
        for (var i = 0; i < _lengths.Count; i++)
        {
            if (Wants(i))
                Send(i, dy.Slice(_axis, start, _lengths[i]));
            start += _lengths[i];
        }
    }

    protected override void Forget() => _lengths.Clear();
}
