using Inkstone.Foundation.Randomness;

namespace Inkstone.Tensors.Tests;

public sealed class GemmTests : IDisposable
{
    private static readonly VectorWidth[] Widths = [VectorWidth.Bits128, VectorWidth.Bits256, VectorWidth.Bits512];
    private readonly WorkerTeam _one = new(1);
    private readonly WorkerTeam _two = new(2);

    public static TheoryData<bool, bool> Forms => new() { { false, false }, { false, true }, { true, false }, { true, true } };

    public void Dispose()
    {
        _one.Dispose();
        _two.Dispose();
    }

    [Theory]
    [MemberData(nameof(Forms))]
    public void EdgesOfTilesAndBlocks(bool transposeA, bool transposeB)
    {
        (int M, int N, int K)[] shapes =
        [
            (1, 1, 1), (1, 1, 0), (1, 1, 385), (1, 40, 3), (7, 1, 9), (6, 16, 8), (12, 32, 4), (5, 15, 7), (13, 33, 17), (11, 31, 383),
            (12, 32, 384), (13, 33, 385), (1, 64, 769), (96, 17, 20), (97, 33, 21), (98, 17, 384), (200, 100, 50), (130, 130, 390), (3, 5, 0),
            (101, 300, 5), (150, 1030, 9), (120, 40, 1600),
        ];
        foreach (var (m, n, k) in shapes)
            Check(new GemmCase(m, n, k, transposeA, transposeB), $"{m}x{n}x{k}");
    }

    [Theory]
    [MemberData(nameof(Forms))]
    public void RandomProblems(bool transposeA, bool transposeB)
    {
        var rng = Rng.From(11).Split(transposeA ? 1 : 0).Split(transposeB ? 1 : 0).Cursor();
        for (var round = 0; round < 40; round++)
        {
            int m = rng.NextInt(160), n = rng.NextInt(90), k = rng.NextInt(rng.NextInt(500) + 1);
            int batch = 1 + rng.NextInt(3), flags = rng.NextInt(4);
            var alpha = rng.NextInt(2) == 0 ? 1f : -0.37f;
            Check(
                new GemmCase(m, n, k, transposeA, transposeB, batch, (flags & 1) != 0, (flags & 2) != 0, alpha),
                $"{batch} × {m}x{n}x{k}, flags {flags}, alpha {alpha}");
        }
    }

    [Fact]
    public void ALargeBatchOfSmallProducts() => Check(new GemmCase(20, 24, 30, false, true, batch: 17, bias: true, accumulate: true), "batch");

    [Theory]
    [MemberData(nameof(Forms))]
    public void ARowAloneEqualsTheRowAmongMany(bool transposeA, bool transposeB)
    {
        var problem = new GemmCase(203, 70, 801, transposeA, transposeB, bias: true);
        foreach (var width in Widths)
        {
            var gemm = new Gemm(_two, width);
            var whole = problem.RunRows(0, 203, gemm.Multiply);
            foreach (var (row, count) in new[] { (0, 1), (5, 1), (202, 1), (100, 3), (96, 97), (0, 96) })
            {
                var part = problem.RunRows(row, count, gemm.Multiply);
                AssertSameBits(whole.AsSpan(row * 75, count * 75), part, $"rows {row} + {count} at {width}");
            }
        }
    }

    [Fact]
    public void AProductAllocatesNothing()
    {
        var gemm = new Gemm(_two, VectorWidth.Bits256);
        var problem = new GemmCase(150, 150, 500);
        var allocated = 0L;
        problem.Run((in GemmProblem p) =>
        {
            gemm.Multiply(p);
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var i = 0; i < 10; i++)
                gemm.Multiply(p);
            allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        });
        Assert.Equal(0, allocated);
    }

    /// <summary>Close to double precision, and the same bits as the specification at every width and on one thread and two.</summary>
    private void Check(GemmCase problem, string name)
    {
        var expected = problem.Run(NaiveGemm.Multiply);
        Assert.True(problem.Error(expected) < 1, $"{name}: {problem.Error(expected)}");
        foreach (var width in Widths)
        {
            AssertSameBits(expected, problem.Run(new Gemm(_one, width).Multiply), $"{name} at {width}, one thread");
            AssertSameBits(expected, problem.Run(new Gemm(_two, width).Multiply), $"{name} at {width}, two threads");
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
