namespace Inkstone.Tensors;

public readonly partial struct Tensor
{
    /// <summary>
    /// Rows of this table by number: ids of any shape (Int32) → [ids.., row..]. The gradient is added to the rows taken.
    /// </summary>
    /// <exception cref="Foundation.Errors.InkstoneRequestException">An id has no row.</exception>
    public Tensor Rows(in Tensor ids) => RowsOperation.Apply(this, ids);

    /// <summary>y[.., j, ..] = x[.., index[.., j, ..], ..] along an axis; index (Int32) and y have one shape, equal to x's but at the axis.</summary>
    public Tensor Gather(int axis, in Tensor index) => GatherOperation.Apply(this, _shape.ResolveAxis(axis), index);

    /// <summary>A copy of x with y[.., index[.., j, ..], ..] += source[.., j, ..] along an axis, in ascending order.</summary>
    public Tensor ScatterAdd(int axis, in Tensor index, in Tensor source) => ScatterOperation.Apply(this, _shape.ResolveAxis(axis), index, source);
}

/// <summary>y = table[ids]; dtable[ids] += dy.</summary>
internal sealed class RowsOperation : Operation
{
    private Tensor _table;
    private Tensor _ids;

    public static Tensor Apply(in Tensor table, in Tensor ids)
    {
        ShapeError.RequireSameBackend("rows", table, ids);
        ShapeError.RequireType("rows", ids, ElementType.Int32, "ids");
        if (table.Rank < 1)
            throw ShapeError.Of("rows", "a table of one axis or more", table.Shape.ToString());
        Span<int> extents = stackalloc int[ids.Rank + table.Rank - 1];
        ids.Shape.CopyTo(extents);
        for (var i = 1; i < table.Rank; i++)
            extents[ids.Rank + i - 1] = table.Shape[i];
        var flat = ids.Reshape(checked((int)ids.Count));
        var y = Tensor.Empty(table.Shape.With(0, (int)flat.Count), table.Type, table.Backend);
        table.Backend.GatherRows(table, flat, y);
        y = y.Reshape(Shape.Create(extents));
        if (!Tape.Tracks(table))
            return y;
        var operation = Tape.Add<RowsOperation>(table);
        operation._table = table.AtNode(0);
        operation._ids = flat;
        return operation.Output(y);
    }

    public override void Backward()
    {
        var dy = OutputGradient().Reshape(_table.Shape.With(0, (int)_ids.Count));
        if (TryDestination(0, out var destination, out var accumulate))
        {
            if (!accumulate)
                destination.Backend.Fill(destination, 0);
            destination.Backend.ScatterAddRows(dy, _ids, destination);
            return;
        }
        var gradient = _table.ZerosLike();
        gradient.Backend.ScatterAddRows(dy, _ids, gradient);
        Send(0, gradient);
    }

    protected override void Forget() => _table = _ids = default;
}

/// <summary>Taking along an axis; the gradient is scattered back.</summary>
internal sealed class GatherOperation : Operation
{
    private Tensor _x;
    private Tensor _index;
    private int _axis;

    public static Tensor Apply(in Tensor x, int axis, in Tensor index)
    {
        ShapeError.RequireSameBackend("gather", x, index);
        ShapeError.RequireType("gather", index, ElementType.Int32, "an index");
        if (index.Rank != x.Rank || index.Shape != x.Shape.With(axis, index.Shape[axis]))
            throw ShapeError.Of("gather", x.Shape, index.Shape, $"equal extents but at axis {axis}");
        var y = Tensor.Empty(index.Shape, x.Type, x.Backend);
        x.Backend.GatherAlong(x, axis, index, y);
        if (!Tape.Tracks(x))
            return y;
        var operation = Tape.Add<GatherOperation>(x);
        (operation._x, operation._index, operation._axis) = (x.AtNode(0), index, axis);
        return operation.Output(y);
    }

    public override void Backward()
    {
        var dx = _x.ZerosLike();
        dx.Backend.ScatterAddAlong(OutputGradient(), _axis, _index, dx);
        Send(0, dx);
    }

    protected override void Forget() => _x = _index = default;
}

/// <summary>Adding along an axis at an index; the source's gradient is gathered.</summary>
internal sealed class ScatterOperation : Operation
{
    private Tensor _index;
    private int _axis;

    public static Tensor Apply(in Tensor x, int axis, in Tensor index, in Tensor source)
    {
        ShapeError.RequireSameBackend("scatter-add", x, source);
        ShapeError.RequireType("scatter-add", index, ElementType.Int32, "an index");
        ShapeError.RequireShape("scatter-add", source, index.Shape, "a source");
        if (index.Rank != x.Rank || index.Shape != x.Shape.With(axis, index.Shape[axis]))
            throw ShapeError.Of("scatter-add", x.Shape, index.Shape, $"equal extents but at axis {axis}");
        var y = x.EmptyLike();
        x.Backend.Copy(x, y);
        x.Backend.ScatterAddAlong(source, axis, index, y);
        if (!Tape.Tracks(x, source))
            return y;
        var operation = Tape.Add<ScatterOperation>(x, source);
        (operation._index, operation._axis) = (index, axis);
        return operation.Output(y);
    }

    public override void Backward()
    {
        var dy = OutputGradient();
        Send(0, dy);
        if (!Wants(1))
            return;
        var dsource = Tensor.Empty(_index.Shape, dy.Type, dy.Backend);
        dy.Backend.GatherAlong(dy, _axis, _index, dsource);
        Send(1, dsource);
    }

    protected override void Forget() => _index = default;
}
