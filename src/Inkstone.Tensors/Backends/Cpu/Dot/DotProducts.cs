using System.Runtime.CompilerServices;

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
        const int Tile = DotTile<TLanes>.Columns;
        var tileBytes = (long)Tile * problem.K * problem.Element.Size();
        var chunks = new ShrinkingChunks(problem.N, team.Size, Tile * ShrinkingChunks.LeastUnits(tileBytes, problem.M));
        team.Run(chunks.Count, new Chunk<TLanes> { Problem = problem, Chunks = chunks });
    }

    private unsafe struct Chunk<TLanes> : IChunkAction
        where TLanes : struct, IDotLanes<TLanes>
    {
        private const int Tile = DotTile<TLanes>.Columns;
        private const int MostAtOnce = 3;

        public DotProblem Problem;
        public ShrinkingChunks Chunks;

        public readonly void Invoke(int chunk)
        {
            var (first, end) = Chunks[chunk];
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
                    for (var start = 0; start < Problem.K; start += NaiveDot.BlockLength)
                    {
                        var length = Math.Min(NaiveDot.BlockLength, Problem.K - start);
                        var source = (byte*)Problem.W + (column * Problem.WStride + start) * TReader.Size;
                        if ((TReader.IsSingle || rows <= MostAtOnce) && columns == Tile && length % NaiveDot.Lanes == 0)
                        {
                            MultiplyRows<TReader>(row, rows, column, columns, source, Problem.WStride * TReader.Size, start, length);
                            continue;
                        }
                        for (var j = 0; j < columns; j++)
                            CopyPadded<TReader>(source + j * Problem.WStride * TReader.Size, length, copied + j * NaiveDot.BlockLength);
                        MultiplyRows<SingleReader>(row, rows, column, columns, (byte*)copied, NaiveDot.BlockLength * sizeof(float), start, length);
                    }
                }
            }
        }

        private readonly void MultiplyRows<TReader>(int row, int rows, int column, int columns, byte* w, nint wStride, int start, int length)
            where TReader : struct, IWeightReader
        {
            var bias = start == 0 && Problem.Bias != null ? Problem.Bias + column : null;
            var accumulate = Problem.Accumulate || start > 0;
            var a = Problem.A + row * Problem.AStride + start;
            var c = Problem.C + row * Problem.CStride + column;
            if (columns < Tile || length % NaiveDot.Lanes != 0)
            {
                for (var i = 0; i < rows; i++)
                    MultiplyEdge(a + i * Problem.AStride, (float*)w, length, c + i * Problem.CStride, columns, bias, accumulate);
                return;
            }
            for (var left = rows; left > 0;)
            {
                var count = left == 4 ? 2 : Math.Min(left, MostAtOnce);
                MultiplyTile<TReader>(count, a, w, wStride, length, c, Problem.CStride, bias, accumulate, start + length < Problem.K ? 0 : (nint)(Tile * wStride - Problem.K * TReader.Size));
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
            DotTile<TLanes>.Multiply<OneRow, SingleReader>(copied, 0, (byte*)w, NaiveDot.BlockLength * sizeof(float), RoundUp(length), sums, 0, null, false, 0);
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

        private readonly void MultiplyTile<TReader>(int rows, float* a, byte* w, nint wStride, int k, float* c, nint cStride, float* bias, bool accumulate, nint beyond)
            where TReader : struct, IWeightReader
        {
            switch (rows)
            {
                case 3:
                    DotTile<TLanes>.Multiply<ThreeRows, TReader>(a, Problem.AStride, w, wStride, k, c, cStride, bias, accumulate, beyond);
                    break;
                case 2:
                    DotTile<TLanes>.Multiply<TwoRows, TReader>(a, Problem.AStride, w, wStride, k, c, cStride, bias, accumulate, beyond);
                    break;
                default:
                    DotTile<TLanes>.Multiply<OneRow, TReader>(a, Problem.AStride, w, wStride, k, c, cStride, bias, accumulate, beyond);
                    break;
            }
        }
    }
}
