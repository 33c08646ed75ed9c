using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Inkstone.Tensors;

/// <summary>
/// Products with weights in panels. The threads share the panels; a thread goes over one panel a stretch of columns at a time, which stays in the first cache while all
/// rows pass by.
/// </summary>
internal sealed class BlockProducts(WorkerTeam team, ByteDotKind dot)
{
    private const int StretchColumns = 1024;

    /// <summary>Computes the problem; allocates nothing.</summary>
    public void Multiply<TLayout, TPanels>(in BlockProblem problem, TPanels panels)
        where TLayout : struct, IPanelLayout
        where TPanels : struct, IPanels
    {
        if (problem.M == 0 || problem.N == 0)
            return;
        var least = ShrinkingChunks.LeastUnits(TLayout.ByteLength(problem.K / TLayout.GroupLength), problem.M);
        var chunks = new ShrinkingChunks((problem.N + Panel.Rows - 1) / Panel.Rows, team.Size, least);
        switch (dot)
        {
            case ByteDotKind.Vnni:
                team.Run(chunks.Count, new Chunk<TLayout, TPanels, VnniDot, Vector256<int>, Vector256<sbyte>>(problem, panels, chunks));
                break;
            case ByteDotKind.Wide512:
                team.Run(chunks.Count, new Chunk<TLayout, TPanels, WideDot512, Vector512<int>, Vector512<short>>(problem, panels, chunks));
                break;
            case ByteDotKind.Wide256:
                team.Run(chunks.Count, new Chunk<TLayout, TPanels, WideDot256, TwoSums, Vector256<short>>(problem, panels, chunks));
                break;
            default:
                team.Run(chunks.Count, new Chunk<TLayout, TPanels, PlainDot, Vector256<int>, int>(problem, panels, chunks));
                break;
        }
    }

    private readonly unsafe struct Chunk<TLayout, TPanels, TDot, TSums, TFour>(BlockProblem problem, TPanels panels, ShrinkingChunks chunks) : IChunkAction
        where TLayout : struct, IPanelLayout
        where TPanels : struct, IPanels
        where TDot : struct, IByteDot<TSums, TFour>
        where TSums : struct
        where TFour : struct
    {
        private const int MostRows = BlockTile<TLayout, TDot, TSums, TFour>.MostRows;

        public void Invoke(int chunk)
        {
            var (first, end) = chunks[chunk];
            for (var panel = first; panel < end; panel++)
                Multiply(panels.Panel(panel), panel * Panel.Rows);
        }

        [SkipLocalsInit]
        private void Multiply(byte* panel, int column)
        {
            var columns = Math.Min(Panel.Rows, problem.N - column);
            var edge = stackalloc float[MostRows * Panel.Rows];
            var ready = stackalloc float[StretchColumns / ActivationBlocks.LeastGroupLength * ReadyScales.Length];
            var groups = problem.K / TLayout.GroupLength;
            var perStretch = problem.M <= MostRows ? groups : StretchColumns / TLayout.GroupLength;
            for (var group = 0; group < groups; group += perStretch)
            {
                var end = Math.Min(group + perStretch, groups);
                if (problem.M > MostRows)
                    ReadyScales.Fill<TLayout>(panel, group, end, ready);
                for (var row = 0; row < problem.M; row += MostRows)
                {
                    var rows = Math.Min(MostRows, problem.M - row);
                    var y = problem.C + row * problem.CStride + column;
                    Fetch(y + MostRows * problem.CStride, Math.Min(MostRows, problem.M - MostRows - row));
                    for (var r = 0; group == 0 && r < rows; r++)
                        Begin(y + r * problem.CStride, column, columns);
                    if (columns == Panel.Rows)
                    {
                        Multiply(rows, row, panel, ready, group, end, y, problem.CStride);
                        continue;
                    }
                    for (var r = 0; r < rows; r++)
                        Unsafe.CopyBlockUnaligned(edge + r * Panel.Rows, y + r * problem.CStride, (uint)(columns * sizeof(float)));
                    Multiply(rows, row, panel, ready, group, end, edge, Panel.Rows);
                    for (var r = 0; r < rows; r++)
                        Unsafe.CopyBlockUnaligned(y + r * problem.CStride, edge + r * Panel.Rows, (uint)(columns * sizeof(float)));
                }
            }
        }

        /// <summary>Asks for the sums of the rows that come next, which lie far from each other.</summary>
        private void Fetch(float* y, int rows)
        {
            for (var row = 0; row < rows && Sse.IsSupported; row++)
                Sse.Prefetch0(y + row * problem.CStride);
        }

        private void Begin(float* y, int column, int columns)
        {
            if (problem.Bias == null)
                new Span<float>(y, columns).Clear();
            else
                Unsafe.CopyBlockUnaligned(y, problem.Bias + column, (uint)(columns * sizeof(float)));
        }

        private void Multiply(int rows, int row, byte* panel, float* ready, int first, int end, float* y, nint yStride)
        {
            if (problem.M > ReadyScalesOfFewRows.MostRows)
                Multiply<ReadyScales>(rows, row, panel, ready, first, end, y, yStride);
            else if (problem.M > MostRows)
                Multiply<ReadyScalesOfFewRows>(rows, row, panel, ready, first, end, y, yStride);
            else
                Multiply<PackedScales>(rows, row, panel, ready, first, end, y, yStride);
        }

        private void Multiply<TScales>(int rows, int row, byte* panel, float* ready, int first, int end, float* y, nint yStride)
            where TScales : struct, IScaleSource
        {
            switch (rows)
            {
                case 6:
                    BlockTile<TLayout, TDot, TSums, TFour>.Multiply<SixRows, TScales>(problem.A, row, panel, ready, first, end, y, yStride);
                    break;
                case 5:
                    BlockTile<TLayout, TDot, TSums, TFour>.Multiply<FiveRows, TScales>(problem.A, row, panel, ready, first, end, y, yStride);
                    break;
                case 4:
                    BlockTile<TLayout, TDot, TSums, TFour>.Multiply<FourRows, TScales>(problem.A, row, panel, ready, first, end, y, yStride);
                    break;
                case 3:
                    BlockTile<TLayout, TDot, TSums, TFour>.Multiply<ThreeRows, TScales>(problem.A, row, panel, ready, first, end, y, yStride);
                    break;
                case 2:
                    BlockTile<TLayout, TDot, TSums, TFour>.Multiply<TwoRows, TScales>(problem.A, row, panel, ready, first, end, y, yStride);
                    break;
                default:
                    BlockTile<TLayout, TDot, TSums, TFour>.Multiply<OneRow, TScales>(problem.A, row, panel, ready, first, end, y, yStride);
                    break;
            }
        }
    }
}
