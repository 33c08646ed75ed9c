namespace Inkstone.Tensors;

internal static unsafe partial class GemmSchedule<TKernel>
{
    // Columns of B that a chunk packs at a time: a group's panels stay in the second cache, and what a worker reads of B is not too narrow.
    private const int GroupColumns = 64;

    private static void MultiplyFlat(WorkerTeam team, in GemmProblem one)
    {
        var region = new FlatRegion(one);
        team.Run(region.PackCount, new PackOfFlat { Region = region });
        team.Run(region.ChunkCount, new ChunkOfFlat { Region = region });
    }

    /// <summary>All of A, packed once; the columns of B pass it in chunks, each packed by the worker that multiplies it.</summary>
    private readonly struct FlatRegion
    {
        private readonly GemmProblem _one;
        private readonly float* _packedA;
        private readonly int _paddedRows, _columnPanels;

        public FlatRegion(in GemmProblem one)
        {
            _one = one;
            _paddedRows = CeilingDivide(one.M, TKernel.Rows) * TKernel.Rows;
            _packedA = ScratchBuffer.Shared.Take((nint)_paddedRows * one.K);
            PackCount = CeilingDivide(one.K, BlockLength);
            _columnPanels = CeilingDivide(one.N, TKernel.Columns);
            var panelsPerChunk = Math.Clamp(_columnPanels / WantedChunks, 1, GroupColumns / TKernel.Columns);
            ChunkCount = CeilingDivide(_columnPanels, panelsPerChunk);
        }

        public int PackCount { get; }

        public int ChunkCount { get; }

        public void Pack(int block)
        {
            var kStart = block * BlockLength;
            PackA(_one, 0, _one.M, kStart, Math.Min(BlockLength, _one.K - kStart), _packedA + (nint)kStart * _paddedRows);
        }

        public void MultiplyChunk(int index)
        {
            var column = Cut(_columnPanels, ChunkCount, index) * TKernel.Columns;
            var columnCount = Math.Min(_one.N, Cut(_columnPanels, ChunkCount, index + 1) * TKernel.Columns) - column;
            var packedB = ScratchBuffer.Own.Take((nint)GroupColumns * BlockLength);
            for (var kStart = 0; kStart < _one.K; kStart += BlockLength)
            {
                var kLength = Math.Min(BlockLength, _one.K - kStart);
                PackB(_one, column, columnCount, kStart, kLength, packedB);
                MultiplyPanels(_one, 0, _one.M, column, columnCount, kStart, kLength, _packedA + (nint)kStart * _paddedRows, packedB);
            }
        }
    }

    private struct PackOfFlat : IChunkAction
    {
        public FlatRegion Region;

        public readonly void Invoke(int chunk) => Region.Pack(chunk);
    }

    private struct ChunkOfFlat : IChunkAction
    {
        public FlatRegion Region;

        public readonly void Invoke(int chunk) => Region.MultiplyChunk(chunk);
    }
}
