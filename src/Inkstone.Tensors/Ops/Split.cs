namespace Inkstone.Tensors;

public readonly partial struct Tensor
{
    /// <summary>
    /// Cuts an axis into consecutive parts, as many as there are lengths: views of this tensor. Their gradients are written side by side into one tensor,
    /// which slices one by one would not.
    /// </summary>
    /// <param name="axis">The axis to cut.</param>
    /// <param name="lengths">The parts' extents; they sum to the axis's.</param>
    /// <param name="parts">Receives the parts.</param>
    public void Split(int axis, ReadOnlySpan<int> lengths, Span<Tensor> parts) => SplitOperation.Apply(this, _shape.ResolveAxis(axis), lengths, parts);
}

/// <summary>parts of x along an axis; dx = the parts' gradients one after another.</summary>
internal sealed class SplitOperation : Operation
{
    private readonly List<int> _lengths = [];
    private Tensor _x;
    private int _axis;

    public static void Apply(in Tensor x, int axis, ReadOnlySpan<int> lengths, Span<Tensor> parts)
    {
        var total = 0;
        foreach (var length in lengths)
            total = checked(total + length);
        if (total != x.Shape[axis] || parts.Length != lengths.Length)
            throw ShapeError.Of("split", $"lengths that sum to axis {axis} of {x.Shape}, and a place for each part", $"[{string.Join(", ", lengths.ToArray())}]");
        var source = x.AtNode(0);
        var start = 0;
        for (var i = 0; i < lengths.Length; i++)
        {
            parts[i] = source.Slice(axis, start, lengths[i]);
            start += lengths[i];
        }
        if (!Tape.Tracks(x))
            return;
        var operation = Tape.Add<SplitOperation>(x);
        (operation._x, operation._axis) = (source, axis);
        for (var i = 0; i < lengths.Length; i++)
        {
            operation._lengths.Add(lengths[i]);
            parts[i] = operation.Output(parts[i]);
        }
    }

    public override void Backward()
    {
        var dx = Tensor.Empty(_x.Shape, _x.Type, _x.Backend);
        var start = 0;
        for (var i = 0; i < _lengths.Count; i++)
        {
            var part = dx.Slice(_axis, start, _lengths[i]);
            var gradient = OutputGradient(i);
            if (gradient.IsMissing)
                dx.Backend.Fill(part, 0);
            else
                dx.Backend.Copy(gradient, part);
            start += _lengths[i];
        }
        Send(0, dx);
    }

    protected override void Forget()
    {
        _lengths.Clear();
        _x = default;
    }
}
