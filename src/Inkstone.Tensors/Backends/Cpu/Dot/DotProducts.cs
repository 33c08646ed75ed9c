using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace Inkstone.Tensors;

/// <summary>
/// Products of rows by a weight stored [n,k], as in serving: <c>C = (accumulate ? C : 0) + bias + A·Wᵀ</c> with a weight in single precision, half precision or
/// bfloat16. The result of an element depends on its row of A, its row of W and k alone, bit for bit: not on m, n, the place in C, the vector width (where the
/// processor has fused multiply-add) or the number of threads; see <see cref="NaiveDot"/> for the order of the sum. One row reads W at the speed of
/// memory; many rows compute at some two thirds of what <see cref="Gemm"/>, which packs its operands, does.
/// </summary>
/// <param name="team">The threads that do the work.</param>
/// <param name="width">The vector width of the kernel; 512 bits use the kernel of 256.</param>
internal sealed class DotProducts(WorkerTeam team, VectorWidth width)
{
    /// <summary>Up to this many rows, a product that need not be invariant is faster here than packed.</summary>
    public const int FewRows = 16;

    // Chunks are few enough that the first part of each, which nobody fetched ahead, is a small share, and many enough to balance.
    private const int WantedChunks = 32;
    private const int LeastChunkBytes = 64 << 10;
    private const int MostChunkBytes = 512 << 10;

    // Elements of A that go over each row of W together: they stay in the second cache.
    private const int BlockElements = 96 << 10;

    /// <summary>Computes the problem; allocates nothing.</summary>
    public void Multiply(in DotProblem problem)
    {
        if (problem.M == 0 || problem.N == 0)
            return;
        if (problem.K == 0)
            NaiveDot.Multiply(problem);
        else if (width == VectorWidth.Bits128)
            Multiply<DotLanes128>(problem);
        else
            Multiply<DotLanes256>(problem);
    }

    private void Multiply<TLanes>(in DotProblem problem)
        where TLanes : struct, IDotLanes<TLanes>
    {
        var rowBytes = (long)problem.K * problem.Element.Size();
        var chunkBytes = Math.Clamp(problem.N * rowBytes / WantedChunks, LeastChunkBytes, MostChunkBytes);
        var columns = (int)Math.Clamp((chunkBytes / rowBytes + 3) & ~3, DotTile<TLanes>.Columns, (long)problem.N + 3);
        team.Run((problem.N - 1) / columns + 1, new Chunk<TLanes> { Problem = problem, Columns = columns });
    }

