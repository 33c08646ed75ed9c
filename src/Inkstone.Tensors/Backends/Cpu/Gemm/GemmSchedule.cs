namespace Inkstone.Tensors;

/// <summary>
/// How one kernel's product is cut into chunks and blocks (after Goto and van de Geijn, "Anatomy of high-performance matrix
/// multiplication", ACM TOMS 2008). Along k, blocks of fixed length. Many rows: B is packed once, by all workers, then each chunk
/// packs some rows of A for itself (<see cref="WideRegion"/>). Few rows: A is packed once, then each chunk packs some columns of B
/// (<see cref="FlatRegion"/>). Every number here depends on the shape alone.
/// </summary>
internal static unsafe partial class GemmSchedule<TKernel>
    where TKernel : struct, IGemmKernel
{
    private const int BlockLength = NaiveGemm.BlockLength;

    // Up to this many rows, packing B once for all chunks would cost more than it saves.
    private const int FlatRowLimit = 96;

    // Products of a batch go to one worker each when they are small, or when there are many and none is large.
    private const long SmallProduct = 1L << 22;
    private const long LargeProduct = 1L << 27;
    private const int ManyProducts = 8;

    public static void Multiply(WorkerTeam team, in GemmProblem batch)
    {
        if (batch.M == 0 || batch.N == 0)
            return;
        if (batch.K == 0)
        {
            NaiveGemm.Multiply(batch);
            return;
        }
        var operations = 2L * batch.M * batch.N * batch.K;
        if (batch.BatchCount > 1 && (operations <= SmallProduct || (operations <= LargeProduct && batch.BatchCount >= ManyProducts)))
        {
            team.Run(batch.BatchCount, new ProductOfBatch { Team = team, Batch = batch });
            return;
        }
        for (var index = 0; index < batch.BatchCount; index++)
            MultiplyOne(team, batch.At(index));
    }

    private static void MultiplyOne(WorkerTeam team, in GemmProblem one)
    {
        if (one.M <= FlatRowLimit)
            MultiplyFlat(team, one);
        else
            MultiplyWide(team, one);
    }

    private static void PackA(in GemmProblem one, int row, int rowCount, int kStart, int kLength, float* panels)
    {
        if (one.TransposeA)
            PanelPacker.PackRows(one.A + kStart * one.AStride + row, one.AStride, rowCount, TKernel.Rows, kLength, panels);
        else
            PanelPacker.PackLanes(one.A + row * one.AStride + kStart, one.AStride, rowCount, TKernel.Rows, kLength, panels);
    }

    private static void PackB(in GemmProblem one, int column, int columnCount, int kStart, int kLength, float* panels)
    {
        if (one.TransposeB)
            PanelPacker.PackLanes(one.B + column * one.BStride + kStart, one.BStride, columnCount, TKernel.Columns, kLength, panels);
        else
            PanelPacker.PackRows(one.B + kStart * one.BStride + column, one.BStride, columnCount, TKernel.Columns, kLength, panels);
    }

    /// <summary>Multiplies packed rows by packed columns over one block along k: each panel of B stays in the first cache while A passes.</summary>
    private static void MultiplyPanels(
        in GemmProblem one, int row, int rowCount, int column, int columnCount, int kStart, int kLength, float* packedA, float* packedB)
    {
        var accumulate = one.Accumulate || kStart > 0;
        var alpha = one.Alpha;
        var stride = one.CStride;
        for (var j = 0; j < columnCount; j += TKernel.Columns, packedB += TKernel.Columns * kLength)
        {
            var bias = kStart == 0 && one.Bias != null ? one.Bias + column + j : null;
            var c = one.C + row * stride + column + j;
            var a = packedA;
            var tileColumns = Math.Min(TKernel.Columns, columnCount - j);
            for (var i = 0; i < rowCount; i += TKernel.Rows, a += TKernel.Rows * kLength, c += TKernel.Rows * stride)
            {
                var tileRows = Math.Min(TKernel.Rows, rowCount - i);
                if (tileRows == TKernel.Rows && tileColumns == TKernel.Columns)
                    TKernel.Multiply(kLength, a, packedB, c, stride, alpha, bias, accumulate);
                else
                    MultiplyEdge(kLength, a, packedB, c, stride, alpha, bias, accumulate, tileRows, tileColumns);
            }
        }
    }

    /// <summary>A tile that C does not hold whole: computed by the same kernel in a copy, so that the bits are the same.</summary>
    private static void MultiplyEdge(
        int k, float* a, float* b, float* c, nint stride, float alpha, float* bias, bool accumulate, int tileRows, int tileColumns)
    {
        var tile = stackalloc float[TKernel.Rows * TKernel.Columns];
        float* tileBias = null;
        if (bias != null)
        {
            var copy = stackalloc float[TKernel.Columns];
            new Span<float>(bias, tileColumns).CopyTo(new Span<float>(copy, tileColumns));
            tileBias = copy;
        }
        if (accumulate)
        {
            for (var i = 0; i < tileRows; i++)
                new Span<float>(c + i * stride, tileColumns).CopyTo(new Span<float>(tile + i * TKernel.Columns, tileColumns));
        }
        TKernel.Multiply(k, a, b, tile, TKernel.Columns, alpha, tileBias, accumulate);
        for (var i = 0; i < tileRows; i++)
            new Span<float>(tile + i * TKernel.Columns, tileColumns).CopyTo(new Span<float>(c + i * stride, tileColumns));
    }

    /// <summary>The first of <paramref name="parts"/> nearly equal parts' index: part p of total elements is [Cut(p), Cut(p+1)).</summary>
    private static int Cut(int total, int parts, int part) => (int)((long)total * part / parts);

    private static int CeilingDivide(int value, int divisor) => (value - 1) / divisor + 1;

    private struct ProductOfBatch : IChunkAction
    {
        public WorkerTeam Team;
        public GemmProblem Batch;

        public readonly void Invoke(int chunk) => MultiplyOne(Team, Batch.At(chunk));
    }
}
