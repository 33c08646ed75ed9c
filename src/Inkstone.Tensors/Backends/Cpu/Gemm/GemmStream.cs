namespace Inkstone.Tensors;

/// <summary>
/// The schedule for few rows of A by a weight W stored [n,k], as when single tokens are decoded: what counts is to read W once, at the
/// speed of memory. Each chunk takes some columns of C, reads their rows of W and packs nothing of it.
/// </summary>
internal static unsafe class GemmStream<TTile>
    where TTile : struct, IStreamTile
{
    /// <summary>Up to this many rows; with more, packing W costs less than transposing it again for every eight rows.</summary>
    public const int RowLimit = 16;

    private const int BlockLength = NaiveGemm.BlockLength;

    // Chunks are few enough that the first part of each, which nobody fetched ahead, is a small share, and many enough to balance.
    private const int WantedChunks = 32;
    private const int LeastChunkBytes = 64 << 10;
    private const int MostChunkBytes = 512 << 10;

    /// <summary>Whether this schedule takes the problem: few rows, W stored [n,k], and at least one whole tile of columns.</summary>
    public static bool Takes(in GemmProblem one) => one.M <= RowLimit && one.N >= TTile.Columns && one.TransposeB && !one.TransposeA;

    public static void Multiply(WorkerTeam team, in GemmProblem one)
    {
        var tiles = (one.N - 1) / TTile.Columns + 1;
        var tileBytes = (long)TTile.Columns * one.K * one.BElement.Size();
        var chunkBytes = Math.Clamp(tiles * tileBytes / WantedChunks, LeastChunkBytes, MostChunkBytes);
        var tilesPerChunk = (int)Math.Clamp(chunkBytes / tileBytes, 1, tiles);
        var chunks = (tiles - 1) / tilesPerChunk + 1;
        team.Run(chunks, new Chunk { One = one, Rows = PackRows(one), Columns = tilesPerChunk * TTile.Columns });
    }

    /// <summary>How many of the rows left are summed together.</summary>
    private static int GroupOf(int rowsLeft) => Math.Min(TTile.MostRows, rowsLeft >= 8 ? 8 : rowsLeft >= 4 ? 4 : rowsLeft >= 2 ? 2 : 1);

    /// <summary>A, each group of rows as [k, rows]. In A rows may lie a power of two apart, and eight of them would push each other out of the first cache.</summary>
    private static float* PackRows(in GemmProblem one)
    {
        if (one.M == 1)
            return one.A;
        var packed = ScratchBuffer.Shared.Take((nint)one.M * one.K);
        for (var row = 0; row < one.M;)
        {
            var count = GroupOf(one.M - row);
            var target = packed + (nint)row * one.K;
            for (var i = 0; i < count; i++)
            {
                var source = one.A + (row + i) * one.AStride;
                for (var p = 0; p < one.K; p++)
                    target[(nint)p * count + i] = source[p];
            }
            row += count;
        }
        return packed;
    }

    private static void MultiplyColumns<TReader>(in GemmProblem one, float* rows, int firstColumn, int endColumn)
        where TReader : struct, IWeightReader
    {
        for (var column = firstColumn; column < endColumn; column += TTile.Columns)
        {
            for (var kStart = 0; kStart < one.K; kStart += BlockLength)
            {
                var w = Part<TReader>(one, column, kStart);
                var ahead = kStart + BlockLength < one.K ? Part<TReader>(one, column, kStart + BlockLength)
                    : column + TTile.Columns < endColumn ? Part<TReader>(one, column + TTile.Columns, 0) : w;
                for (var row = 0; row < one.M;)
                {
                    var count = GroupOf(one.M - row);
                    MultiplyTile<TReader>(one, rows + (nint)row * one.K + (nint)kStart * count, row, count, column, kStart, w, ahead);
                    row += count;
                    ahead = w;
                }
            }
        }
    }

    /// <summary>Where a tile's part of W begins. The last tile reaches back over columns that another tile has done.</summary>
    private static byte* Part<TReader>(in GemmProblem one, int column, int kStart)
        where TReader : struct, IWeightReader =>
        (byte*)one.B + (Math.Min(column, one.N - TTile.Columns) * one.BStride + kStart) * TReader.Size;

    private static void MultiplyTile<TReader>(in GemmProblem one, float* x, int row, int rowCount, int column, int kStart, byte* w, byte* ahead)
        where TReader : struct, IWeightReader
    {
        var sums = stackalloc float[TTile.Columns * EightRows.Value];
        var wStride = one.BStride * TReader.Size;
        var kLength = Math.Min(BlockLength, one.K - kStart);
        switch (rowCount)
        {
            case 8:
                TTile.Sum<TReader, EightRows>(w, wStride, ahead, x, kLength, sums);
                break;
            case 4:
                TTile.Sum<TReader, FourRows>(w, wStride, ahead, x, kLength, sums);
                break;
            case 2:
                TTile.Sum<TReader, TwoRows>(w, wStride, ahead, x, kLength, sums);
                break;
            default:
                TTile.Sum<TReader, OneRow>(w, wStride, ahead, x, kLength, sums);
                break;
        }

        var accumulate = one.Accumulate || kStart > 0;
        var bias = kStart == 0 ? one.Bias : null;
        var tileColumn = Math.Min(column, one.N - TTile.Columns);
        for (var i = 0; i < rowCount; i++)
        {
            var c = one.C + (row + i) * one.CStride;
            var sum = sums + i * TTile.Columns - tileColumn;
            for (var j = column; j < tileColumn + TTile.Columns; j++)
                c[j] = float.MultiplyAddEstimate(sum[j], one.Alpha, (accumulate ? c[j] : 0) + (bias == null ? 0 : bias[j]));
        }
    }

    private struct Chunk : IChunkAction
    {
        public GemmProblem One;
        public float* Rows;
        public int Columns;

        public readonly void Invoke(int chunk)
        {
            var first = chunk * Columns;
            var end = Math.Min(first + Columns, One.N);
            switch (One.BElement)
            {
                case WeightElement.Single:
                    MultiplyColumns<SingleReader>(One, Rows, first, end);
                    break;
                case WeightElement.Half:
                    MultiplyColumns<HalfReader>(One, Rows, first, end);
                    break;
                default:
                    MultiplyColumns<BFloat16Reader>(One, Rows, first, end);
                    break;
            }
        }
    }
}