    private unsafe struct Chunk<TLanes> : IChunkAction
        where TLanes : struct, IDotLanes<TLanes>
    {
        private const int Tile = DotTile<TLanes>.Columns;

        public DotProblem Problem;
        public int Columns;

        public readonly void Invoke(int chunk)
        {
            var first = chunk * Columns;
            var end = Math.Min(first + Columns, Problem.N);
            switch (Problem.Element)
            {
                case WeightElement.Single:
                    Multiply<SingleReader>(first, end);
                    break;
                case WeightElement.Half:
                    Multiply<HalfReader>(first, end);
                    break;
                default:
                    Multiply<BFloat16Reader>(first, end);
                    break;
            }
        }

        [SkipLocalsInit]
        private readonly void Multiply<TReader>(int first, int end)
            where TReader : struct, IWeightReader
        {
            var copied = stackalloc float[Tile * NaiveDot.BlockLength];
            var rowsAtOnce = Math.Clamp(BlockElements / Problem.K, 12, 96) / 3 * 3;
            for (var row = 0; row < Problem.M; row += rowsAtOnce)
            {
                var rows = Math.Min(rowsAtOnce, Problem.M - row);
                for (var column = first; column < end; column += Tile)
                {
                    var columns = Math.Min(Tile, end - column);
                    if (column + 2 * Tile <= end)
                        FetchBeginnings((byte*)Problem.W + (column + Tile) * Problem.WStride * TReader.Size, Problem.WStride * TReader.Size);
                    for (var start = 0; start < Problem.K; start += NaiveDot.BlockLength)
                    {
                        var length = Math.Min(NaiveDot.BlockLength, Problem.K - start);
                        var source = (byte*)Problem.W + (column * Problem.WStride + start) * TReader.Size;
                        if (TReader.IsSingle && columns == Tile && length % NaiveDot.Lanes == 0)
                        {
                            MultiplyRows(row, rows, column, columns, (float*)source, Problem.WStride, start, length);
                            continue;
                        }
                        for (var j = 0; j < columns; j++)
                            CopyPadded<TReader>(source + j * Problem.WStride * TReader.Size, length, copied + j * NaiveDot.BlockLength);
                        MultiplyRows(row, rows, column, columns, copied, NaiveDot.BlockLength, start, length);
                    }
                }
            }
        }

        /// <summary>Asks for the first lines of the next rows of W: the processor's prediction follows a row from its third line on, and not over a page's end.</summary>
        private static void FetchBeginnings(byte* row, nint rowBytes)
        {
            if (!Sse.IsSupported)
                return;
            for (var j = 0; j < Tile; j++, row += rowBytes)
            {
                Sse.Prefetch1(row);
                Sse.Prefetch1(row + 64);
                Sse.Prefetch1(row + 128);
            }
        }

        private readonly void MultiplyRows(int row, int rows, int column, int columns, float* w, nint wStride, int start, int length)
        {
            var bias = start == 0 && Problem.Bias != null ? Problem.Bias + column : null;
            var accumulate = Problem.Accumulate || start > 0;
            var a = Problem.A + row * Problem.AStride + start;
            var c = Problem.C + row * Problem.CStride + column;
            if (columns < Tile || length % NaiveDot.Lanes != 0)
            {
                for (var i = 0; i < rows; i++)
                    MultiplyEdge(a + i * Problem.AStride, w, length, c + i * Problem.CStride, columns, bias, accumulate);
                return;
            }
            for (var left = rows; left > 0;)
            {
                var count = left == 4 ? 2 : Math.Min(left, 3);
                MultiplyTile(count, a, w, wStride, length, c, Problem.CStride, bias, accumulate);
                a += count * Problem.AStride;
                c += count * Problem.CStride;
                left -= count;
            }
        }

        /// <summary>One row where columns or lanes are missing: the same kernel over a copy with zeros in their place, so that the bits are the same.</summary>
        [SkipLocalsInit]
        private static void MultiplyEdge(float* a, float* w, int length, float* c, int columns, float* bias, bool accumulate)
        {
            var copied = stackalloc float[NaiveDot.BlockLength];
            var sums = stackalloc float[Tile];
            CopyPadded<SingleReader>((byte*)a, length, copied);
            DotTile<TLanes>.Multiply<OneRow>(copied, 0, w, NaiveDot.BlockLength, RoundUp(length), sums, 0, null, false);
            for (var j = 0; j < columns; j++)
                c[j] = (accumulate ? c[j] : 0) + (bias == null ? 0 : bias[j]) + sums[j];
        }

        private static void CopyPadded<TReader>(byte* source, int length, float* target)
            where TReader : struct, IWeightReader
        {
            TReader.Widen(source, target, length);
            new Span<float>(target + length, RoundUp(length) - length).Clear();
        }

        private static int RoundUp(int length) => (length + NaiveDot.Lanes - 1) & -NaiveDot.Lanes;

        private readonly void MultiplyTile(int rows, float* a, float* w, nint wStride, int k, float* c, nint cStride, float* bias, bool accumulate)
        {
            switch (rows)
            {
                case 3:
                    DotTile<TLanes>.Multiply<ThreeRows>(a, Problem.AStride, w, wStride, k, c, cStride, bias, accumulate);
                    break;
                case 2:
                    DotTile<TLanes>.Multiply<TwoRows>(a, Problem.AStride, w, wStride, k, c, cStride, bias, accumulate);
                    break;
                default:
                    DotTile<TLanes>.Multiply<OneRow>(a, Problem.AStride, w, wStride, k, c, cStride, bias, accumulate);
                    break;
            }
        }
    }
}
