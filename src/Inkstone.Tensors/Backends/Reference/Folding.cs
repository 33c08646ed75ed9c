namespace Inkstone.Tensors;

/// <content>Folding, ordering and running sums.</content>
public sealed partial class ReferenceBackend
{
    internal override void Reduce(ReduceFunction f, in Tensor x, in Tensor y)
    {
        Span<int> folded = stackalloc int[x.Rank];
        for (var axis = 0; axis < x.Rank; axis++)
            folded[axis] = y.Shape[axis] == 1 ? x.Shape[axis] : 1;
        var places = Walk.Places(Shape.Create(folded), x);
        var (xs, ys) = (new Cells(x), new Cells(y));
        var walk = new Walk(y.Shape, x, y);
        while (walk.Next())
        {
            var result = f switch { ReduceFunction.Max => double.NegativeInfinity, ReduceFunction.Min => double.PositiveInfinity, _ => 0 };
            foreach (var place in places)
            {
                var element = xs[walk.A + place];
                result = f switch
                {
                    ReduceFunction.Max => Math.Max(result, element),
                    ReduceFunction.Min => Math.Min(result, element),
                    ReduceFunction.SumOfSquares => result + element * element,
                    _ => result + element,
                };
            }
            ys[walk.B] = f == ReduceFunction.Mean ? result / places.Length : result;
        }
    }

    internal override void ArgReduce(in Tensor x, int axis, bool largest, in Tensor index)
    {
        var (xs, ys) = (new Cells(x), new Cells(index));
        var walk = new Walk(index.Shape, x, index);
        while (walk.Next())
        {
            var best = 0;
            for (var i = 1; i < x.Shape[axis]; i++)
            {
                var (element, champion) = (xs[walk.A + i * x.Strides[axis]], xs[walk.A + best * x.Strides[axis]]);
                if (largest ? element > champion : element < champion)
                    best = i;
            }
            ys[walk.B] = best;
        }
    }

    internal override void CumulativeSum(in Tensor x, int axis, bool reverse, in Tensor y)
    {
        var (xs, ys) = (new Cells(x), new Cells(y));
        var length = x.Shape[axis];
        if (length == 0)
            return;
        var walk = new Walk(RowsOf(y.Shape, axis), x, y);
        while (walk.Next())
        {
            var sum = 0.0;
            for (var step = 0; step < length; step++)
            {
                var i = reverse ? length - 1 - step : step;
                sum += xs[walk.A + i * x.Strides[axis]];
                ys[walk.B + i * y.Strides[axis]] = sum;
            }
        }
    }

    internal override void TopK(in Tensor x, in Tensor values, in Tensor indices)
    {
        var (xs, vs, ns) = (new Cells(x), new Cells(values), new Cells(indices));
        var axis = x.Rank - 1;
        // a router's row of experts takes no memory that is to be collected
        Span<(double Value, int Index)> row = x.Shape[axis] <= 256 ? stackalloc (double, int)[x.Shape[axis]] : new (double, int)[x.Shape[axis]];
        var walk = new Walk(RowsOf(x.Shape), x, values, indices);
        while (walk.Next())
        {
            for (var i = 0; i < row.Length; i++)
                row[i] = (xs[walk.A + i * x.Strides[axis]], i);
            row.Sort(static (a, b) => a.Value != b.Value ? b.Value.CompareTo(a.Value) : a.Index.CompareTo(b.Index));
            for (var i = 0; i < values.Shape[axis]; i++)
            {
                vs[walk.B + i * values.Strides[axis]] = row[i].Value;
                ns[walk.C + i * indices.Strides[axis]] = row[i].Index;
            }
        }
    }
}
