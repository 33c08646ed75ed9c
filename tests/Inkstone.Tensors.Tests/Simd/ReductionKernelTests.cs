namespace Inkstone.Tensors.Tests;

public unsafe class ReductionKernelTests : KernelTest
{
    [Theory, MemberData(nameof(Widths))]
    public void Folding_agrees_with_double_precision(VectorWidth width)
    {
        var table = KernelTable.For(width);
        foreach (var length in Lengths.Append(50_000))
        {
            using var x = Random(length, length);
            using var z = Random(length, length + 1);
            var values = x.ToArray().Select(v => (double)v).ToArray();
            var slack = 1e-6 * Math.Sqrt(length + 1);
            Close(values.Sum(), table.Reduce(ReduceFunction.Sum, x, length), 1e-6, slack, "sum");
            Close(values.Sum(v => v * v), table.Reduce(ReduceFunction.SumOfSquares, x, length), 1e-6, 0, "squares");
            Close(values.Sum() / length, table.Reduce(ReduceFunction.Mean, x, length), 1e-6, 1e-6, "mean");
            Close(values.Append(double.NegativeInfinity).Max(), table.Reduce(ReduceFunction.Max, x, length), 0, 0, "max");
            Close(values.Append(double.PositiveInfinity).Min(), table.Reduce(ReduceFunction.Min, x, length), 0, 0, "min");
            Close(values.Select((v, i) => v * z[i]).Sum(), table.Dot(x, z, length), 1e-6, slack, "dot");
        }
    }

    [Theory, MemberData(nameof(Widths))]
    public void A_NaN_anywhere_reaches_the_result(VectorWidth width)
    {
        for (var place = 0; place < 70; place++)
        {
            using var x = Random(70, 1);
            x.Span[place] = float.NaN;
            foreach (var function in Enum.GetValues<ReduceFunction>())
                Assert.True(float.IsNaN(KernelTable.For(width).Reduce(function, x, 70)), $"{function}, NaN at {place}");
        }
    }

    [Theory, MemberData(nameof(Widths))]
    public void Columns_agree_with_double_precision_and_do_not_depend_on_how_they_are_shared_out(VectorWidth width)
    {
        var table = KernelTable.For(width);
        foreach (var rows in new[] { 0, 1, 3, 8, 9, 31 })
        {
            foreach (var columns in ShortLengths)
            {
                var stride = columns + 2;
                using var x = Random(rows * stride, rows);
                using var y = new NativeArray(columns);
                using var parts = new NativeArray(columns);
                foreach (var function in Enum.GetValues<ReduceFunction>())
                {
                    table.ReduceColumns(function, x, stride, y, rows, columns);
                    for (var c = 0; c < columns; c++)
                    {
                        var column = Enumerable.Range(0, rows).Select(r => (double)x[r * stride + c]).ToArray();
                        Close(Expected(function, column), y[c], 1e-6, 3e-6, $"{function} of column {c}");
                    }
                    var split = columns / 3;
                    table.ReduceColumns(function, x, stride, parts, rows, split);
                    table.ReduceColumns(function, x.Pointer + split, stride, parts.Pointer + split, rows, columns - split);
                    Assert.Equal(y.ToArray(), parts.ToArray());
                }

                var before = y.ToArray();
                table.ReduceColumns(ReduceFunction.Sum, x, stride, y, rows, columns, accumulate: true);
                for (var c = 0; c < columns; c++)
                    Close(before[c] + Enumerable.Range(0, rows).Sum(r => (double)x[r * stride + c]), y[c], 1e-6, 1e-5, "accumulated");
            }
        }
    }

    [Theory, MemberData(nameof(Widths))]
    public void Rows_fold_each_by_itself(VectorWidth width)
    {
        var table = KernelTable.For(width);
        using var x = Random(5 * 20, 1);
        using var y = new NativeArray(5 * 2);
        table.ReduceRows(ReduceFunction.Max, x, 20, y, 2, 5, 17);
        for (var r = 0; r < 5; r++)
        {
            Assert.Equal(x.ToArray().Skip(20 * r).Take(17).Max(), y[2 * r]);
            Assert.Equal(0f, y[2 * r + 1]);
        }
    }

    [Fact]
    public void Blocks_combine_as_a_tree_of_neighbours()
    {
        Assert.Equal(0f, KernelTable.CombineBlocks(ReduceFunction.Sum, []));
        Assert.Equal(float.NegativeInfinity, KernelTable.CombineBlocks(ReduceFunction.Max, []));
        Assert.Equal(float.PositiveInfinity, KernelTable.CombineBlocks(ReduceFunction.Min, []));
        Assert.Equal(7f, KernelTable.CombineBlocks(ReduceFunction.Max, [3f, 7f, 5f]));
        Assert.Equal(3f, KernelTable.CombineBlocks(ReduceFunction.Min, [3f, 7f, 5f]));
        Assert.True(float.IsNaN(KernelTable.CombineBlocks(ReduceFunction.Max, [3f, float.NaN, 5f])));
        Assert.Equal((1e8f + 1f) + (-1e8f + 2f) + 4f, KernelTable.CombineBlocks(ReduceFunction.Sum, [1e8f, 1f, -1e8f, 2f, 4f]));
        Assert.Throws<ArgumentOutOfRangeException>(() => KernelTable.CombineBlocks(ReduceFunction.Mean, [1f]));
    }

    private static double Expected(ReduceFunction function, double[] values) => function switch
    {
        ReduceFunction.Sum => values.Sum(),
        ReduceFunction.Mean => values.Sum() / values.Length,
        ReduceFunction.SumOfSquares => values.Sum(v => v * v),
        ReduceFunction.Max => values.Append(double.NegativeInfinity).Max(),
        _ => values.Append(double.PositiveInfinity).Min(),
    };
}
