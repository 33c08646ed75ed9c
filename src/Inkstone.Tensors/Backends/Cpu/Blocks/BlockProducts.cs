using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Inkstone.Tensors;

/// <summary>
/// Products with weights in panels. The threads share the panels. For many rows a thread takes some panels and as many rows as the second cache holds a stretch of columns of,
/// and goes over them a stretch and a panel at a time: the panel's stretch, made ready, stays in the first cache while the rows pass by.
/// </summary>
internal sealed class BlockProducts(WorkerTeam team, ByteDotKind dot)
{
    private const int StretchColumns = 1024;
    private const int PanelsAtOnce = 8;
    private const int RowsAtOnce = 43 * ActivationBlocks.TileRows;
    private const int ReadyBytes = StretchColumns * (Panel.Rows + 2 * Panel.Rows * sizeof(float) / ActivationBlocks.LeastGroupLength);

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
        public void Invoke(int chunk)
        {
            var (first, end) = chunks[chunk];
            if (problem.M <= ActivationBlocks.TileRows)
                MultiplyAll<PackedPanel>(first, end);
            else if (problem.M <= ReadyScales.MostRows)
                MultiplyAll<ReadyScales>(first, end);
            else
                MultiplyAll<ReadyCodes>(first, end);
        }

        /// <summary>Multiplies all rows with some panels.</summary>
        private void MultiplyAll<TSource>(int first, int end)
            where TSource : struct, IPanelSource
        {
            var atOnce = TSource.IsForManyRows ? PanelsAtOnce : 1;
            for (var panel = first; panel < end; panel += atOnce)
            {
                var count = Math.Min(atOnce, end - panel);
                var data = panels.Panels(panel, count);
                for (var row = 0; row < problem.M; row += RowsAtOnce)
                    MultiplyRows<TSource>(data, panel, count, row, Math.Min(row + RowsAtOnce, problem.M));
            }
        }

        /// <summary>Multiplies as many rows as the second cache holds with as many panels as are taken at once.</summary>
        [SkipLocalsInit]
        private void MultiplyRows<TSource>(byte* data, int panel, int count, int firstRow, int endRow)
            where TSource : struct, IPanelSource
        {
            var memory = stackalloc byte[ReadyBytes + HostMemory.Alignment];
            var ready = (float*)((nint)(memory + HostMemory.Alignment - 1) & -HostMemory.Alignment);
            var groups = problem.K / TLayout.GroupLength;
            var panelBytes = (nint)TLayout.ByteLength(groups);
            var perStretch = TSource.ReadyLength<TLayout>() == 0 ? groups : StretchColumns / TLayout.GroupLength;
            for (var group = 0; group < groups; group += perStretch)
            {
                var end = Math.Min(group + perStretch, groups);
                for (var i = 0; i < count; i++)
                {
                    var next = i + 1 < count ? TLayout.Codes(data + (i + 1) * panelBytes, group) : end < groups ? TLayout.Codes(data, end) : data + count * panelBytes;
                    TSource.Fill<TLayout>(data + i * panelBytes, group, end, ready);
                    MultiplyStretch<TSource>(data + i * panelBytes, (panel + i) * Panel.Rows, firstRow, endRow, group, end, ready, next);
                }
            }
        }

        /// <summary>Adds the products of rows with a stretch of one panel, and asks for the stretch that comes next.</summary>
        [SkipLocalsInit]
        private void MultiplyStretch<TSource>(byte* panel, int column, int firstRow, int endRow, int group, int end, float* ready, byte* next)
            where TSource : struct, IPanelSource
        {
            var columns = Math.Min(Panel.Rows, problem.N - column);
            var edge = stackalloc float[ActivationBlocks.TileRows * Panel.Rows];
            var perTile = TLayout.ByteLength(end - group) * ActivationBlocks.TileRows / (endRow - firstRow);
            for (var row = firstRow; row < endRow; row += ActivationBlocks.TileRows)
            {
                var rows = Math.Min(ActivationBlocks.TileRows, endRow - row);
                var y = problem.C + row * problem.CStride + column;
                Fetch(y + ActivationBlocks.TileRows * problem.CStride, Math.Min(ActivationBlocks.TileRows, endRow - ActivationBlocks.TileRows - row));
                if (TSource.ReadyLength<TLayout>() > 0)
                {
                    Fetch(next, perTile);
                    next += perTile;
                }
                for (var r = 0; group == 0 && r < rows; r++)
                    Begin(y + r * problem.CStride, column, columns);
                if (columns == Panel.Rows)
                {
                    MultiplyTile<TSource>(rows, row, panel, ready, group, end, y, problem.CStride);
                    continue;
                }
                for (var r = 0; r < rows; r++)
                    Unsafe.CopyBlockUnaligned(edge + r * Panel.Rows, y + r * problem.CStride, (uint)(columns * sizeof(float)));
                MultiplyTile<TSource>(rows, row, panel, ready, group, end, edge, Panel.Rows);
                for (var r = 0; r < rows; r++)
                    Unsafe.CopyBlockUnaligned(y + r * problem.CStride, edge + r * Panel.Rows, (uint)(columns * sizeof(float)));
            }
        }

        /// <summary>Asks for the sums of the rows that come next, which lie far from each other.</summary>
        private void Fetch(float* y, int rows)
        {
            for (var row = 0; row < rows && Sse.IsSupported; row++)
                Sse.Prefetch0(y + row * problem.CStride);
        }

        /// <summary>Asks for bytes of a panel, for the second cache.</summary>
        private static void Fetch(byte* panel, long bytes)
        {
            for (var i = 0L; i < bytes && Sse.IsSupported; i += HostMemory.Alignment)
                Sse.Prefetch1(panel + i);
        }

        private void Begin(float* y, int column, int columns)
        {
            if (problem.Bias == null)
                new Span<float>(y, columns).Clear();
            else
                Unsafe.CopyBlockUnaligned(y, problem.Bias + column, (uint)(columns * sizeof(float)));
        }

        private void MultiplyTile<TSource>(int rows, int row, byte* panel, float* ready, int first, int end, float* y, nint yStride)
            where TSource : struct, IPanelSource
        {
            var tile = problem.A.Tile(row) + (nint)first * ActivationBlocks.RecordBytes(rows, TLayout.GroupLength);
            switch (rows)
            {
                case 6:
                    BlockTile<TLayout, TDot, TSums, TFour>.Multiply<SixRows, TSource>(tile, panel, ready, first, end, y, yStride);
                    break;
                case 5:
                    BlockTile<TLayout, TDot, TSums, TFour>.Multiply<FiveRows, TSource>(tile, panel, ready, first, end, y, yStride);
                    break;
                case 4:
                    BlockTile<TLayout, TDot, TSums, TFour>.Multiply<FourRows, TSource>(tile, panel, ready, first, end, y, yStride);
                    break;
                case 3:
                    BlockTile<TLayout, TDot, TSums, TFour>.Multiply<ThreeRows, TSource>(tile, panel, ready, first, end, y, yStride);
                    break;
                case 2:
                    BlockTile<TLayout, TDot, TSums, TFour>.Multiply<TwoRows, TSource>(tile, panel, ready, first, end, y, yStride);
                    break;
                default:
                    BlockTile<TLayout, TDot, TSums, TFour>.Multiply<OneRow, TSource>(tile, panel, ready, first, end, y, yStride);
                    break;
            }
        }
    }
}
