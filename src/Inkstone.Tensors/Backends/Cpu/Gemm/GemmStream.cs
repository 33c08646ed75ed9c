namespace Inkstone.Tensors;

/// <summary>
/// The schedule for few rows of A by a weight W stored [n,k], as when single tokens are decoded: what counts is to read W once, at the
/// speed of memory. Each chunk takes some columns of C, reads their rows of W and packs nothing.
/// </summary>
internal static unsafe class GemmStream<TTile>
    where TTile : struct, IStreamTile
{
    /// <summary>Up to this many rows; with more, packing W costs less than transposing it again for every four rows.</summary>
    public const int RowLimit = 12;

    private const int BlockLength = NaiveGemm.BlockLength;
    private const int ChunkBytes = 64 << 10;
    private const int MostRows = 4;

    /// <summary>Whether this schedule takes the problem: few rows, W stored [n,k], and at least one whole tile of columns.</summary>
    public static bool Takes(in GemmProblem one) => one.M <= RowLimit && one.N >= TTile.Columns && one.TransposeB && !one.TransposeA;

    public static void Multiply(WorkerTeam team, in GemmProblem one)
    {
        var tiles = (one.N - 1) / TTile.Columns + 1;
        var tileBytes = (long)TTile.Columns * one.K * one.BElement.Size();
        var tilesPerChunk = (int)Math.Clamp(ChunkBytes / tileBytes, 1, tiles);
        var chunks = (tiles - 1) / tilesPerChunk + 1;
        team.Run(chunks, new Chunk { One = one, Columns = tilesPerChunk * TTile.Columns });
    }

    private static void MultiplyColumns<TReader>(in GemmProblem one, int firstColumn, int endColumn)
        where TReader : struct, IWeightReader
    {
        for (var column = firstColumn; column < endColumn; column += TTile.Columns)
        {
            for (var kStart = 0; kStart < one.K; kStart += BlockLength)
            {
                for (var row = 0; row < one.M; row += MostRows)
                    MultiplyTile<TReader>(one, row, Math.Min(MostRows, one.M - row), column, kStart);
            }
        }
    }

    private static void MultiplyTile<TReader>(in GemmProblem one, int row, int rowCount, int column, int kStart)
        where TReader : struct, IWeightReader
    {
        // The last tile reaches back over columns that another tile has done, and leaves those out below.
        var tileColumn = Math.Min(column, one.N - TTile.Columns);
        var sums = stackalloc float[TTile.Columns * MostRows];
        var w = (byte*)one.B + (tileColumn * one.BStride + kStart) * TReader.Size;
        var wStride = one.BStride * TReader.Size;
        var kLength = Math.Min(BlockLength, one.K - kStart);
        for (var part = 0; part < rowCount;)
        {
            var x = one.A + (row + part) * one.AStride + kStart;
            var to = sums + part * TTile.Columns;
            switch (rowCount - part)
            {
                case >= 4:
                    TTile.Sum<TReader, FourRows>(w, wStride, x, one.AStride, kLength, to);
                    part += 4;
                    break;
                case >= 2:
                    TTile.Sum<TReader, TwoRows>(w, wStride, x, one.AStride, kLength, to);
                    part += 2;
                    break;
                default:
                    TTile.Sum<TReader, OneRow>(w, wStride, x, one.AStride, kLength, to);
                    part++;
                    break;
            }
        }

        var accumulate = one.Accumulate || kStart > 0;
        var bias = kStart == 0 ? one.Bias : null;
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
        public int Columns;

        public readonly void Invoke(int chunk)
        {
            var first = chunk * Columns;
            var end = Math.Min(first + Columns, One.N);
            switch (One.BElement)
            {
                case WeightElement.Single:
                    MultiplyColumns<SingleReader>(One, first, end);
                    break;
                case WeightElement.Half:
                    MultiplyColumns<HalfReader>(One, first, end);
                    break;
                default:
                    MultiplyColumns<BFloat16Reader>(One, first, end);
                    break;
            }
        }
    }
}
