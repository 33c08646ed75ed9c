namespace Inkstone.Tensors.Tests;

public unsafe class StridedCopyTests : KernelTest
{
    [Fact]
    public void Random_layouts_of_up_to_six_axes_are_copied_element_by_element()
    {
        var random = new Random(11);
        for (var trial = 0; trial < 600; trial++)
        {
            var rank = random.Next(7);
            var extents = new nint[rank];
            for (var i = 0; i < rank; i++)
                extents[i] = random.Next(8) switch { 0 => 1, 1 => trial % 40 == 0 ? 0 : 1, _ => random.Next(1, rank > 3 ? 6 : 40) };
            var (from, fromLength, fromStart) = Layout(extents, random, source: true);
            var (to, toLength, _) = Layout(extents, random, source: false);
            using var source = new NativeArray(fromLength, i => i);
            using var destination = new NativeArray(toLength, _ => -1);
            var expected = destination.ToArray();
            Each(extents, index => expected[Place(index, to)] = fromStart + (int)Place(index, from));
            KernelTable.CopyStrided(source.Pointer + fromStart, from, destination, to, extents);
            Assert.Equal(expected, destination.ToArray());
        }
    }

    [Fact]
    public void Transposition_of_every_small_shape()
    {
        foreach (var rows in Enumerable.Range(0, 22).Append(50))
        {
            foreach (var columns in Enumerable.Range(0, 22).Append(67))
            {
                int xStride = rows + 3, yStride = columns + 1;
                using var x = new NativeArray(columns * xStride, i => i);
                using var y = new NativeArray(rows * yStride, _ => -1);
                StridedCopy.Transpose(x, xStride, y, yStride, rows, columns);
                for (var r = 0; r < rows; r++)
                    for (var c = 0; c < yStride; c++)
                        Assert.Equal(c < columns ? c * xStride + r : -1, y[r * yStride + c]);
            }
        }
    }

    /// <summary>A random order of axes in memory, sometimes with gaps, broadcast axes or (for a source) axes that run backwards.</summary>
    private static (nint[] Strides, int Length, int Start) Layout(nint[] extents, Random random, bool source)
    {
        var order = Enumerable.Range(0, extents.Length).ToArray();
        if (random.Next(3) != 0)
            random.Shuffle(order);
        var strides = new nint[extents.Length];
        nint step = random.Next(4) == 0 ? 2 : 1, start = 0;
        foreach (var axis in order)
        {
            strides[axis] = step;
            if (source && random.Next(8) == 0)
                strides[axis] = 0;
            else
                step = step * nint.Max(extents[axis], 1) + (random.Next(4) == 0 ? 1 : 0);
            if (source && strides[axis] != 0 && extents[axis] > 0 && random.Next(8) == 0)
            {
                start += strides[axis] * (extents[axis] - 1);
                strides[axis] = -strides[axis];
            }
        }
        return (strides, (int)step, (int)start);
    }

    private static void Each(nint[] extents, Action<nint[]> action)
    {
        var total = extents.Aggregate((nint)1, (a, b) => a * b);
        for (nint n = 0; n < total; n++)
        {
            var index = new nint[extents.Length];
            var rest = n;
            for (var axis = extents.Length - 1; axis >= 0; axis--)
                (rest, index[axis]) = (rest / extents[axis], rest % extents[axis]);
            action(index);
        }
    }

    private static nint Place(nint[] index, nint[] strides) => (nint)index.Zip(strides, (i, s) => (long)(i * s)).Sum();
}
