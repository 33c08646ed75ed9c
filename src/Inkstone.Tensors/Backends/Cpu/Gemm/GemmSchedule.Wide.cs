namespace Inkstone.Tensors;

internal static unsafe partial class GemmSchedule<TKernel>
{
    // B is packed this many columns and blocks along k at a time (6 MB): the last-level cache holds it while every row of A passes.
    private const int RegionColumns = 1024;
    private const int RegionLength = 4 * BlockLength;

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
            for (var kStart = 0; kStart < one.K; kStart += RegionLength)
            {
                var region = new WideRegion(one, firstColumn, columnCount, kStart, Math.Min(RegionLength, one.K - kStart));
                team.Run(region.PackCount, new PackOfRegion { Region = region });
                team.Run(region.ChunkCount, new ChunkOfRegion { Region = region });
            }
        }
    }

    /// <summary>Some columns of B over some blocks along k, packed once; all rows of A pass it in chunks.</summary>
    private readonly struct WideRegion
    {
        private readonly GemmProblem _one;
        private readonly float* _packedB;
        private readonly int _firstColumn, _columnCount, _kStart, _kEnd, _packsPerBlock, _paddedColumns;
        private readonly int _rowPanels, _rowChunks, _columnChunks;

        public WideRegion(in GemmProblem one, int firstColumn, int columnCount, int kStart, int kLength)
        {
            _one = one;
            _firstColumn = firstColumn;
            _columnCount = columnCount;
            _kStart = kStart;
            _kEnd = kStart + kLength;
            _packsPerBlock = CeilingDivide(columnCount, PackColumns);
            _paddedColumns = CeilingDivide(columnCount, TKernel.Columns) * TKernel.Columns;
            _packedB = ScratchBuffer.Shared.Take((nint)_paddedColumns * kLength);
            PackCount = CeilingDivide(kLength, BlockLength) * _packsPerBlock;

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
            var kStart = _kStart + index / _packsPerBlock * BlockLength;
            var kLength = Math.Min(BlockLength, _kEnd - kStart);
            var column = index % _packsPerBlock * PackColumns;
            var columns = Math.Min(PackColumns, _columnCount - column);
            PackB(_one, _firstColumn + column, columns, kStart, kLength, Block(kStart) + (nint)column * kLength);
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
            for (var kStart = _kStart; kStart < _kEnd; kStart += BlockLength)
            {
                var kLength = Math.Min(BlockLength, _kEnd - kStart);
                PackA(_one, row, rowCount, kStart, kLength, packedA);
                var packedB = Block(kStart) + (nint)column * kLength;
                MultiplyPanels(_one, row, rowCount, _firstColumn + column, columnCount, kStart, kLength, packedA, packedB);
            }
        }

        private float* Block(int kStart) => _packedB + (nint)(kStart - _kStart) * _paddedColumns;
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
