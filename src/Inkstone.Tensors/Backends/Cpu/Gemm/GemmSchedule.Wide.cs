namespace Inkstone.Tensors;

internal static unsafe partial class GemmSchedule<TKernel>
{
    // One block along k of this many columns of B is packed at a time (3 MB): the share of the last-level cache that a machine with neighbours can
    // count on holds it while every row of A passes.
    private const int RegionColumns = 2048;

    // Columns that one call packs, and the chunks of rows: enough rows that a panel of B is used often once it is in the first cache, few
    // enough that the chunk's A stays in the second and that there are chunks for every worker.
    private const int PackColumns = 128;
    private const int ChunkRows = 96;
    private const int LeastChunkRows = 24;
    private const int LeastChunkColumns = 256;
    private const int WantedChunks = 16;

    private static void MultiplyWide(WorkerTeam team, in GemmProblem one)
    {
        var columnRegions = CeilingDivide(one.N, RegionColumns);
        var panels = CeilingDivide(one.N, TKernel.Columns);
        for (var part = 0; part < columnRegions; part++)
        {
            var firstColumn = Cut(panels, columnRegions, part) * TKernel.Columns;
            var columnCount = Math.Min(one.N, Cut(panels, columnRegions, part + 1) * TKernel.Columns) - firstColumn;
            for (var kStart = 0; kStart < one.K; kStart += BlockLength)
            {
                var region = new WideRegion(one, firstColumn, columnCount, kStart, Math.Min(BlockLength, one.K - kStart));
                team.Run(region.PackCount, new PackOfRegion { Region = region });
                team.Run(region.ChunkCount, new ChunkOfRegion { Region = region });
            }
        }
    }

    /// <summary>Some columns of B over one block along k, packed once; all rows of A pass it in chunks.</summary>
    private readonly struct WideRegion
    {
        private readonly GemmProblem _one;
        private readonly float* _packedB;
        private readonly int _firstColumn, _columnCount, _kStart, _kLength, _paddedColumns;
        private readonly int _rowPanels, _rowChunks, _columnChunks;

        public WideRegion(in GemmProblem one, int firstColumn, int columnCount, int kStart, int kLength)
        {
            _one = one;
            _firstColumn = firstColumn;
            _columnCount = columnCount;
            _kStart = kStart;
            _kLength = kLength;
            _paddedColumns = CeilingDivide(columnCount, TKernel.Columns) * TKernel.Columns;
            _packedB = ScratchBuffer.Shared.Take((nint)_paddedColumns * kLength);
            PackCount = CeilingDivide(columnCount, PackColumns);

            _rowPanels = CeilingDivide(one.M, TKernel.Rows);
            var panelsPerChunk = Math.Clamp(_rowPanels / WantedChunks, LeastChunkRows / TKernel.Rows, ChunkRows / TKernel.Rows);
            _rowChunks = CeilingDivide(_rowPanels, panelsPerChunk);
            _columnChunks = Math.Clamp(CeilingDivide(WantedChunks, _rowChunks), 1, Math.Max(1, columnCount / LeastChunkColumns));
            ChunkCount = _rowChunks * _columnChunks;
        }

        public int PackCount { get; }

        public int ChunkCount { get; }

        public void Pack(int index)
        {
            var column = index * PackColumns;
            PackB(_one, _firstColumn + column, Math.Min(PackColumns, _columnCount - column), _kStart, _kLength, _packedB + (nint)column * _kLength);
        }

        public void MultiplyChunk(int index)
        {
            var rowChunk = index / _columnChunks;
            var row = Cut(_rowPanels, _rowChunks, rowChunk) * TKernel.Rows;
            var rowCount = Math.Min(_one.M, Cut(_rowPanels, _rowChunks, rowChunk + 1) * TKernel.Rows) - row;

            var columnChunk = index % _columnChunks;
            var columnPanels = _paddedColumns / TKernel.Columns;
            var column = Cut(columnPanels, _columnChunks, columnChunk) * TKernel.Columns;
            var columnCount = Math.Min(_columnCount, Cut(columnPanels, _columnChunks, columnChunk + 1) * TKernel.Columns) - column;

            var packedA = ScratchBuffer.Own.Take((nint)(rowCount + TKernel.Rows) * BlockLength);
            PackA(_one, row, rowCount, _kStart, _kLength, packedA);
            MultiplyPanels(_one, row, rowCount, _firstColumn + column, columnCount, _kStart, _kLength, packedA, _packedB + (nint)column * _kLength);
        }
    }

    private struct PackOfRegion : IChunkAction
    {
        public WideRegion Region;

        public readonly void Invoke(int chunk) => Region.Pack(chunk);
    }

    private struct ChunkOfRegion : IChunkAction
    {
        public WideRegion Region;

        public readonly void Invoke(int chunk) => Region.MultiplyChunk(chunk);
    }
}
