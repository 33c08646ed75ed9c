namespace Inkstone.Tensors;

/// <content>Taking and adding at places given by numbers.</content>
public sealed partial class ReferenceBackend
{
    internal override void GatherRows(in Tensor table, in Tensor ids, in Tensor y)
    {
        var numbers = new Cells(ids);
        for (var i = 0; i < ids.Shape[0]; i++)
        {
            var id = numbers.Integer(i * ids.Strides[0]);
            if ((uint)id >= (uint)table.Shape[0])
                throw NoSuchIndex("rows", "an id", id, table.Shape[0]);
            Copy(At(table, id), At(y, i));
        }
    }

    internal override void ScatterAddRows(in Tensor source, in Tensor ids, in Tensor table)
    {
        var numbers = new Cells(ids);
        for (var i = 0; i < ids.Shape[0]; i++)
            AddScaled(At(source, i), 1, At(table, numbers.Integer(i * ids.Strides[0])));
    }

    internal override void GatherAlong(in Tensor x, int axis, in Tensor index, in Tensor y)
    {
        var (xs, numbers, ys) = (new Cells(x), new Cells(index), new Cells(y));
        var walk = new Walk(index.Shape, Beginnings(x, axis), index, y);
        while (walk.Next())
            ys[walk.C] = xs[walk.A + Checked("gather", numbers.Integer(walk.B), x, axis) * x.Strides[axis]];
    }

    internal override void ScatterAddAlong(in Tensor source, int axis, in Tensor index, in Tensor y)
    {
        var (sources, numbers, ys) = (new Cells(source), new Cells(index), new Cells(y));
        var walk = new Walk(index.Shape, source, index, Beginnings(y, axis));
        while (walk.Next())
            ys[walk.C + Checked("scatter-add", numbers.Integer(walk.B), y, axis) * y.Strides[axis]] += sources[walk.A];
    }

    /// <summary>The tensor cut to its first place of an axis, so that a walk stands still along it.</summary>
    private static Tensor Beginnings(in Tensor x, int axis) => x.View(x.Offset, x.Shape.With(axis, 1), x.Strides);

    private static long Checked(string operation, int index, in Tensor x, int axis) =>
        (uint)index < (uint)x.Shape[axis] ? index : throw NoSuchIndex(operation, "an index", index, x.Shape[axis]);
}
