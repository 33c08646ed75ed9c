using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Inkstone.Foundation.Errors;

namespace Inkstone.Tensors;

/// <summary>Rows of a block format laid into panels, and rows taken out again.</summary>
internal static unsafe class PanelPacking<TBlock, TLayout>
    where TBlock : IWeightBlock
    where TLayout : struct, IPanelLayout
{
    private const int StepBytes = 4 * Panel.Rows;

    // Sixteen rows are read side by side, more than a processor follows by itself: blocks are asked for this far ahead, past the end of a row in that of the next panel.
    private const int AheadBytes = 256;

    /// <summary>Lays sixteen rows into a panel; where there are fewer, the rest is zeros.</summary>
    /// <exception cref="InkstoneNumericException">A scale is not finite.</exception>
    public static void Fill(StoredMatrix source, int index, byte* panel, long bytes)
    {
        var rows = Math.Min(Panel.Rows, source.Rows - index * Panel.Rows);
        if (rows < Panel.Rows)
            new Span<byte>(panel, checked((int)bytes)).Clear();
        Put(source, index * Panel.Rows, rows, panel);
    }

    // A block of every row is taken apart before the next: the codes of sixteen rows are then written together, four columns of four rows at a time.
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Put(StoredMatrix source, int firstRow, int rows, byte* panel)
    {
        var levels = stackalloc sbyte[Panel.Rows * BlockRows.MaximumLength];
        var sources = stackalloc byte*[Panel.Rows];
        Span<float> scales = stackalloc float[BlockRows.MaximumGroups];
        Span<float> offsets = stackalloc float[BlockRows.MaximumGroups];
        offsets.Clear();
        for (var row = 0; row < rows; row++)
            sources[row] = source.Row(firstRow + row);
        if (rows < Panel.Rows)
            Unsafe.InitBlockUnaligned(levels, 0, Panel.Rows * BlockRows.MaximumLength);
        var groups = TBlock.Length / TBlock.GroupLength;
        for (var group = 0; group < source.Columns / TBlock.GroupLength; group += groups)
        {
            var left = (source.Columns / TBlock.GroupLength - group) / groups * TBlock.Bytes;
            var ahead = left > AheadBytes ? AheadBytes : AheadBytes + (nint)source.RowBytes * (Panel.Rows - 1);
            for (var row = 0; row < rows; row++)
            {
                var block = new ReadOnlySpan<byte>(sources[row], TBlock.Bytes);
                Fetch(sources[row] + ahead);
                sources[row] += TBlock.Bytes;
                TBlock.Unpack(block, new(levels + row * TBlock.Length, TBlock.Length), scales, offsets);
                TLayout.WriteScales(block, scales[..groups], offsets[..groups], panel, group, row);
                for (var i = 0; i < groups; i++)
                    if (!float.IsFinite(scales[i]) || !float.IsFinite(offsets[i]))
                        throw new InkstoneNumericException("a block of the weight has a scale that is not finite", "weight", found: $"{scales[i]}");
            }
            for (var i = 0; i < groups; i++)
                PutCodes(levels + i * TBlock.GroupLength, TLayout.Codes(panel, group + i));
        }
    }

    /// <summary>Takes a row out of a panel as single-precision numbers.</summary>
    public static void Take(byte* panel, int row, int columns, float* numbers)
    {
        for (var group = 0; group < columns / TLayout.GroupLength; group++, numbers += TLayout.GroupLength)
        {
            TLayout.Scales(panel, group, out var scale0, out var scale1);
            TLayout.Offsets(panel, group, out var offset0, out var offset1);
            var (scale, offset) = row < 8 ? (scale0[row], offset0[row]) : (scale1[row - 8], offset1[row - 8]);
            var codes = TLayout.Codes(panel, group) + 4 * row;
            for (var column = 0; column < TLayout.GroupLength; column++)
            {
                var product = scale * (Code(codes, column) - TLayout.Bias);
                numbers[column] = TLayout.HasOffsets ? product + offset : product;
            }
        }
    }

    /// <summary>Asks for a block; an address where there is none does no harm.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Fetch(byte* block)
    {
        for (var i = 0; i < TBlock.Bytes && Sse.IsSupported; i += HostMemory.Alignment)
            Sse.Prefetch0(block + i);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void PutCodes(sbyte* levels, byte* codes)
    {
        var columns = TLayout.CodeBits == 8 ? TBlock.GroupLength : TBlock.GroupLength / 2;
        for (var column = 0; column < columns; column += 16, levels += 16, codes += 4 * StepBytes)
            for (var row = 0; row < Panel.Rows; row += 4)
            {
                var from = levels + row * TBlock.Length;
                var (a, b, c, d) = (Words(from), Words(from + TBlock.Length), Words(from + 2 * TBlock.Length), Words(from + 3 * TBlock.Length));
                Transpose4.Apply(ref a, ref b, ref c, ref d);
                var to = (float*)codes + row;
                a.Store(to);
                b.Store(to + StepBytes / 4);
                c.Store(to + 2 * (StepBytes / 4));
                d.Store(to + 3 * (StepBytes / 4));
            }
    }

    /// <summary>Sixteen columns of a row as codes; those of four bits with the sixteen that are half a group further on.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<float> Words(sbyte* levels)
    {
        var bias = Vector128.Create((byte)TLayout.Bias);
        var codes = Vector128.Load(levels).AsByte() + bias;
        if (TLayout.CodeBits == 4)
            codes |= ((Vector128.Load(levels + TBlock.GroupLength / 2).AsByte() + bias).AsUInt16() << 4).AsByte();
        return codes.AsSingle();
    }

    private static int Code(byte* codes, int column)
    {
        if (TLayout.CodeBits == 8)
            return codes[column / 4 * StepBytes + column % 4];
        var half = TLayout.GroupLength / 2;
        var both = codes[column % half / 4 * StepBytes + column % 4];
        return column < half ? both & 15 : both >> 4;
    }
}
