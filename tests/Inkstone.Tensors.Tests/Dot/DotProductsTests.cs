namespace Inkstone.Tensors.Tests;

public sealed class DotProductsTests : IDisposable
{
    private static readonly VectorWidth[] Widths = [VectorWidth.Bits128, VectorWidth.Bits256, VectorWidth.Bits512];
    private readonly WorkerTeam _one = new(1);
    private readonly WorkerTeam _two = new(2);

    public void Dispose()
    {
        _one.Dispose();
        _two.Dispose();
    }

    [Theory]
    [InlineData(nameof(WeightElement.Single))]
    [InlineData(nameof(WeightElement.Half))]
    [InlineData(nameof(WeightElement.BFloat16))]
    public void EdgesOfTilesAndBlocks(string elementName)
    {
        var element = Enum.Parse<WeightElement>(elementName);
        foreach (var m in new[] { 1, 2, 3, 4, 5, 7, 8, 13, 97, 100 })
        {
            foreach (var (n, k) in new[] { (1, 5), (3, 0), (4, 8), (7, 16), (8, 7), (9, 12), (16, 8), (17, 512), (31, 513), (33, 519), (50, 1), (70, 1_030), (301, 520) })
            {
                Check(new DotCase(m, n, k, element), $"{m}x{n}x{k}, {element}");
                Check(new DotCase(m, n, k, element, bias: true, accumulate: true), $"{m}x{n}x{k}, {element}, all options");
            }
        }
    }

    [Theory]
    [InlineData(nameof(WeightElement.Single))]
    [InlineData(nameof(WeightElement.Half))]
    [InlineData(nameof(WeightElement.BFloat16))]
    public void ARowDoesNotDependOnItsNeighbours(string elementName)
    {
        var problem = new DotCase(120, 45, 801, Enum.Parse<WeightElement>(elementName), bias: true);
        foreach (var width in Widths)
        {
            var products = new DotProducts(_two, width);
            var whole = problem.Run(products.Multiply);
            foreach (var (row, count) in new[] { (0, 1), (119, 1), (17, 2), (60, 3), (3, 4), (50, 7), (30, 12), (10, 13), (20, 96) })
            {
                var part = problem.RunRows(row, count, products.Multiply);
                AssertSameBits(whole.AsSpan(row * problem.RowStride, count * problem.RowStride), part, $"rows {row} + {count} at {width}");
            }
        }
    }

    [Fact]
    public void AProductAllocatesNothing()
    {
        var products = new DotProducts(_two, VectorWidth.Bits256);
        var allocated = 0L;
        new DotCase(5, 150, 500, WeightElement.Half).Run((in DotProblem problem) =>
        {
            products.Multiply(problem);
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var i = 0; i < 10; i++)
                products.Multiply(problem);
            allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        });
        Assert.Equal(0, allocated);
    }

    /// <summary>Close to double precision, and the same bits as the specification at every width and on one thread and two.</summary>
    private void Check(DotCase problem, string name)
    {
        var expected = problem.Run(NaiveDot.Multiply);
        Assert.True(problem.Error(expected) < 1, $"{name}: {problem.Error(expected)}");
        foreach (var width in Widths)
        {
            AssertSameBits(expected, problem.Run(new DotProducts(_one, width).Multiply), $"{name} at {width}, one thread");
            AssertSameBits(expected, problem.Run(new DotProducts(_two, width).Multiply), $"{name} at {width}, two threads");
        }
    }

    private static void AssertSameBits(ReadOnlySpan<float> expected, ReadOnlySpan<float> found, string name)
    {
        Assert.Equal(expected.Length, found.Length);
        for (var i = 0; i < expected.Length; i++)
        {
            if (BitConverter.SingleToInt32Bits(expected[i]) != BitConverter.SingleToInt32Bits(found[i]))
                Assert.Fail($"{name}: element {i} is {found[i]:R}, expected {expected[i]:R}");
        }
    }
}
