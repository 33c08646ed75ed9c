namespace Inkstone.Tensors;

/// <summary>
/// Attention without a matrix of scores (Milakov and Gimelshein, "Online normalizer calculation for softmax", 2018; Dao et al.,
/// "FlashAttention", 2022): a tile of query rows walks the blocks of 64 keys in ascending order and keeps, for each row, the largest score so
/// far, the sum of exponentials and the weighted sum of values. Work is cut by (sequence, key-value head, tile), so the heads that share keys
/// share their packing, and decoding one row is a tile of as many rows as heads share the keys.
/// </summary>
/// <remarks>
/// Why a row's bits depend on nothing but its own query and keys: products sum one fused step for each element in ascending order, whatever the
/// tile (<see cref="TileProduct"/>); the exponentials of a block are summed lane by lane in ascending order; what a row does not see is −∞,
/// whose exponential is exactly 0, which changes neither a sum nor, with a factor of exactly 1, what came before. So it makes no difference
/// how much of the invisible is computed.
/// </remarks>
internal static unsafe class AttentionForward
{
    /// <summary>Rows of the smallest tile: enough that packing a block of keys is a small share of the work on it.</summary>
    private const int LeastRows = 96;

    /// <summary>Rows of the largest tile: with their scores and sums they still fit the second cache.</summary>
    private const int MostRows = 384;

    /// <summary>Enough tiles to keep a machine busy; if there are so many, tiles grow instead, and a block of keys is packed less often.</summary>
    private const int WantedTiles = 64;

    /// <summary>y and logSum of the problem.</summary>
    public static void Run<TVector>(WorkerTeam team, in AttentionProblem problem, RowView y, RowView logSum) where TVector : struct, ISimd<TVector>
    {
        var map = new TileMap(problem, TileRows(problem));
        var memory = (int*)ScratchBuffer.Shared.Take(checked(map.Length + problem.BucketTableLength));
        map.Fill(memory);
        team.Run(map.ChunkCount, new Chunk<TVector>(problem.WithBuckets(memory + map.Length), map, y, logSum));
    }

    /// <summary>Rows of a tile, by shape alone.</summary>
    private static int TileRows(in AttentionProblem problem)
    {
        var rows = (long)problem.QueryLayout.RowCount * problem.Heads / WantedTiles;
        return (int)Math.Clamp(rows / LeastRows * LeastRows, LeastRows, MostRows);
    }

    private readonly struct Chunk<TVector>(AttentionProblem problem, TileMap map, RowView y, RowView logSum) : IChunkAction
        where TVector : struct, ISimd<TVector>
    {
        private readonly AttentionProblem _problem = problem;

        public void Invoke(int chunk)
        {
            var (index, head, first, rows) = map.TileOf(chunk);
            var sequence = new AttentionSequence(_problem, index);
            var workspace = new ForwardWorkspace(
                _problem, rows, TileProduct.Padded<TVector>(_problem.KeyWidth), TileProduct.Padded<TVector>(_problem.ValueWidth), TVector.Count, null);
            workspace = new(_problem, rows, workspace.KeyWidth, workspace.ValueWidth, TVector.Count, ScratchBuffer.Own.Take(workspace.Length));
            var tile = new ForwardTile<TVector>(in _problem, in sequence, in workspace, rows);
            tile.Begin(head, first);
            tile.FoldKeys(head);
            tile.Finish(y, logSum);
        }
    }
}

/// <summary>
/// How query rows are cut into tiles: for each sequence and key-value head, rows (query, head of the group) in order of queries. Later tiles come
/// first, because under a causal mask they are the heavier ones.
/// </summary>
internal unsafe struct TileMap
{
    private readonly TokenLayout _layout;
    private readonly int _group;
    private readonly int _keyValueHeads;
    private readonly int _tileRows;
    private int* _starts;

    public TileMap(in AttentionProblem problem, int tileRows)
    {
        (_layout, _group, _keyValueHeads, _tileRows) = (problem.QueryLayout, problem.Group, problem.KeyValueHeads, tileRows);
        Length = _layout.SequenceCount + 1;
    }

    /// <summary>Ints the map needs.</summary>
    public int Length { get; }

    /// <summary>How many tiles there are.</summary>
    public readonly int ChunkCount => _starts[Length - 1];

    /// <summary>Writes the map.</summary>
    public void Fill(int* memory)
    {
        _starts = memory;
        memory[0] = 0;
        for (var s = 0; s + 1 < Length; s++)
            memory[s + 1] = checked(memory[s] + TilesOf(s) * _keyValueHeads);
    }

    /// <summary>A tile's sequence, key-value head, first row and count of rows.</summary>
    public readonly (int Sequence, int Head, int First, int Rows) TileOf(int chunk)
    {
        int low = 0, high = Length - 1;
        while (high - low > 1)
        {
            var middle = (low + high) >>> 1;
            if (_starts[middle] <= chunk)
                low = middle;
            else
                high = middle;
        }
        chunk -= _starts[low];
        var (fromLast, head) = Math.DivRem(chunk, _keyValueHeads);
        var first = (TilesOf(low) - 1 - fromLast) * _tileRows;
        return (low, head, first, Math.Min(_tileRows, _layout.Length(low) * _group - first));
    }

    private readonly int TilesOf(int sequence) => checked(_layout.Length(sequence) * _group + _tileRows - 1) / _tileRows;
}
