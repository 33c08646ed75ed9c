namespace Inkstone.Tensors;

/// <summary>
/// The specification: plain loops in double precision over tensors of single or double precision. Any model, optimiser step or
/// engine run can be executed on it, and the fast backends are tested against it.
/// </summary>
/// <param name="type">The floating type of its tensors: <see cref="ElementType.Float32"/> or <see cref="ElementType.Float64"/>.</param>
public sealed partial class ReferenceBackend(ElementType type) : HostBackend
{
    /// <summary>The shared backend of double precision.</summary>
    public static ReferenceBackend Double { get; } = new(ElementType.Float64);

    /// <summary>The shared backend of single precision.</summary>
    public static ReferenceBackend Single { get; } = new(ElementType.Float32);

    /// <inheritdoc/>
    public override string Name => $"reference {Float}";

    /// <inheritdoc/>
    public override ElementType Float { get; } = type is ElementType.Float32 or ElementType.Float64
        ? type
        : throw new ArgumentOutOfRangeException(nameof(type), type, "the reference backend computes in Float32 or Float64");

    /// <summary>The shape whose places are the beginnings of a tensor's rows along an axis.</summary>
    private static Shape RowsOf(in Shape shape, int axis = -1) => shape.With(axis, 1);

    /// <summary>A tensor of one number a row, with an axis of extent one behind, so that it can be walked together with the rows.</summary>
    private static Tensor AsColumn(in Tensor perRow)
    {
        if (perRow.IsMissing)
            return perRow;
        Span<int> extents = stackalloc int[perRow.Rank + 1];
        perRow.Shape.CopyTo(extents);
        extents[^1] = 1;
        return perRow.View(perRow.Offset, Shape.Create(extents), perRow.Strides);
    }

    /// <summary>The part of a tensor at one place of its first axis.</summary>
    private static Tensor At(in Tensor x, long index)
    {
        var strides = new Strides();
        for (var axis = 1; axis < x.Rank; axis++)
            strides[axis - 1] = x.Strides[axis];
        return x.View(x.Offset + index * x.Strides[0], x.Shape.Without(0), strides);
    }
}
